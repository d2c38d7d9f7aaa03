import { composeInterceptors as compose, type Next } from "../../common/interceptors.ts";
import { bindRandom } from "./random-source.ts";

/**
 * Links the interceptors that have `method`, the first outermost, in front of `base`. Adds no ticks of its own. What an
 * interceptor does under a random stream of its own does not reach what comes after it.
 */
export function composeInterceptors<Interceptor extends object, Method extends keyof Interceptor>(
  interceptors: readonly Interceptor[],
  method: Method,
  base: Next<Interceptor, Method>,
): Next<Interceptor, Method> {
  return compose(interceptors, method, base, bindRandom);
}
