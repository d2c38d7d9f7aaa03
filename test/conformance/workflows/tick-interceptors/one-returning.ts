/** `oneReturning` of `../tick-interceptors.ts` as an interceptor module. */
export { oneReturning as interceptors } from "../tick-interceptors.ts";
