/** `oneAwaiting` of `../tick-interceptors.ts` as an interceptor module. */
export { oneAwaiting as interceptors } from "../tick-interceptors.ts";
