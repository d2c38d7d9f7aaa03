/** `twoAwaiting` of `../tick-interceptors.ts` as an interceptor module. */
export { twoAwaiting as interceptors } from "../tick-interceptors.ts";
