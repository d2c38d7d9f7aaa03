// Invariants
// D1. A query that was asked directly is with at most one worker, and is answered at most once: by that worker, by its
//     caller's leaving or by the end of its time, whichever is first. An answer that comes later finds nothing.
// D2. The time of the run's tree does not skip while a query waits for a worker or is with one, as with any other task.
import type { Init } from "../../codec-runtime/init.ts";
import { TaskQueueKind } from "../../gen/codec/temporal/api/enums/v1/task_queue.ts";
import type { WorkflowQuery } from "../../gen/codec/temporal/api/query/v1/message.ts";
import type { RespondQueryTaskCompletedRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { LONG_POLL_TAIL_MS, QUERY_POLLER_WINDOW_MS } from "../limits.ts";
import type { TaskQueueId, WaitingTask } from "../matching/matching.ts";
import { failedPrecondition, notFound } from "../rpc/failures.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { encodeTaskToken } from "../rpc/task-token.ts";
import type { Wall } from "../time/wall.ts";
import type { Engine } from "./engine.ts";
import { historyPage, wireHistory } from "./history-page.ts";
import { open } from "./id-policies.ts";
import { encodePageToken } from "./page-token.ts";
import type { Run } from "./run.ts";
import { DEFAULT_PRIORITY, type WorkflowTaskAnswer } from "./task-dispatch.ts";

/** What a worker says to a query. */
export type QueryReply = Pick<
  RespondQueryTaskCompletedRequest,
  "completedType" | "queryResult" | "errorMessage" | "failure"
>;

/** How long a caller waits. */
export interface QueryDeadline {
  readonly signal: AbortSignal;
  /** When its caller gives up, by the wall; undefined: never. */
  readonly atMs: number | undefined;
}

interface Asked {
  readonly reply: (reply: QueryReply) => void;
}

/** Queries that go to workers by themselves, without a workflow task. */
export class DirectQueries {
  readonly #engine: Engine;
  readonly #wall: Wall;
  readonly #asked: Map<string, Asked> = new Map();

  constructor(engine: Engine, wall: Wall) {
    this.#engine = engine;
    this.#wall = wall;
  }

  /** Asks the worker that has the run in its cache; if that one does not answer in time, any other. */
  async ask(run: Run, query: Init<WorkflowQuery>, deadline: QueryDeadline): Promise<QueryReply> {
    const release = run.timeline.hold(true);
    try {
      return await this.#askInTurn(run, query, deadline);
    } finally {
      release();
    }
  }

  /** @throws {ServiceFailure} NOT_FOUND when nobody waits for this answer any more */
  reply(queryId: string, reply: QueryReply): void {
    const asked = this.#asked.get(queryId);
    if (!asked) throw notFound("query task not found, or already expired");
    asked.reply(reply);
  }

  async #askInTurn(run: Run, query: Init<WorkflowQuery>, deadline: QueryDeadline): Promise<QueryReply> {
    const { sticky, started } = run.fields;
    const id = (name: string): TaskQueueId => ({ namespace: run.namespace, name, kind: "workflow" });
    if (sticky !== undefined) {
      if (this.#engine.parts.queues.hasRecentPoller(id(sticky.queue))) {
        const reply = await this.#offer(run, query, {
          queue: id(sticky.queue),
          sticky: true,
          deadline,
          giveUpMs: sticky.scheduleToStartMs,
        });
        if (reply) return reply;
      }
      // A caller that left says nothing about the worker.
      if (deadline.signal.aborted) throw new ServiceFailure(GrpcStatus.CANCELLED, "context canceled");
      this.#forgetSticky(run, sticky.queue);
    }
    const queue = id(started.taskQueue?.name ?? "");
    const reply = await this.#offer(run, query, { queue, sticky: false, deadline, giveUpMs: undefined });
    if (reply) return reply;
    throw failedPrecondition("no poller seen for task queue recently, worker may be down");
  }

  #forgetSticky(run: Run, queue: string): void {
    if (!open(run) || run.fields.sticky?.queue !== queue) return;
    this.#engine.transact(run, (tx) => {
      tx.fields.sticky = undefined;
    });
  }

  /** Undefined: nobody answered in time. */
  #offer(
    run: Run,
    query: Init<WorkflowQuery>,
    to: {
      readonly queue: TaskQueueId;
      readonly sticky: boolean;
      readonly deadline: QueryDeadline;
      /** Undefined: shortly before the caller does, if nobody polls. */
      readonly giveUpMs: number | undefined;
    },
  ): Promise<QueryReply | undefined> {
    const queryId = crypto.randomUUID();
    const { signal } = to.deadline;
    return new Promise((resolve) => {
      const offer = new QueryOffer(run.fields.started.priority?.priorityKey, this.#wall.now(), () =>
        queryTask(run, query, { queryId, sticky: to.sticky }),
      );
      const end = (reply: QueryReply | undefined): void => {
        stop();
        signal.removeEventListener("abort", leave);
        this.#asked.delete(queryId);
        offer.withdraw();
        resolve(reply);
      };
      const leave = (): void => end(undefined);
      const stop = this.#after(to, () => {
        const polled = (): boolean =>
          this.#engine.parts.queues.hasRecentPoller(to.queue, QUERY_POLLER_WINDOW_MS);
        if (to.sticky || !(offer.taken || polled())) end(undefined);
      });
      signal.addEventListener("abort", leave);
      if (signal.aborted) return leave();
      this.#asked.set(queryId, { reply: end });
      this.#engine.parts.queues.add(to.queue, offer);
    });
  }

  #after(
    { deadline, giveUpMs }: { readonly deadline: QueryDeadline; readonly giveUpMs: number | undefined },
    fire: () => void,
  ): () => void {
    if (giveUpMs !== undefined) return this.#wall.after(giveUpMs, fire);
    if (deadline.atMs === undefined) return () => {};
    return this.#wall.after(Math.max(0, deadline.atMs - LONG_POLL_TAIL_MS - this.#wall.now()), fire);
  }
}

