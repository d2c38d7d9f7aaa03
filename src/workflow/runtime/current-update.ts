import { AsyncLocalStorage } from "./async-local.ts";

/** An update that is being handled. */
export interface UpdateInfo {
  /** The update id that the client gave, or the SDK for it. Unique in the workflow. */
  readonly id: string;
  /** Name of the update. */
  readonly name: string;
}

/** The update whose handler, or what it started, is running. */
export const currentUpdate: AsyncLocalStorage<UpdateInfo> = new AsyncLocalStorage<UpdateInfo>();
