/** Runs programs. The same source under both SDKs. */
import { operation, service } from "nexus-rpc";
import {
  ActivityCancellationType,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  createNexusServiceClient,
  defineQuery,
  defineSignal,
  defineUpdate,
  deprecatePatch,
  executeChild,
  getExternalWorkflowHandle,
  NexusOperationCancellationType,
  ParentClosePolicy,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from "perdure/workflow";
import type * as activities from "./activities.ts";
import type { ActivityStop, Body, Step } from "./program.ts";

const retry = { initialInterval: 5, maximumInterval: 10, maximumAttempts: 2 };
const remote = byStop((cancellationType) =>
  proxyActivities<typeof activities>({
    startToCloseTimeout: 5_000,
    heartbeatTimeout: 2_000,
    cancellationType,
    retry,
  }),
);
const local = byStop((cancellationType) =>
  proxyLocalActivities<typeof activities>({ startToCloseTimeout: 5_000, cancellationType, retry }),
);

function byStop<Made>(make: (type: ActivityCancellationType) => Made): Record<ActivityStop, Made> {
  const { TRY_CANCEL, WAIT_CANCELLATION_COMPLETED, ABANDON } = ActivityCancellationType;
  return {
    TRY_CANCEL: make(TRY_CANCEL),
    WAIT_CANCELLATION_COMPLETED: make(WAIT_CANCELLATION_COMPLETED),
    ABANDON: make(ABANDON),
  };
}

/** A program may go round in circles: no run takes more steps than this. */
const MOST_STEPS = 150;
/** Part of the service of test/interop/lib/nexus-service.mjs. */
const conformance = service("conformance", {
  echo: operation<number, number>(),
  fails: operation<number, void>(),
  isCancelled: operation<number, void>(),
  refuses: operation<number, void>(),
  runs: operation<string, string>({ name: "runs-a-workflow" }),
  never: operation<number, void>(),
  cannotBeCancelled: operation<number, void>(),
});
const nexus = createNexusServiceClient({ endpoint: "conformance-endpoint", service: conformance });
const flagsQuery = defineQuery<boolean[]>("flags");

/** What one run of a program has. */
class Run {
  readonly flags: boolean[] = [];
  /** What happened, in order: part of what activities are told, so that a change of order shows in history. */
  readonly trace: string[] = [];
  readonly #slots = new Map<number, Promise<unknown>>();
  readonly #scopes = new Map<number, CancellationScope>();
  readonly #timers = new Map<
    number,
    { readonly timer: ReturnType<typeof setTimeout>; readonly scope: CancellationScope }
  >();
  readonly #localsInTurn: boolean;
  /** The end of the last local activity. */
  #lastLocal: Promise<unknown> = Promise.resolve();
  #stepsLeft = MOST_STEPS;
  #children = 0;

  constructor(localsInTurn: boolean) {
    this.#localsInTurn = localsInTurn;
  }

  async body(body: Body): Promise<void> {
    for (const step of body) {
      if (--this.#stepsLeft < 0) return;
      await this.#step(step);
    }
  }

  #note(text: string): void {
    this.trace.push(text);
  }

  async #step(step: Step): Promise<void> {
    switch (step.op) {
      case "sleep":
        return await sleep(step.ms);
      case "activity":
        this.#note(await remote[step.stop].work(step.work, this.trace.length, this.trace.at(-1) ?? ""));
        return;
      case "local":
        return await this.#local(step);
      case "child":
        return await this.#child(step);
      case "nexus":
        return await this.#nexus(step);
      case "signalOther":
        return await getExternalWorkflowHandle(this.#other(step.exists)).signal(step.name, this.trace.length);
      case "cancelOther":
        return await getExternalWorkflowHandle(this.#other(step.exists)).cancel();
      case "wait":
        return void (await this.#slots.get(step.slot));
      case "cancel":
        return this.#scopes.get(step.slot)?.cancel();
      case "condition":
        if (step.ms === null) await condition(() => this.flags[step.flag] === true);
        else this.#note(`c${await condition(() => this.flags[step.flag] === true, step.ms)}`);
        return;
      case "raise":
        this.flags[step.flag] = true;
        return;
      case "lower":
        this.flags[step.flag] = false;
        return;
      case "throw":
        throw ApplicationFailure.nonRetryable("thrown", "Thrown", this.trace.length);
      case "memo":
        return upsertMemo({ [`m${step.value % 3}`]: step.value });
      case "attribute":
        return upsertSearchAttributes({ Amount: [step.value] });
      case "tick":
        for (let left = step.times; left > 0; left--) await Promise.resolve();
        return;
      case "random":
        return this.#note(`${Math.floor(Math.random() * 1e6)} ${uuid4()}`);
      case "handlersDone":
        return this.#note(`h${await condition(allHandlersFinished, 100)}`);
      default:
        return await this.#nested(step);
    }
  }

  async #nested(step: Extract<Step, { body: Body } | { bodies: readonly Body[] }>): Promise<void> {
    switch (step.op) {
      case "begin": {
        const begun = this.body(step.body);
        begun.catch((error: Error) => this.#note(`begun ${error.name}`));
        this.#slots.set(step.slot, begun);
        return;
      }
      case "join":
        return await this.#join(step);
      case "scope":
        return await this.#scope(step);
      case "patch":
        if (step.deprecated) deprecatePatch(step.id);
        else if (!patched(step.id)) return;
        return await this.body(step.body);
      case "attempt":
        try {
          return await this.body(step.body);
        } catch (error) {
          this.#note(`caught ${(error as Error).name}`);
          return await this.body(step.rescue);
        } finally {
          await this.body(step.always);
        }
      case "repeat":
        for (let round = 0; round < step.times; round++) await this.body(step.body);
        return;
      case "stream":
        for await (const round of this.#rounds(step.times, step.body)) this.#note(`round ${round}`);
        return;
      case "later":
        return this.#later(step.ms, step.slot, step.body);
      default:
        return this.#handle(step);
    }
  }

  async #local({ work, stop }: Extract<Step, { op: "local" }>): Promise<void> {
    const call = (): Promise<string> => local[stop].work(work, this.trace.length, this.trace.at(-1) ?? "");
    if (!this.#localsInTurn) return this.#note(await call());
    const before = this.#lastLocal;
    const turn = before.then(call);
    this.#lastLocal = turn.catch(() => undefined);
    this.#note(await turn);
  }

  async #nexus({ call, ms, stop }: Extract<Step, { op: "nexus" }>): Promise<void> {
    const abandons = stop === "ABANDON" && !this.#localsInTurn;
    const cancellationType =
      stop === "ABANDON" && !abandons
        ? NexusOperationCancellationType.TRY_CANCEL
        : NexusOperationCancellationType[stop];
    const options = { cancellationType, ...(ms > 0 ? { scheduleToCloseTimeout: ms } : {}) };
    const result =
      typeof call === "object"
        ? await nexus.executeOperation("runs", call.runs, options)
        : await nexus.executeOperation(call, this.trace.length, options);
    this.#note(`nexus ${result}`);
  }

  async #child(step: Extract<Step, { op: "child" }>): Promise<void> {
    const workflowId = this.#childId(++this.#children);
    const result = await executeChild(fuzzChild, {
      workflowId,
      args: [step.program, this.#localsInTurn],
      cancellationType: ChildWorkflowCancellationType[step.stop],
      parentClosePolicy: ParentClosePolicy[step.close],
      workflowExecutionTimeout: 10_000,
      workflowRunTimeout: 10_000,
    });
    this.#note(`child ${result}`);
  }

  #childId(number: number): string {
    return `${workflowInfo().workflowId}/${number}`;
  }

  #other(exists: boolean): string {
    return exists && this.#children > 0 ? this.#childId(this.#children) : "there-is-no-such-workflow";
  }

  async #join({ how, bodies }: Extract<Step, { op: "join" }>): Promise<void> {
    const numbered = async (body: Body, index: number): Promise<number> => {
      await this.body(body);
      return index;
    };
    switch (how) {
      case "all":
        return this.#note(`all ${await Promise.all(bodies.map(numbered))}`);
      case "race":
        return this.#note(`race ${await Promise.race(bodies.map(numbered))}`);
      case "any":
        return this.#note(`any ${await Promise.any(bodies.map(numbered)).catch(firstOf)}`);
      case "allSettled": {
        const settled = await Promise.allSettled(bodies.map(numbered));
        return this.#note(`settled ${settled.map(({ status }) => status)}`);
      }
    }
  }

  async #scope({ kind, ms, slot, body }: Extract<Step, { op: "scope" }>): Promise<void> {
    const inside = async (): Promise<void> => {
      this.#scopes.set(slot, CancellationScope.current());
      await this.body(body);
    };
    if (kind === "cancellable") return await CancellationScope.cancellable(inside);
    if (kind === "nonCancellable") return await CancellationScope.nonCancellable(inside);
    return await CancellationScope.withTimeout(ms + 1, inside);
  }

  async *#rounds(times: number, body: Body): AsyncGenerator<number> {
    for (let round = 0; round < times; round++) {
      await this.body(body);
      yield round;
    }
  }

  #later(ms: number, slot: number, body: Body): void {
    const open = this.#timers.get(slot);
    // Under the official SDK the task fails when a timer is cleared that is not open, be it that its scope was cancelled.
    if (open?.scope.consideredCancelled === false) clearTimeout(open.timer);
    const timer = setTimeout(() => {
      if (this.#timers.get(slot)?.timer === timer) this.#timers.delete(slot);
      this.body(body).catch((error: Error) => this.#note(`later ${error.name}`));
    }, ms);
    this.#timers.set(slot, { timer, scope: CancellationScope.current() });
  }

  #handle(step: Extract<Step, { op: "listen" | "serve" }>): void {
    if (step.op === "listen") {
      setHandler(defineSignal<[number]>(step.name), async (value) => {
        this.#note(`${step.name} ${value}`);
        await this.body(step.body).catch((error: Error) => this.#note(`handler ${error.name}`));
      });
      return;
    }
    const options = {
      validator: (value: number) => {
        if (step.validated && value % 2 === 1) throw new Error("odd");
      },
    };
    const update = defineUpdate<number, [number]>(step.name);
    const handler = async (value: number): Promise<number> => {
      this.#note(`${step.name} ${value}`);
      await this.body(step.body);
      return this.trace.length;
    };
    setHandler(update, handler, options);
  }
}

/** An AggregateError is none of Temporal's failures and would fail the task, not the workflow. */
function firstOf(error: AggregateError): never {
  throw error.errors[0];
}

/** Runs a body, then goes on as a new run if there is another. */
export async function fuzzProgram(body: Body, next: Body | null, localsInTurn: boolean): Promise<string> {
  const run = new Run(localsInTurn);
  setHandler(flagsQuery, () => run.flags);
  await run.body(body);
  if (next !== null) await continueAsNew<typeof fuzzProgram>(next, null, localsInTurn);
  return run.trace.join("; ");
}

export async function fuzzChild(body: Body, localsInTurn: boolean): Promise<string> {
  const run = new Run(localsInTurn);
  await run.body(body);
  return run.trace.join("; ");
}
