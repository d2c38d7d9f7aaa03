/** `twoReturning` of `../tick-interceptors.ts` as an interceptor module. */
export { twoReturning as interceptors } from "../tick-interceptors.ts";
