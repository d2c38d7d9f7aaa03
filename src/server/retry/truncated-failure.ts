import type { Init } from "../../codec-runtime/init.ts";
import { encodeFailure, type Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";

/** A failure of the server's own making. */
export function serverFailure(
  message: string,
  nonRetryable: boolean,
  cause?: Init<Failure> | undefined,
): Init<Failure> {
  return { message, cause, failureInfo: { case: "serverFailureInfo", value: { nonRetryable } } };
}

/** A failure that is larger than `limitBytes` gives way to one of the server's that has it, cut short, as its cause. */
export function limitedFailure(
  failure: Init<Failure> | undefined,
  limits: { readonly limitBytes: number; readonly cutBytes: number; readonly nonRetryable: boolean },
): Init<Failure> | undefined {
  if (failure === undefined || encodeFailure(failure).length <= limits.limitBytes) return failure;
  return serverFailure(
    "Failure exceeds size limit.",
    limits.nonRetryable,
    cutFailure(failure, limits.cutBytes),
  );
}

/** What a text costs besides its bytes, and what other parts cost, as the real server counts. */
const TEXT_BYTES = 4;
const INFO_BYTES = 8;
const CAUSE_BYTES = 4;

/** A failure cut to about so many bytes: of its kind only type and retryability are kept, of its causes what has room. */
export function cutFailure(failure: Init<Failure>, maxBytes: number): Init<Failure> {
  let left = maxBytes;
  const cut = (text: string | undefined): string => {
    const kept = cutText(text ?? "", left);
    if (kept.bytes > 0) left -= kept.bytes + TEXT_BYTES;
    return kept.text;
  };
  const source = cut(failure.source);
  const info = failure.failureInfo;
  let failureInfo: Init<Failure>["failureInfo"];
  if (info?.case === "applicationFailureInfo") {
    left -= INFO_BYTES;
    const { nonRetryable } = info.value;
    failureInfo = { case: info.case, value: { type: cut(info.value.type), nonRetryable } };
  } else if (info?.case === "serverFailureInfo") {
    left -= INFO_BYTES;
    failureInfo = { case: info.case, value: { nonRetryable: info.value.nonRetryable } };
  }
  const message = cut(failure.message);
  const stackTrace = cut(failure.stackTrace);
  const cause =
    failure.cause && left > CAUSE_BYTES ? cutFailure(failure.cause, left - CAUSE_BYTES) : undefined;
  return { source, message, stackTrace, failureInfo, cause };
}

const encoder = new TextEncoder();

/** The beginning of a text that fits, never half a character. */
function cutText(text: string, maxBytes: number): { readonly text: string; readonly bytes: number } {
  if (maxBytes <= 0) return { text: "", bytes: 0 };
  const target = new Uint8Array(Math.min(maxBytes, text.length * 3));
  const { read, written } = encoder.encodeInto(text, target);
  return { text: text.slice(0, read), bytes: written };
}
