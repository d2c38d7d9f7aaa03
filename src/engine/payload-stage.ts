import type { Init } from "../codec-runtime/init.ts";
import { collectPayloads, type PayloadVisit, replacePayloads } from "../codec-runtime/visit.ts";
import type { FailureData } from "../core/activation.ts";
import type { Payload } from "../gen/codec/temporal/api/common/v1/message.ts";
import { decodePayload, encodePayload } from "../gen/codec/temporal/api/common/v1/message.ts";
import { decodeFailure } from "../gen/codec/temporal/api/failure/v1/message.ts";
import type { FromThread, ToThread } from "./protocol.ts";

type Request = Extract<FromThread, { kind: "transform" }>;
type Reply = Extract<ToThread, { kind: "payloads" }>;

/** The user's codecs could not transform a batch. */
export class PayloadStageError extends Error {
  override readonly name: string = "PayloadStageError";
  readonly code = "PAYLOAD_TRANSFORM_FAILED";
  readonly failure: FailureData;
  constructor(failure: FailureData) {
    super(failure.message ?? "The payload codec failed");
    this.failure = failure;
  }
}

/** Whose payloads a batch has. */
interface PayloadsOf {
  readonly direction: Request["direction"];
  readonly workflowId: string;
  /** What SDKs note for themselves; see `marker-notes.ts`. */
  readonly notes: ReadonlySet<object> | undefined;
}

/**
 * Sends the payloads below a message through the codecs of the main thread, one batch per message. Headers belong to
 * interceptors and search attributes to the server: neither is in a batch.
 */
export class PayloadStage {
  readonly #post: (message: FromThread) => void;
  readonly #waiting: Map<number, (reply: Reply) => void> = new Map();
  #lastBatch = 0;

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  /** Changes the payloads in place. Rejects with a PayloadStageError. */
  async transform<Message>(
    message: Message,
    visit: PayloadVisit<Message>,
    { notes, ...of }: PayloadsOf,
  ): Promise<void> {
    const batch = collectPayloads(message, visit, { except: notes });
    if (batch.length === 0) return;
    // A collected payload is what the encoder takes.
    const payloads = batch.map((payload) => encodePayload(payload as Init<Payload>));
    const { result } = await new Promise<Reply>((resolve) => {
      const batchId = ++this.#lastBatch;
      this.#waiting.set(batchId, resolve);
      this.#post({ kind: "transform", batchId, ...of, payloads });
    });
    if (result.kind === "error") throw new PayloadStageError(decodeFailure(result.failure));
    const decoded = result.payloads.map((bytes) => decodePayload(bytes));
    replacePayloads(message, visit, { payloads: decoded, except: notes });
  }

  answer(reply: Reply): void {
    const resolve = this.#waiting.get(reply.batchId);
    this.#waiting.delete(reply.batchId);
    resolve?.(reply);
  }
}
