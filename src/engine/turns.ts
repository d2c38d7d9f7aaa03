import type { Activation } from "../core/activation.ts";
import type { Completion } from "../core/command.ts";
import type { RunFacts } from "../workflow/runtime/sandbox-entry.ts";
import { DEADLOCK_TYPE, deadlockMessage } from "./deadlock.ts";
import { engineFailure, thrownFailure } from "./failure.ts";
import type { Progress } from "./progress.ts";
import { type EnginePlatform, type Sandbox, SandboxTimeoutError } from "./sandbox.ts";
import type { StackSampler } from "./stack-sampler.ts";

/** One activation to be run. */
export interface Turn {
  readonly runId: string;
  /** What users call the run, where `runId` is a name of the engine's own. */
  readonly shownRunId?: string | undefined;
  readonly taskId: number;
  /** Milliseconds that an entry may take; 0: not limited for this turn. Where it is limited, its stack is watched. */
  readonly limitMs: number;
  readonly activation: Activation;
  /** Set for the first activation of a run: it is opened with these. */
  readonly open: RunFacts | undefined;
  /**
   * While the run replays: takes a completion and gives the activation that follows at once, undefined when none does. What throws here,
   * or is stopped by the time limit, fails the activation.
   */
  readonly follow?: ((completion: Completion) => Activation | undefined) | undefined;
}

export interface TurnsOptions {
  readonly sandbox: Sandbox;
  readonly platform: Pick<
    EnginePlatform,
    "macrotask" | "onUnhandledRejection" | "alwaysTimed" | "host" | "startSampler"
  >;
  readonly progress: Progress;
  /** Milliseconds for an entry where every one is limited, and what users are told; 0: never. */
  readonly limitMs: number;
  readonly mapStack: (stack: string) => string;
  /** A rejection that does not come from the sandbox. */
  readonly onStrayRejection: (reason: unknown) => void;
}

interface ActiveTurn {
  readonly turn: Turn;
  readonly done: (completion: Completion) => void;
  broken: { readonly error: unknown } | undefined;
  /** `follow` gave no further activation: there is nothing to conclude. */
  isOver: boolean;
  readonly rejections: unknown[];
  readonly sampler: StackSampler | undefined;
}

/** An entry into the sandbox. A time limit is for the user's code only: on Node and Deno each one costs the work of another thread. */
interface Entry {
  readonly taskId: number;
  /** 0: not limited. */
  readonly limitMs: number;
}

/** How long activations that replay may follow each other before others get their turn. */
const REPLAY_SLICE_MS = 10;
const NOTHING: Completion = { kind: "success", commands: [], usedFlags: [], versioningBehavior: 0 };

