import { errorText } from "./error-text.ts";
import { awaitReply, clearReply, type HostReply, newReplyMemory } from "./host-reply.ts";
import type { FromThread, ToThread } from "./protocol.ts";

type Result = Extract<ToThread, { kind: "hostResult" }>;

/**
 * Questions of workflow code that the main thread answers while the code waits.
 *
 * H1. One question is open at a time, since one run is in the sandbox at a time.
 * H2. A thread of its own waits in shared memory. In the main thread itself, the answer must come before `post` returns.
 */
export class HostCalls {
  readonly #post: (message: FromThread) => void;
  readonly #memory: SharedArrayBuffer | undefined;
  #lastCall = 0;
  #answer: Result | undefined;

  constructor(post: (message: FromThread) => void, ownThread: boolean) {
    this.#post = post;
    this.#memory = ownThread ? newReplyMemory() : undefined;
  }

  /** Asks `patchActivationCallback`. */
  activatePatch(
    runId: string,
    patchId: string,
    workflowInfo: { readonly [key: string]: unknown },
  ): HostReply {
    const callId = ++this.#lastCall;
    const reply = this.#memory;
    if (reply !== undefined) clearReply(reply);
    this.#answer = undefined;
    try {
      const call = { kind: "hostCall", callId, runId, argument: patchId, workflowInfo, reply } as const;
      this.#post({ ...call, name: "patchActivation" });
    } catch (error) {
      return {
        error: `patchActivationCallback can't be asked about patch '${patchId}': ${errorText(error)}`,
      };
    }
    if (reply !== undefined) return awaitReply(reply);
    return this.#take(callId, patchId);
  }

  /** Takes in an answer that comes as a message. */
  answer(result: Result): void {
    this.#answer = result;
  }

  #take(callId: number, patchId: string): HostReply {
    const answer: Result | undefined = this.#answer;
    if (answer?.callId !== callId) {
      return {
        error: `patchActivationCallback can't be asked about patch '${patchId}': this runtime shares no memory between threads`,
      };
    }
    return answer.error === undefined ? answer.value : { error: answer.error };
  }
}
