import type { Next } from "../../common/interceptors.ts";
import { bindRandom } from "./random-source.ts";

type AnyNext = (input: unknown) => unknown;
type AnyMethod = (input: unknown, next: AnyNext) => unknown;

/**
 * Links the interceptors that have `method`, the first outermost, in front of `base`. Adds no ticks of its own. What an
 * interceptor does under a random stream of its own does not reach what comes after it.
 */
export function composeInterceptors<Interceptor extends object, Method extends keyof Interceptor>(
  interceptors: readonly Interceptor[],
  method: Method,
  base: Next<Interceptor, Method>,
): Next<Interceptor, Method> {
  // The types of input and result are tied by `Next`; inside the loop they cannot be expressed.
  let composed = base as AnyNext;
  for (let index = interceptors.length - 1; index >= 0; index--) {
    const interceptor = interceptors[index];
    if (interceptor?.[method] === undefined) continue;
    const next = bindRandom(composed);
    // The name tells the stack cut-off of failures which frames are not the user's.
    composed = function perdureNext(input) {
      return (interceptor[method] as AnyMethod)(input, next);
    };
  }
  return composed as Next<Interceptor, Method>;
}
