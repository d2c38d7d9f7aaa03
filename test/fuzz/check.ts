import { WorkflowTaskFailedCause } from "../../src/gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { type Compared, compareAnswer } from "../replay/compare-answer.ts";
import { type Recorded, type RecordedTask, workflowTasks } from "../replay/recorded.ts";
import { localMarkerOf } from "../replay/recorded-locals.ts";
import {
  fullTask,
  ReplayedRun,
  type ReplayedRunOptions,
  replayHistory,
  stickyTask,
} from "../replay/replay-history.ts";
import type { WorkflowCode } from "../replay/workflow-code.ts";
import { OFFICIAL_IDENTITY } from "./official-peer.ts";
import { isOfficials } from "./officials.ts";

/*
 * A history, whoever made it, must be what Perdure would have made of it: replayed whole, task after task by a worker that keeps
 * the run, and by a worker that takes the run over before each task.
 */

/** How a history is to be checked. */
export interface CheckOptions extends ReplayedRunOptions {
  /** Workers of both SDKs had a part in it: what they say of themselves is not compared. */
  readonly mixed: boolean;
  /** Whether the history tells which activation each local activity ended in: that of the official SDK does not. */
  readonly tellsActivations: boolean;
  /** The official SDK had a part in it, and queries came: no history tells of these. */
  readonly queried: boolean;
}

/** What a replay found that is not as recorded; undefined when all is. */
export async function differenceIn(
  code: WorkflowCode,
  history: Recorded,
  options: CheckOptions,
): Promise<string | undefined> {
  const whole = await differenceWhole(code, history, options);
  if (whole !== undefined || !options.tellsActivations) return whole;
  return (
    (await differenceByTask(code, history, options, "kept")) ??
    (await differenceByTask(code, history, options, "takenOver"))
  );
}

async function differenceWhole(
  code: WorkflowCode,
  history: Recorded,
  options: CheckOptions,
): Promise<string | undefined> {
  const delivered = await replayHistory(code, history, options);
  const failed = delivered.activated.find(({ completion }) => completion.kind === "failure");
  if (failed !== undefined) return `replayed whole: ${stable(failed.completion)}`;
  if (delivered.answer.kind === "failed") return `replayed whole: ${stable(delivered.answer)}`;
  return undefined;
}

async function differenceByTask(
  code: WorkflowCode,
  history: Recorded,
  options: CheckOptions,
  how: "kept" | "takenOver",
): Promise<string | undefined> {
  let kept: ReplayedRun | undefined;
  try {
    for (const task of workflowTasks(history.events)) {
      if (task.completed === undefined) continue;
      const run: ReplayedRun = kept ?? new ReplayedRun(code, history, options);
      const delivered = await run.deliver(kept ? stickyTask(history, task) : fullTask(history, task));
      if (how === "kept") kept = run;
      else run.evict();
      const compared = compareAnswer(delivered, history, task);
      if (options.queried && parted(compared, history, task)) break;
      if (task.previousStartedId > 0 && endedBefore(compared, task)) break;
      const difference = differenceOf(compared, options);
      if (difference !== undefined && how === "takenOver" && toldWithTask(task)) continue;
      if (difference !== undefined) return `task of event ${task.startedId}, run ${how}: ${difference}`;
      if (kept?.evicted) break;
    }
    return undefined;
  } finally {
    kept?.evict();
  }
}

/**
 * A query that comes with a task is answered at once, local activities or not. When one ends while the handler of the query runs, the
 * official SDK puts its marker into that answer and asks for another task, in which workflow code hears of it: what it does then
 * is apart from the marker. Without the query both are in one answer.
 */
function parted({ found, recorded }: Compared, history: Recorded, task: RecordedTask): boolean {
  const last = task.commandEvents.at(-1);
  if (last?.attributes.case !== "markerRecordedEventAttributes") return false;
  if (last.attributes.value.markerName !== "core_local_activity") return false;
  // What comes from outside meanwhile lies between the two tasks.
  const later = history.events.slice(history.events.indexOf(last) + 1);
  if (!later.some(({ attributes }) => attributes.case === "workflowTaskStartedEventAttributes")) return false;
  const [more, fewer] = [found, recorded].map((value) => commandsOf(value));
  if (more === undefined || fewer === undefined || more.length <= fewer.length) return false;
  return fewer.every((command, index) => command === more[index]);
}

