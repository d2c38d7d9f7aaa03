import type { ProtoFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";

const retryableByType = {
  UNKNOWN: true,
  BAD_REQUEST: false,
  UNAUTHENTICATED: false,
  UNAUTHORIZED: false,
  NOT_FOUND: false,
  REQUEST_TIMEOUT: true,
  CONFLICT: false,
  RESOURCE_EXHAUSTED: true,
  INTERNAL: true,
  NOT_IMPLEMENTED: false,
  UNAVAILABLE: true,
  UPSTREAM_TIMEOUT: true,
} as const;

/** What went wrong between a caller of Nexus and its handler. */
export type NexusHandlerErrorType = keyof typeof retryableByType;

/** A failure in the form that Nexus has for it, with Temporal's inside. */
export interface NexusOriginalFailure {
  message: string;
  metadata: { type: "temporal.api.failure.v1.Failure" };
  details: ProtoFailure;
}

/** What a handler error has besides its type and message. */
export interface NexusHandlerErrorOptions {
  cause?: unknown;
  /** The type as it was on the wire, where that is none of {@link NexusHandlerErrorType}. */
  rawErrorType?: string | undefined;
  /** Whether to try again, whatever the type says. */
  retryableOverride?: boolean | undefined;
  /** What came over the wire: encoding the error again sends it unchanged. */
  originalFailure?: NexusOriginalFailure | undefined;
}

/**
 * The handler of a Nexus operation could not take or answer the call. Cause of a `NexusOperationFailure`; it counts as
 * `HandlerError` of the package `nexus-rpc`, whose errors count as this class.
 */
export class NexusHandlerError extends Error {
  declare readonly code: "NEXUS_HANDLER_ERROR";
  readonly type: NexusHandlerErrorType;
  readonly rawErrorType: string;
  readonly retryableOverride: boolean | undefined;
  readonly originalFailure: NexusOriginalFailure | undefined;

  constructor(type: NexusHandlerErrorType, message?: string, options: NexusHandlerErrorOptions = {}) {
    super(message || `Handler error: ${type}`, { cause: options.cause });
    this.type = type;
    this.rawErrorType = type === "UNKNOWN" ? (options.rawErrorType ?? type) : type;
    this.retryableOverride = options.retryableOverride;
    this.originalFailure = options.originalFailure;
  }

  /** Whether the call may be tried again. */
  get retryable(): boolean {
    return this.retryableOverride ?? retryableByType[this.type];
  }

  static {
    realmSafe(NexusHandlerError, "HandlerError", "NEXUS_HANDLER_ERROR", "__nexus_isHandlerError");
  }
}

/** The error for a type as it came over the wire. */
export function nexusHandlerErrorOf(
  type: string,
  message: string | undefined,
  options: NexusHandlerErrorOptions,
): NexusHandlerError {
  const known = Object.hasOwn(retryableByType, type) ? (type as NexusHandlerErrorType) : "UNKNOWN";
  return new NexusHandlerError(known, message, { ...options, rawErrorType: type });
}