/**
 * Gives the sandbox to one run at a time.
 *
 * T1. An activation takes two macrotasks: in the first it is applied and comes to rest, in the second it is concluded. Between
 *     them the runtime reports unhandled rejections, which therefore belong to the active run.
 * T2. No other run enters between the two, and nothing else is done in either, so each run waits for its turn only.
 *     Activations that replay share the two: the history says that nothing was rejected in them.
 * T3. Nothing throws out of a macrotask: what workflow code or the wall throws becomes a failed completion.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #queue: (() => void)[] = [];
  #head = 0;
  #active: ActiveTurn | undefined;
  #scheduled = false;
  readonly #unsubscribe: () => void;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#unsubscribe = options.platform.onUnhandledRejection((reason, promise) => {
      if (!options.sandbox.owns(promise)) options.onStrayRejection(reason);
      // One that comes without an active run is the last word of a run that was closed.
      else this.#active?.rejections.push(reason);
    });
  }

  /** Runs an activation when its turn comes. Never rejects. */
  activate(turn: Turn): Promise<Completion> {
    return new Promise((done) => {
      this.#enqueue(() => {
        const sampler = turn.limitMs > 0 ? this.#options.platform.startSampler() : undefined;
        this.#begin({ turn, done, broken: undefined, isOver: false, rejections: [], sampler });
      });
    });
  }

  /** Lets the sandbox forget a run, in turn. */
  close(runId: string, taskId: number): void {
    this.#enqueue(() => {
      const { sandbox, limitMs } = this.#options;
      const entry = { taskId, limitMs: sandbox.closesQuietly(runId) ? 0 : limitMs };
      this.#enter(entry, () => sandbox.close(runId));
    });
  }

  stop(): void {
    this.#unsubscribe();
  }

  #enqueue(job: () => void): void {
    this.#queue.push(job);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.platform.macrotask(() => this.#tick());
  }

  #tick(): void {
    this.#scheduled = false;
    const active = this.#active;
    if (active === undefined) this.#next()?.();
    else this.#finish(active);
    if (this.#active !== undefined || this.#head < this.#queue.length) this.#schedule();
  }

  #next(): (() => void) | undefined {
    const job = this.#queue[this.#head++];
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    }
    return job;
  }

  #begin(active: ActiveTurn): void {
    this.#active = active;
    const { turn } = active;
    const { sandbox } = this.#options;
    active.broken = this.#enter(this.#entryOf(turn), () => {
      if (turn.open !== undefined) sandbox.open(turn.runId, turn.open, turn.activation);
      sandbox.activate(turn.runId, turn.activation);
      while (sandbox.unblockConditions(turn.runId));
    });
    if (turn.follow !== undefined) this.#replay(active, turn.follow);
  }

  /** Goes from one replayed activation to the next, until one is live or others should have their turn. */
  #replay(active: ActiveTurn, follow: NonNullable<Turn["follow"]>): void {
    const { sandbox, platform, limitMs } = this.#options;
    const { runId } = active.turn;
    // A time limit, if there is one, is for the whole slice.
    const sliceMs = limitMs > 0 ? Math.min(REPLAY_SLICE_MS, limitMs / 10) : REPLAY_SLICE_MS;
    const endMs = platform.host.nowMs() + sliceMs;
    let { activation } = active.turn;
    const mayGoOn = (): boolean =>
      activation.isReplaying &&
      !active.isOver &&
      active.broken === undefined &&
      platform.host.nowMs() < endMs;
    if (!mayGoOn()) return;
    active.broken = this.#enter(this.#entryOf(active.turn), () => {
      do {
        const next = follow(sandbox.conclude(runId));
        if (next === undefined) {
          active.isOver = true;
          return;
        }
        activation = next;
        sandbox.activate(runId, next);
        while (sandbox.unblockConditions(runId));
      } while (mayGoOn());
    });
  }

  #finish(active: ActiveTurn): void {
    const { turn, rejections } = active;
    const { sandbox, mapStack } = this.#options;
    let completion: Completion | undefined = active.isOver ? NOTHING : undefined;
    if (!active.isOver || rejections.length > 0)
      active.broken ??= this.#enter(this.#endOf(active), () => {
        for (const reason of rejections) sandbox.unhandledRejection(turn.runId, reason);
        completion = sandbox.conclude(turn.runId);
      });
    this.#active = undefined;
    const stack = active.sampler?.stop();
    const { broken } = active;
    if (broken === undefined) active.done(completion!);
    else if (!(broken.error instanceof SandboxTimeoutError))
      active.done({ kind: "failure", failure: thrownFailure(broken.error, mapStack) });
    else if (stack === undefined) active.done(this.#deadlock(turn, undefined));
    // Only whoever waits for this turn waits for its stack, too.
    else void stack.then((frames) => active.done(this.#deadlock(turn, frames)));
  }

  #deadlock({ runId, shownRunId = runId }: Turn, frames: string | undefined): Completion {
    const { mapStack, limitMs } = this.#options;
    const message = deadlockMessage(limitMs, shownRunId);
    const stackTrace = frames === undefined ? "" : mapStack(`${DEADLOCK_TYPE}: ${message}\n${frames}`);
    return { kind: "failure", failure: engineFailure(message, DEADLOCK_TYPE, { stackTrace }) };
  }

  #entryOf({ taskId, limitMs }: Turn): Entry {
    const { platform, limitMs: always } = this.#options;
    return { taskId, limitMs: limitMs || (platform.alwaysTimed ? always : 0) };
  }

  #endOf({ turn, rejections }: ActiveTurn): Entry {
    const entry = this.#entryOf(turn);
    if (entry.limitMs === 0 || rejections.length > 0) return entry;
    return this.#options.sandbox.concludesQuietly(turn.runId) ? { ...entry, limitMs: 0 } : entry;
  }

  #enter({ taskId, limitMs }: Entry, work: () => void): { readonly error: unknown } | undefined {
    const { sandbox, progress } = this.#options;
    sandbox.setTimeLimit(limitMs);
    progress.begin(taskId);
    try {
      sandbox.together(work);
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      progress.end();
    }
  }
}