/**
 * A local activity that an earlier task left open may end before the activation of the task at hand: between the two, or, under the
 * official SDK, while it still replays. Then its marker is the first command, before those of that activation. There is no telling
 * from a history when it was.
 */
export function endedBefore({ found, recorded }: Compared, { commandEvents }: RecordedTask): boolean {
  const end = commandEvents.findIndex((event) => localMarkerOf(event) === undefined);
  const [ours, theirs] = [found, recorded].map((value) => commandsOf(value));
  if (end <= 0 || ours === undefined || theirs === undefined || ours[0] === theirs[0]) return false;
  // Told later, it stands apart.
  const place = (command: string): string => command.replace('"apart":true,', "");
  const early = new Set(theirs.slice(0, end).map(place));
  // It may end the run, so that nobody waits for the end of a local activity any more.
  const rest = ours.filter((command) => !early.has(place(command)));
  // Who goes on first depends on it too; that the order is right, the replay of the whole has shown.
  return rest.sort().join() === theirs.slice(end).sort().join();
}

/**
 * The first command is the marker of a local activity that ended before the task came, or at once, so that its first activation told
 * of it. A worker that takes the run over runs it again, behind that activation: an update that came with the task may find no handler
 * then, and is rejected. The worker that kept the run is compared.
 */
function toldWithTask({ commandEvents, previousStartedId }: RecordedTask): boolean {
  const [first] = commandEvents;
  return previousStartedId > 0 && first !== undefined && localMarkerOf(first)?.apart === false;
}

function commandsOf(answer: object): readonly string[] | undefined {
  const commands: unknown = Reflect.get(answer, "commands");
  return Array.isArray(commands) ? commands.map(stable) : undefined;
}

function differenceOf({ found, recorded }: Compared, { mixed }: CheckOptions): string | undefined {
  for (const key of Object.keys(recorded)) {
    if (mixed && key === "sdkMetadata") continue;
    const [ours, theirs] = [found, recorded].map((value) => stable(Reflect.get(value, key)));
    if (ours !== theirs) return `${key}\n${apart(String(ours), String(theirs))}`;
  }
  return undefined;
}

/** Two texts from a little before the place where they part. */
function apart(found: string, recorded: string): string {
  let from = 0;
  while (found[from] === recorded[from]) from++;
  const part = (text: string): string => text.slice(Math.max(0, from - 200), from + 200);
  return `  found    …${part(found)}\n  recorded …${part(recorded)}`;
}

/**
 * A value as text: keys in order, nothing undefined, no types of search attributes, which the server adds, and no stacks: bundlers
 * do not agree on columns and async frames.
 */
function stable(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (key === "stackTrace" || key === "stack") return undefined;
    if (typeof item === "bigint") return `${item}n`;
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    const entries = Object.entries(item).filter(([name]) => key !== "metadata" || name !== "type");
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Why the server itself fails a task. */
const BY_SERVER: ReadonlySet<number> = new Set([
  WorkflowTaskFailedCause.UNHANDLED_COMMAND,
  WorkflowTaskFailedCause.RESET_WORKFLOW,
  WorkflowTaskFailedCause.FORCE_CLOSE_COMMAND,
  // "Start and RequestCancel for child workflow is not allowed in same workflow task."
  WorkflowTaskFailedCause.BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES,
]);

/**
 * Tasks fail in no program: what its code throws fails workflows. The server's own reasons do not count, nor does the one that the
 * official SDK has with itself.
 */
export function failedTask(history: Recorded): string | undefined {
  for (const { eventId, attributes } of history.events) {
    if (attributes.case !== "workflowTaskFailedEventAttributes") continue;
    const { cause, failure, identity } = attributes.value;
    if (BY_SERVER.has(cause)) continue;
    if (identity === OFFICIAL_IDENTITY && isOfficials(history, failure?.message ?? "")) continue;
    return `event ${eventId}: workflow task failed, cause ${cause}: ${failure?.message}`;
  }
  return undefined;
}
