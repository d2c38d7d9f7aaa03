/** The histories that the columns of a run recorded: a folder for each column, a file for each subject. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A history as a column recorded it. */
export interface ToReplay {
  readonly column: string;
  readonly subject: string;
  /** proto3 JSON. */
  readonly text: string;
  readonly workflowId: string;
  /** No code ever wrote it: whoever replays it without complaint replays nothing. */
  readonly isAltered?: boolean;
}

/** One history with an activity of another name; undefined when none of these has activities. */
export function altered(histories: readonly ToReplay[]): ToReplay | undefined {
  const activity = /("activityType":\{"name":")[^"]*/;
  const found = histories.find(({ text }) => activity.test(text));
  if (found === undefined) return undefined;
  const text = found.text.replace(activity, "$1nobodyCallsThis");
  return { ...found, subject: `${found.subject}, altered`, text, isAltered: true };
}

/** What bundles replay: that of most scenarios, and that of those whose worker is configured. */
export type BundleName = "all" | "configured";

const configured = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../histories/configured/index.json", import.meta.url)), "utf8"),
) as { readonly histories: Readonly<Record<string, unknown>> };

export function bundleFor({ subject }: ToReplay): BundleName {
  return Object.hasOwn(configured.histories, subject) ? "configured" : "all";
}

/** All histories of a folder. */
export function historiesIn(folder: string): readonly ToReplay[] {
  return readdirSync(folder)
    .sort()
    .flatMap((column) =>
      readdirSync(join(folder, column))
        .filter((file) => file.endsWith(".json"))
        .sort()
        .map((file) => read(folder, column, file)),
    );
}

interface FirstEvent {
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowId?: string };
}

function read(folder: string, column: string, file: string): ToReplay {
  const text = readFileSync(join(folder, column, file), "utf8");
  const { events } = JSON.parse(text) as { readonly events: readonly FirstEvent[] };
  const workflowId = events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? "";
  return { column, subject: basename(file, ".json"), text, workflowId };
}
