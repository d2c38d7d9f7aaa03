import type { FromThread, ThreadInit, ToThread, WorkerFacts } from "../../src/engine/protocol.ts";
import { PROTOCOL_VERSION } from "../../src/engine/protocol.ts";
import {
  decodeRespondQueryTaskCompletedRequest,
  decodeRespondWorkflowTaskCompletedRequest,
  decodeRespondWorkflowTaskFailedRequest,
  type RespondQueryTaskCompletedRequest,
  type RespondWorkflowTaskCompletedRequest,
  type RespondWorkflowTaskFailedRequest,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";

export type CompletionMessage = Extract<FromThread, { kind: "completion" }>;

export const workerFacts: WorkerFacts = {
  namespace: "default",
  taskQueue: "orders",
  identity: "tester",
  buildId: "build-1",
  sdkName: "perdure",
  sdkVersion: "0.1.0",
  workerInstanceKey: "instance-1",
  sticky: { queue: "sticky-1", scheduleToStartTimeoutMs: 10_500 },
  maxCachedWorkflows: 10,
  capabilities: { sdkMetadata: true, buildIdBasedVersioning: true },
  transformsPayloads: false,
  limits: { payloadErrorBytes: 0, memoErrorBytes: 0, messageBytes: 0 },
  workflowFailureErrorTypes: {},
  deadlockTimeoutMs: 2000,
  showStackTraceSources: false,
  sinks: {},
  registeredActivities: ["charge"],
};

export function threadInit(bundle: string, facts: Partial<WorkerFacts> = {}): ThreadInit {
  return {
    kind: "init",
    protocolVersion: PROTOCOL_VERSION,
    threadIndex: 0,
    bundle,
    worker: { ...workerFacts, ...facts },
    progress: new SharedArrayBuffer(16),
  };
}

/** The main thread's side of the protocol, as small as tests need it. Records all that the thread sends. */
export class MainThread {
  readonly messages: FromThread[] = [];
  /** Answers `wantPage` and `transform`. */
  onRequest: (message: FromThread) => ToThread | undefined = () => undefined;
  #post: (message: ToThread) => void = () => {};
  #waiting: {
    readonly match: (message: FromThread) => boolean;
    readonly resolve: (message: FromThread) => void;
  }[] = [];
  #lastTask = 0;

  readonly receive = (message: FromThread): void => {
    this.messages.push(message);
    const answer = this.onRequest(message);
    if (answer !== undefined) this.#post(answer);
    for (const waiter of [...this.#waiting]) {
      if (!waiter.match(message)) continue;
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.resolve(message);
    }
  };

  connect(post: (message: ToThread) => void): this {
    this.#post = post;
    return this;
  }

  post(message: ToThread): void {
    this.#post(message);
  }

  /** The first message of this kind from now on, or `fatal` and `initFailed`, which reject. */
  next<Kind extends FromThread["kind"]>(
    kind: Kind,
    match: (message: Extract<FromThread, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<FromThread, { kind: Kind }>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        match: (message) =>
          message.kind === "fatal" ||
          (message.kind === kind && match(message as Extract<FromThread, { kind: Kind }>)),
        resolve: (message) => {
          if (message.kind === "fatal" && kind !== "fatal")
            reject(new Error(`${message.message}\n${message.stack}`));
          else resolve(message as Extract<FromThread, { kind: Kind }>);
        },
      });
    });
  }

  /** Gives a task and waits for its completion, without confirming it. */
  async give(
    runId: string,
    bytes: Uint8Array,
    options: { timed?: boolean; eagerSlots?: number } = {},
  ): Promise<CompletionMessage> {
    const taskId = ++this.#lastTask;
    const completion = this.next("completion", (message) => message.taskId === taskId);
    this.post({
      kind: "task",
      taskId,
      runId,
      bytes,
      eagerSlots: options.eagerSlots ?? 0,
      timed: options.timed ?? false,
      secondLook: false,
    });
    return completion;
  }

  /** As `give`, then says that the server took the answer. */
  async run(
    runId: string,
    bytes: Uint8Array,
    options: { timed?: boolean; eagerSlots?: number } = {},
  ): Promise<CompletionMessage> {
    const completion = await this.give(runId, bytes, options);
    const outcome = { kind: "accepted", resetHistoryEventId: 0 } as const;
    this.post({ kind: "answered", taskId: completion.taskId, runId, outcome });
    return completion;
  }

  of<Kind extends FromThread["kind"]>(kind: Kind): Extract<FromThread, { kind: Kind }>[] {
    return this.messages.filter(
      (message): message is Extract<FromThread, { kind: Kind }> => message.kind === kind,
    );
  }
}

export function completed({ answer }: CompletionMessage): RespondWorkflowTaskCompletedRequest {
  if (answer.kind !== "completed") throw new Error(`Expected a completed task, got ${describe(answer)}`);
  return decodeRespondWorkflowTaskCompletedRequest(answer.bytes);
}

export function failed({ answer }: CompletionMessage): RespondWorkflowTaskFailedRequest {
  if (answer.kind !== "failed") throw new Error(`Expected a failed task, got ${describe(answer)}`);
  return decodeRespondWorkflowTaskFailedRequest(answer.bytes);
}

export function answeredQuery({ answer }: CompletionMessage): RespondQueryTaskCompletedRequest {
  if (answer.kind !== "query") throw new Error(`Expected a query answer, got ${describe(answer)}`);
  return decodeRespondQueryTaskCompletedRequest(answer.bytes);
}

function describe(answer: CompletionMessage["answer"]): string {
  if (answer.kind === "failed") {
    const { failure, cause } = decodeRespondWorkflowTaskFailedRequest(answer.bytes);
    return `failed (cause ${cause}): ${failure?.message}\n${failure?.stackTrace}`;
  }
  return answer.kind === "none" ? `none: ${answer.why}` : answer.kind;
}

/** The commands of an answer by their attribute case, without the common suffix. */
export function commandNames(message: CompletionMessage): string[] {
  return completed(message).commands.map(({ attributes }) =>
    (attributes.case ?? "").replace(/CommandAttributes$/, ""),
  );
}

/** The value of a JSON payload. */
export function value(payload: { data?: Uint8Array | undefined } | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(payload?.data)) as unknown;
}
