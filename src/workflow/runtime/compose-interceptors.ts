import { bindRandom } from "./random-source.ts";

type Chain<M extends string, Input, Output> = readonly {
  readonly [K in M]?: ((input: Input, next: (input: Input) => Output) => Output) | undefined;
}[];

/**
 * Links the interceptors that have `method`, the first outermost, in front of `base`. Adds no ticks of its own. What an
 * interceptor does under a random stream of its own does not reach what comes after it.
 */
export function composeInterceptors<M extends string, Input, Output>(
  interceptors: Chain<M, Input, Output>,
  method: M,
  base: (input: Input) => Output,
): (input: Input) => Output {
  let composed = base;
  for (let index = interceptors.length - 1; index >= 0; index--) {
    const interceptor = interceptors[index];
    if (interceptor?.[method] === undefined) continue;
    const next = bindRandom(composed);
    // The name tells the stack cut-off of failures which frames are not the user's.
    composed = function perdureNext(input) {
      return interceptor[method]!(input, next);
    };
  }
  return composed;
}
