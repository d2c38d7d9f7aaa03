import type { FailureData } from "../core/activation.ts";
import { errorField, errorText } from "./error-text.ts";

const MAX_CAUSES = 20;

/** A failure that the engine itself makes. `type` is what users see as the type of the application failure. */
export function engineFailure(
  message: string,
  type: string,
  details: { stackTrace?: string; nonRetryable?: boolean } = {},
): FailureData {
  return {
    message,
    source: "TypeScriptSDK",
    stackTrace: details.stackTrace ?? "",
    failureInfo: {
      case: "applicationFailureInfo",
      value: { type, nonRetryable: details.nonRetryable ?? false },
    },
  };
}

/** The failure for something that was thrown past the sandbox's own conversion, of whatever realm it is. */
export function thrownFailure(thrown: unknown, mapStack: (stack: string) => string, depth = 0): FailureData {
  if (typeof thrown !== "object" || thrown === null) return engineFailure(String(thrown), "Error");
  const [name, stack, cause] = [
    errorField(thrown, "name"),
    errorField(thrown, "stack"),
    errorField(thrown, "cause"),
  ];
  const failure = engineFailure(errorText(thrown), typeof name === "string" ? name : "Error", {
    stackTrace: typeof stack === "string" ? mapStack(stack) : "",
  });
  if (cause === undefined || depth >= MAX_CAUSES) return failure;
  return { ...failure, cause: thrownFailure(cause, mapStack, depth + 1) };
}
