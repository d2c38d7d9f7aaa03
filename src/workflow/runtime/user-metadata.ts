import type { UserMetadata } from "../../core/command.ts";
import type { Run } from "./run.ts";

/** Text for people as it goes with a command; undefined when there is none. */
export function userMetadata(run: Run, summary: string | undefined): UserMetadata | undefined {
  return summary === undefined ? undefined : { summary: run.converters.toPayload(summary) };
}
