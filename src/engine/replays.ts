import type { Draft } from "../codec-runtime/init.ts";
import type { JsonValue } from "../codec-runtime/json.ts";
import { replayTask } from "../core/replay.ts";
import { createRun } from "../core/run.ts";
import { historyFromJson } from "../gen/codec/temporal/api/history/v1/message.json.ts";
import {
  decodeHistory,
  type History,
  type WorkflowExecutionStartedEventAttributes,
} from "../gen/codec/temporal/api/history/v1/message.ts";
import { visitHistory } from "../gen/codec/temporal/api/history/v1/message.visit.ts";
import { failureOf } from "./answerer.ts";
import { closedDriver } from "./closed-driver.ts";
import type { DriverParts } from "./driver.ts";
import { errorStack, errorText } from "./error-text.ts";
import { notesInEvents } from "./marker-notes.ts";
import {
  type FromThread,
  type ReplayFailure,
  secondLookMs,
  type ToThread,
  type WireHistory,
} from "./protocol.ts";
import { ReplayAnswers } from "./replay-answers.ts";
import type { CachedRun } from "./run-cache.ts";

type ReplayMessage = Extract<ToThread, { kind: "replay" }>;
type Replayed = Extract<FromThread, { kind: "replayed" }>;

/** What replaying takes: the parts of the thread that the tasks of a server go through too. */
export interface ReplaysParts extends Pick<DriverParts, "facts" | "turns" | "payloads" | "post"> {
  readonly mapStack: (stack: string) => string;
  readonly flushObserved: (runId: string) => void;
}

/** What of a task a replay does not have. */
const NO_TASK = {
  taskToken: new Uint8Array(0),
  attempt: 1,
  isQuery: false,
  eagerSlots: 0,
} as const;

/**
 * Replays whole histories: a run that is given one task and then forgotten.
 *
 * P1. Runs that replay are kept out of the cache and have keys of their own, so a run id may occur any number of times.
 * P2. Every message is answered by `replayed`, whatever the history is made of.
 * P3. A history that parts from the code is replayed once more with traced commands, for the report; tracing all would cost
 *     every replay what only the failed one needs.
 */
export class Replays {
  readonly #parts: ReplaysParts;

  constructor(parts: ReplaysParts) {
    this.#parts = parts;
  }

  /** Never rejects. */
  async replay(message: ReplayMessage): Promise<void> {
    const { post } = this.#parts;
    const about: { -readonly [K in keyof Replayed]: Replayed[K] } = {
      kind: "replayed",
      taskId: message.taskId,
      runId: "",
      workflowType: "",
      events: 0,
    };
    try {
      const history = readWireHistory(message.history);
      const started = startOf(history);
      about.events = history.events.length;
      about.runId = started?.originalExecutionRunId ?? "";
      about.workflowType = started?.workflowType?.name ?? "";
      post({ ...about, failure: await this.#run(message, history) });
    } catch (error) {
      const failure: ReplayFailure = {
        reason: "badHistory",
        message: errorText(error),
        stack: errorStack(error),
      };
      post({ ...about, failure });
    }
  }

  async #run(message: ReplayMessage, history: History): Promise<ReplayFailure | undefined> {
    const { facts, payloads } = this.#parts;
    if (facts.transformsPayloads) {
      try {
        const notes = notesInEvents(history.events);
        const of = { direction: "decode", workflowId: message.workflowId, notes } as const;
        // A decoded message is a draft of itself.
        await payloads.transform(history as Draft<History>, visitHistory, of);
      } catch (error) {
        return {
          reason: "workflowFailed",
          message: failureOf(error).message ?? "",
          stack: errorStack(error),
        };
      }
    }
    const failure = await this.#attempt(message, history, false);
    if (failure?.reason !== "nondeterminism") return failure;
    const traced = await this.#attempt(message, history, true);
    return traced?.reason === "nondeterminism" ? traced : failure;
  }

  async #attempt(
    { taskId, workflowId, secondLook }: ReplayMessage,
    history: History,
    tracesCommands: boolean,
  ): Promise<ReplayFailure | undefined> {
    const { facts, turns, payloads, mapStack, flushObserved } = this.#parts;
    const started = startOf(history);
    const task = replayTask(history.events, workflowId || started?.workflowId || "fake");
    const answers = new ReplayAnswers(mapStack);
    const taskQueue = started?.taskQueue?.name ?? facts.taskQueue;
    const cached: CachedRun = {
      runId: `replay ${taskId} ${task.runId}`,
      workflowId: task.workflowId,
      workflowType: task.workflowType,
      run: createRun({
        runId: task.runId,
        taskQueue,
        sdkName: facts.sdkName,
        sdkVersion: facts.sdkVersion,
        serverSupportsSdkMetadata: true,
        nondeterminismFailsWorkflow: false,
      }),
      facts: { taskQueue, tracesCommands },
      // Its local activities are never run: they have no life of their own.
      instance: 0,
      isOpen: false,
      task: {
        taskId,
        ...NO_TASK,
        limitMs: secondLook ? secondLookMs(facts) : 0,
        events: history.events.length,
      },
    };
    const missing = "the history does not have the events before its first one";
    const driver = closedDriver({ facts, turns, payloads, answerer: answers }, missing);
    try {
      await driver.drive(cached, { kind: "task", task });
      const { failure } = answers;
      // A run that has more to do than its history tells, such as a local activity, is still busy; that is no failure.
      await driver.drive(cached, { kind: "evict", reason: "fatal", message: "Replayed" });
      return failure;
    } catch (error) {
      turns.close(cached.runId, taskId);
      return { reason: "fatal", message: errorText(error), stack: errorStack(error) };
    } finally {
      flushObserved(task.runId);
    }
  }
}

/** @throws CodecError, SyntaxError, or TypeError when it is no history. */
function readWireHistory(history: WireHistory): History {
  if (history.kind === "binary") return decodeHistory(history.bytes);
  const json = JSON.parse(history.text) as JsonValue;
  return historyFromJson(json);
}

function startOf({ events }: History): WorkflowExecutionStartedEventAttributes | undefined {
  const first = events[0]?.attributes;
  return first?.case === "workflowExecutionStartedEventAttributes" ? first.value : undefined;
}
