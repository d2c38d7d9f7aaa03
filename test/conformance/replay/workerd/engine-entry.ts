/**
 * The engine inline in workerd: no thread, no context of its own, no evaluation of text. Each request brings histories; the answer says
 * for each why it does not fit, if so.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { PayloadStage } from "../../../../src/engine/payload-stage.ts";
import type { FromThread } from "../../../../src/engine/protocol.ts";
import { Replays } from "../../../../src/engine/replays.ts";
import type { SandboxEntry, SandboxHost } from "../../../../src/workflow/runtime/sandbox-entry.ts";
import { workerFacts } from "../../../engine/main-thread.ts";
// Made by `on-workerd.ts` from a bundle.
import { bundle, facts } from "./evaluated-bundle.js";
import { openSandbox } from "./sandbox-in-realm.ts";
import { TurnsByMacrotask } from "./turns-by-macrotask.ts";

/** What a request brings. */
export interface ReplayRequest {
  readonly histories: readonly { readonly text: string; readonly workflowId: string }[];
}

/** One for each history: why it does not fit, or null. */
export type ReplayAnswer = readonly (string | null)[];

// The realm will have the workflows' own, once the sandbox is open.
const later = setTimeout;
const clock = Date;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const host: SandboxHost = {
  observe: () => {},
  nowMs: () => clock.now(),
  encodeUtf8: (text) => encoder.encode(text),
  decodeUtf8: (bytes) => decoder.decode(bytes),
  mapStack: (stack) => stack,
  framesOf: () => [],
  sourceText: () => undefined,
  asyncLocalStorage: () => new AsyncLocalStorage<unknown>(),
  activatePatch: () => true,
};

/** One for each request: a promise of one request is nothing to another. */
class InlineReplays {
  readonly #replays: Replays;
  readonly #turns: TurnsByMacrotask;
  readonly #open: Map<number, (why: string | null) => void> = new Map();
  #lastTask = 0;

  constructor(sandbox: SandboxEntry) {
    this.#turns = new TurnsByMacrotask(sandbox, () => new Promise((resolve) => void later(resolve, 0)));
    const post = (message: FromThread): void => {
      if (message.kind !== "replayed") return;
      this.#open.get(message.taskId)?.(message.failure?.message ?? null);
      this.#open.delete(message.taskId);
    };
    this.#replays = new Replays({
      facts: { ...workerFacts, registeredActivities: ["default"], ...facts },
      turns: this.#turns,
      payloads: new PayloadStage(post),
      post,
      mapStack: (stack) => stack,
      flushObserved: () => {},
    });
  }

  replay(text: string, workflowId: string): Promise<string | null> {
    const taskId = ++this.#lastTask;
    const answered = new Promise<string | null>((resolve) => this.#open.set(taskId, resolve));
    void this.#replays.replay({
      kind: "replay",
      taskId,
      workflowId,
      history: { kind: "json", text },
      secondLook: false,
    });
    return answered;
  }

  /** Waits until the last run is forgotten. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }
}

let sandbox: SandboxEntry | undefined;

export default {
  async fetch(request: Request): Promise<Response> {
    // Sent by `on-workerd.ts`.
    const { histories } = JSON.parse(await request.text()) as ReplayRequest;
    sandbox ??= openSandbox(bundle, host);
    const replays = new InlineReplays(sandbox);
    const answer: (string | null)[] = [];
    for (const { text, workflowId } of histories) answer.push(await replays.replay(text, workflowId));
    await replays.idle();
    return new Response(JSON.stringify(answer satisfies ReplayAnswer));
  },
};
