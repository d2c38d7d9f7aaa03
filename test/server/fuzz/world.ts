import type {
  PollActivityTaskQueueResponse,
  PollWorkflowTaskQueueResponse,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { grpcStatusName, RpcError } from "../../../src/platform/rpc-port.ts";
import { errorDetails } from "../../../src/transport/error-details.ts";
import type { Normaliser } from "../scenarios/normalise.ts";
import type { Stage } from "../scenarios/stage.ts";

/** A call that is answered when somebody else has done something. */
export interface OpenCall {
  readonly label: string;
  readonly wf: string;
  readonly ended: Promise<void>;
  /** Of an update: its id, until a worker has it. */
  undelivered: string | undefined;
  /** Whether it is served in vain: only another step can change that. */
  unserved: boolean;
  /** How a query is to be answered. */
  readonly answer: "answer" | "fail";
  /** How it ended. */
  result: { readonly value: unknown } | { readonly error: unknown } | undefined;
}

/** How a world waits. */
export interface Time {
  now(): number;
  /** Lets this time pass. */
  pause(ms: number): Promise<void>;
  /** Ends when this time has passed in which others might have done something. */
  patience(ms: number): Promise<void>;
}

/** What one world chose, so that another does the same whatever it sees, and however slow it is. */
export interface Trail {
  readonly leads: boolean;
  readonly choices: unknown[];
}

/** Two worlds have gone different ways: they differ in something that was not looked at yet. */
export class StrayedError extends Error {
  readonly code = "STRAYED";
  override readonly name = "StrayedError";

  constructor() {
    super("the leader has not come to this choice");
  }
}

/** What is to be done: the leader decides, others follow. */
export async function choose<Choice>(
  { trail }: World,
  decide: () => Choice | Promise<Choice>,
): Promise<Choice> {
  if (!trail.leads) {
    if (trail.choices.length === 0) throw new StrayedError();
    // Both come to the same choices in the same order.
    return trail.choices.shift() as Choice;
  }
  const choice = await decide();
  trail.choices.push(choice);
  return choice;
}

/** Everything that a script has to remember on one server. */
export interface World {
  readonly stage: Stage;
  readonly time: Time;
  readonly trail: Trail;
  /** Tasks that this worker has. */
  readonly held: Map<string, PollWorkflowTaskQueueResponse>;
  readonly heldActivities: Map<string, PollActivityTaskQueueResponse>;
  /** Tokens of tasks that were answered. */
  readonly spent: Map<string, Uint8Array>;
  readonly spentActivities: Map<string, Uint8Array>;
  readonly calls: OpenCall[];
  /** Updates that were accepted and not completed. */
  readonly accepted: Map<string, Set<string>>;
  /** Workflows that were named, and are to be looked at. */
  readonly known: Set<string>;
  /** Workflows that were deleted. */
  readonly gone: Set<string>;
  readonly impatient: Set<string>;
  /** Workflows that were reset. */
  readonly reset: Set<string>;
  /** Workflows whose tasks come to a queue that nobody polls any more, and when somebody last did. */
  readonly lost: Map<string, number>;
  /** What comes next is a matter of luck on the real server: nothing is compared from here on. */
  byLuck: boolean;
  /** Polls of sticky queues that go on. */
  readonly sticky: Map<string, Promise<PollWorkflowTaskQueueResponse | undefined>>;
  readonly runs: Map<string, Set<string>>;
  readonly leaving: AbortController;
  /** Until when something may happen by itself. */
  restlessUntilMs: number;
  /** What else is looked at after the present step. */
  probe: (() => Promise<unknown>) | undefined;
}

/** A world in which nothing has happened. Without a trail it goes its own way. */
export function newWorld(stage: Stage, time: Time, trail: Trail = { leads: true, choices: [] }): World {
  return {
    stage,
    time,
    trail,
    held: new Map(),
    heldActivities: new Map(),
    spent: new Map(),
    spentActivities: new Map(),
    calls: [],
    accepted: new Map(),
    known: new Set(),
    gone: new Set(),
    impatient: new Set(),
    reset: new Set(),
    lost: new Map(),
    byLuck: false,
    sticky: new Map(),
    runs: new Map(),
    leaving: new AbortController(),
    restlessUntilMs: 0,
    probe: undefined,
  };
}

/** Something may happen by itself within this time. */
export function restless(world: World, ms: number): void {
  if (ms > 0) world.restlessUntilMs = Math.max(world.restlessUntilMs, world.time.now() + ms);
}

/** Makes a call whose end is looked at later. */
export function openCall(
  world: World,
  call: Promise<unknown>,
  about: Pick<OpenCall, "label" | "wf"> & Partial<Pick<OpenCall, "undelivered" | "answer">>,
): OpenCall {
  const open: OpenCall = {
    answer: "answer",
    undelivered: undefined,
    unserved: false,
    ...about,
    result: undefined,
    ended: call.then(
      (value) => {
        open.result = { value };
      },
      (error: unknown) => {
        open.result = { error };
      },
    ),
  };
  world.calls.push(open);
  return open;
}

/** What can be seen of a world from outside, before it is made comparable. */
export interface Sight {
  readonly views: readonly { readonly title: string; readonly value: unknown }[];
  readonly runs: readonly (readonly [wf: string, runId: string])[];
}

/** Looks at everything. */
export async function look(world: World): Promise<Sight> {
  const { stage } = world;
  const { namespace } = stage;
  const runs: [string, string][] = [];
  const views = await Promise.all(
    [...world.known].map(async (wf) => {
      const execution = { workflowId: stage.id(wf), runId: "" };
      try {
        const answer = await stage.service.describeWorkflowExecution({ namespace, execution });
        const runId = answer.workflowExecutionInfo?.execution?.runId ?? "";
        runs.push([wf, runId]);
        const events = await stage.events({ workflowId: stage.id(wf), runId });
        return [
          { title: `${wf} is`, value: ordered(answer) },
          ...events.map((value) => ({ title: wf, value })),
        ];
      } catch (error) {
        return [{ title: `${wf} is`, value: { error } }];
      }
    }),
  );
  const calls = world.calls.map(({ label, result }) => ({ title: label, value: result ?? "open" }));
  const probed = await probe(world);
  const known = [...world.known];
  runs.sort(([a], [b]) => known.indexOf(a) - known.indexOf(b));
  return { views: [...views.flat(), ...calls, ...probed], runs };
}

async function probe(world: World): Promise<Sight["views"]> {
  if (!world.probe) return [];
  try {
    return [{ title: "list", value: await world.probe() }];
  } catch (error) {
    return [{ title: "list", value: { error } }];
  }
}

type Description = Awaited<ReturnType<Stage["service"]["describeWorkflowExecution"]>>;

/** The real server tells pending things in an order of luck. */
function ordered(answer: Description): object {
  const { workflowExtendedInfo: extended } = answer;
  const requestIds = Object.entries(extended?.requestIdInfos ?? {})
    .map(([requestId, info]) => ({ requestId, ...info }))
    .sort((a, b) => Number((a.eventId ?? 0n) - (b.eventId ?? 0n)));
  return {
    ...answer,
    ...(extended ? { workflowExtendedInfo: { ...extended, requestIdInfos: {} }, requestIds } : {}),
    pendingActivities: answer.pendingActivities.toSorted((a, b) => (a.activityId < b.activityId ? -1 : 1)),
    pendingChildren: answer.pendingChildren.toSorted((a, b) => Number(a.initiatedId - b.initiatedId)),
  };
}

/** What was seen, in comparable lines. */
export function linesOf({ views }: Sight, normaliser: Normaliser): readonly string[] {
  return views.map(({ title, value }) => `${title}: ${lineOf(value, normaliser)}`);
}

function lineOf(value: unknown, normaliser: Normaliser): string {
  if (typeof value === "object" && value !== null && "error" in value) {
    return `failed: ${errorText(value.error, normaliser)}`;
  }
  return settled(JSON.stringify(normaliser.value(value)));
}

/** An error as it is compared. */
export function errorText(error: unknown, normaliser: Normaliser): string {
  if (!(error instanceof RpcError)) return String(error);
  const status = grpcStatusName(error.status);
  if (status === "DEADLINE_EXCEEDED" || status === "CANCELLED") return status;
  const details = errorDetails(error).map(({ kind, value }) => normaliser.value({ kind, value }));
  return `${status}: ${normaliser.text(error.details)} ${JSON.stringify(details)}`;
}

/** Spans that depend on the moment at which something was done. */
const MOVING = /(\\?"(?:firstWorkflowTaskBackoff|backoffStartInterval)\\?":\\?")([\d.]+)s/g;

/** A task that became an ordinary one after its third attempt keeps the longer time that it was given. */
const LATER_TASK =
  /(WorkflowTaskScheduled \{\\?"attempt\\?":1,\\?"startToCloseTimeout\\?":\\?")(?!(?:0\.3|3|110)s)[\d.]+s/g;

/** A line without what no two runs have alike. */
export function settled(line: string): string {
  return line
    .replace(/,?\\?"currentRetryInterval\\?":\\?"[^"\\]*\\?"/g, "")
    .replace(/\\?"autoResetPoints\\?":\{\},/g, "")
    .replace(/("eventId\\?":)\d+(,\\?"eventType\\?":1)(?=[,}])/g, "$11$2")
    .replace(/(\\?"attempt\\?":(?:[4-9]|\d\d+),\\?"startToCloseTimeout\\?":\\?")[\d.]+s/g, "$1<more>")
    .replace(LATER_TASK, "$1<more>")
    .replace(MOVING, (_all, before: string, text: string) => {
      const span = Number(text);
      // "@every 1h" counts from the start of the run: how long ago that was is not the same on both servers.
      if (span > 3_590 && span <= 3_600) return `${before}3600s`;
      if (span > 100) return `${before}<long>`;
      if (span > 0 && span < 1) return `${before}<short>`;
      return `${before}${text}s`;
    });
}

/** Takes over what was seen: the names of runs, and which runs there are. */
export function accept(world: World, sight: Sight): readonly string[] {
  for (const [wf, runId] of sight.runs) {
    const runs = world.runs.get(wf) ?? new Set();
    runs.add(runId);
    world.runs.set(wf, runs);
  }
  return linesOf(sight, world.stage.normaliser);
}
