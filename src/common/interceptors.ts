import type { Payload } from "./payload.ts";

/** Payloads by name that travel with a call, for context that is not an argument. */
export type Headers = Record<string, Payload>;

/**
 * What an interceptor method calls to go on: the method itself without its last parameter. Inside of the interface of the
 * interceptor, which would refer to itself, write {@link NextCall}.
 */
export type Next<Interceptor, Method extends keyof Interceptor> = Required<Interceptor>[Method] extends (
  input: infer Input,
  next: never,
) => infer Result
  ? (input: Input) => Result
  : never;

/** The rest of a chain of interceptors: takes the input on, gives what came back. */
export type NextCall<Input, Result> = (input: Input) => Result;

/** A step of a chain, whatever it takes and gives. */
export type AnyNext = (input: unknown) => unknown;
type AnyMethod = (input: unknown, next: AnyNext) => unknown;

/**
 * Chains one method of several interceptors, the first outermost, around `next`. Interceptors without the method are
 * passed over. The chain adds no promise and no turn of its own: inside workflows the number of turns is part of
 * determinism (D2). `bind` may wrap what each interceptor is given to go on with. Default: as it is.
 *
 * @example
 * ```ts
 * const start = composeInterceptors(interceptors, "start", (input) => this.#start(input));
 * ```
 */
export function composeInterceptors<Interceptor extends object, Method extends keyof Interceptor>(
  interceptors: readonly Interceptor[],
  method: Method,
  next: Next<Interceptor, Method>,
  bind: (next: AnyNext) => AnyNext = asIs,
): Next<Interceptor, Method> {
  // The types of input and result are tied by `Next`; inside the loop they cannot be expressed.
  let composed = next as AnyNext;
  for (let index = interceptors.length - 1; index >= 0; index--) {
    const interceptor = interceptors[index];
    if (interceptor?.[method] === undefined) continue;
    const inner = bind(composed);
    // The name tells the stack cut-off of failures which frames are not the user's.
    composed = function perdureNext(input) {
      return (interceptor[method] as AnyMethod)(input, inner);
    };
  }
  return composed as Next<Interceptor, Method>;
}

function asIs(next: AnyNext): AnyNext {
  return next;
}
