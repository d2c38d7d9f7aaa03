import { vmPlatform } from "../../../runtimes/node-api/sandbox-vm.ts";
import { startInlineEngine } from "../../../src/engine/inline.ts";
import type { WorkerFacts } from "../../../src/engine/protocol.ts";
import { MainThread, threadInit } from "../../engine/main-thread.ts";

/** Replays histories in the calling thread. */
export class InlineReplayer {
  readonly #main: MainThread;
  #lastTask = 0;

  private constructor(main: MainThread) {
    this.#main = main;
  }

  /** Starts an engine with a bundle; rejects when the bundle cannot be evaluated. */
  static async start(bundle: string, facts: Partial<WorkerFacts>): Promise<InlineReplayer> {
    const main = new MainThread();
    const engine = startInlineEngine(vmPlatform({ alwaysTimed: "Deno" in globalThis }), main.receive);
    main.connect((message) => engine.post(message));
    const ready = main.next("ready");
    main.post(threadInit(bundle, { registeredActivities: ["default"], ...facts }));
    await ready;
    return new InlineReplayer(main);
  }

  /** Why code and history do not fit; undefined when they do. */
  async replay(text: string, workflowId: string): Promise<string | undefined> {
    const taskId = ++this.#lastTask;
    const replayed = this.#main.next("replayed", (message) => message.taskId === taskId);
    this.#main.post({
      kind: "replay",
      taskId,
      workflowId,
      history: { kind: "json", text },
      secondLook: false,
    });
    return (await replayed).failure?.message;
  }

  close(): void {
    this.#main.post({ kind: "close" });
  }
}