/** A query in a task queue. Once nobody waits for it, all that stays there is a mark. */
class QueryOffer implements WaitingTask<WorkflowTaskAnswer> {
  readonly priority: number;
  readonly addedMs: number;
  #make: (() => WorkflowTaskAnswer) | undefined;
  #taken = false;

  constructor(priority: number | undefined, addedMs: number, make: () => WorkflowTaskAnswer) {
    this.priority = priority || DEFAULT_PRIORITY;
    this.addedMs = addedMs;
    this.#make = make;
  }

  /** Whether a worker has it. */
  get taken(): boolean {
    return this.#taken;
  }

  take(): WorkflowTaskAnswer | undefined {
    const make = this.#make;
    this.#make = undefined;
    if (make) this.#taken = true;
    return make?.();
  }

  withdraw(): void {
    this.#make = undefined;
  }
}

/** What a worker gets: the worker that has the run in its cache needs no history. */
function queryTask(
  run: Run,
  query: Init<WorkflowQuery>,
  { queryId, sticky }: { readonly queryId: string; readonly sticky: boolean },
): WorkflowTaskAnswer {
  const { fields, history } = run;
  const end = history.length + 1;
  const page = sticky ? undefined : historyPage(run, 1, end);
  return {
    taskToken: encodeTaskToken({
      kind: "query",
      namespace: run.namespace,
      workflowId: run.workflowId,
      runId: run.runId,
      scheduledId: 0,
      startedId: 0,
      attempt: 1,
      stamp: queryId,
    }),
    workflowExecution: { workflowId: run.workflowId, runId: run.runId },
    workflowType: fields.started.workflowType,
    previousStartedEventId: fields.lastStartedId,
    attempt: 1,
    history: page ? wireHistory(page.encoded) : {},
    nextPageToken:
      page?.next === undefined
        ? undefined
        : encodePageToken({
            runId: run.runId,
            next: page.next,
            end,
            transient: false,
            wait: false,
            closeOnly: false,
          }),
    query,
    workflowExecutionTaskQueue: { name: fields.started.taskQueue?.name, kind: TaskQueueKind.NORMAL },
  };
}
