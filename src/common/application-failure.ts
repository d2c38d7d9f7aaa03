import type { Duration } from "./duration.ts";
import { type EnumNames, enumNames } from "./enum-names.ts";
import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";
import { isError, isRecord } from "./type-guards.ts";

/** How an application failure is to be seen: a `BENIGN` one is expected, so it is logged at DEBUG and not counted. */
export const ApplicationFailureCategory = { BENIGN: "BENIGN" } as const;
/** How an application failure is to be seen. */
export type ApplicationFailureCategory =
  (typeof ApplicationFailureCategory)[keyof typeof ApplicationFailureCategory];

/** Names and numbers of {@link ApplicationFailureCategory}. */
export const applicationFailureCategoryNames: EnumNames<ApplicationFailureCategory> = enumNames(
  "category",
  "APPLICATION_ERROR_CATEGORY_",
  ["BENIGN"],
);

/** What an {@link ApplicationFailure} is made of. */
export interface ApplicationFailureOptions {
  message?: string | undefined;
  /** Compared with `RetryPolicy.nonRetryableErrorTypes`. */
  type?: string | undefined;
  /** Default `false`. */
  nonRetryable?: boolean | undefined;
  /** Further facts, serialised by the payload converter. */
  details?: unknown[] | undefined;
  /** Delay until the next attempt instead of the retry policy's own; limits on attempts and time still hold. */
  nextRetryDelay?: Duration | undefined;
  cause?: Error | undefined;
  category?: ApplicationFailureCategory | undefined;
}

/**
 * A failure of the application's own: the one to throw. A workflow that throws it fails; another error fails only the
 * workflow task, which is retried. An activity's other errors are turned into it.
 */
export class ApplicationFailure extends TemporalFailure {
  declare readonly code: "APPLICATION_FAILURE";
  readonly type: string | null | undefined;
  readonly nonRetryable: boolean | null | undefined;
  readonly details: unknown[] | null | undefined;
  readonly nextRetryDelay: Duration | null | undefined;
  readonly category: ApplicationFailureCategory | null | undefined;

  constructor(
    message?: string | null,
    type?: string | null,
    nonRetryable?: boolean | null,
    details?: unknown[] | null,
    cause?: Error,
    nextRetryDelay?: Duration | null,
    category?: ApplicationFailureCategory | null,
  ) {
    super(message, cause);
    this.type = type;
    this.nonRetryable = nonRetryable;
    this.details = details;
    this.nextRetryDelay = nextRetryDelay;
    this.category = category;
  }

  /**
   * Makes a failure from its parts; retryable unless said otherwise.
   *
   * @example
   * ```ts
   * throw ApplicationFailure.create({ message: "Out of stock", type: "OutOfStock", nonRetryable: true });
   * ```
   */
  static create(options: ApplicationFailureOptions): ApplicationFailure {
    const { message, type, nonRetryable = false, details, cause, nextRetryDelay, category } = options;
    return new ApplicationFailure(message, type, nonRetryable, details, cause, nextRetryDelay, category);
  }

  /**
   * Makes a failure from any error, then sets what `overrides` names.
   *
   * @example
   * ```ts
   * throw ApplicationFailure.fromError(error, { nonRetryable: true });
   * ```
   */
  static fromError(error: unknown, overrides?: ApplicationFailureOptions): ApplicationFailure {
    return Object.assign(ensureApplicationFailure(error), overrides);
  }

  /**
   * Makes a failure that may be retried, unless the retry policy lists its type. Default type: `"Error"`.
   *
   * @example
   * ```ts
   * throw ApplicationFailure.retryable("Gateway busy", "Busy", { seconds: 5 });
   * ```
   */
  static retryable(message?: string | null, type?: string | null, ...details: unknown[]): ApplicationFailure {
    return new ApplicationFailure(message, type ?? "Error", false, details);
  }

  /**
   * Makes a failure that is never retried. Default type: `"Error"`.
   *
   * @example
   * ```ts
   * throw ApplicationFailure.nonRetryable("No such customer", "NotFound", customerId);
   * ```
   */
  static nonRetryable(
    message?: string | null,
    type?: string | null,
    ...details: unknown[]
  ): ApplicationFailure {
    return new ApplicationFailure(message, type ?? "Error", true, details);
  }

  static {
    realmSafe(ApplicationFailure, "ApplicationFailure", "APPLICATION_FAILURE");
  }
}

/**
 * Turns anything thrown into an `ApplicationFailure`; one that is one already stays itself. The type is the name of the
 * error's class; message, stack and a cause that is an error are kept.
 *
 * @example
 * ```ts
 * ensureApplicationFailure(new TypeError("no")).type; // "TypeError"
 * ```
 */
export function ensureApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const record = isRecord(error) ? error : undefined;
  const message = (record !== undefined && String(record.message)) || String(error);
  const type = record?.constructor?.name ?? record?.name;
  const cause = record?.cause;
  const failure = ApplicationFailure.create({
    message,
    type: typeof type === "string" && type !== "" ? type : undefined,
    nonRetryable: false,
    cause: isError(cause) ? cause : undefined,
  });
  failure.stack = (record !== undefined && String(record.stack)) || "";
  return failure;
}

/**
 * Turns anything thrown into a `TemporalFailure`: one that is one already stays itself, the rest becomes an
 * `ApplicationFailure`.
 *
 * @example
 * ```ts
 * ensureTemporalFailure("no").message; // "no"
 * ```
 */
export function ensureTemporalFailure(error: unknown): TemporalFailure {
  return error instanceof TemporalFailure ? error : ensureApplicationFailure(error);
}

/**
 * The failure that a payload converter or codec throws when it understands a payload but finds it invalid; it is never
 * retried.
 *
 * @param details what was found, kept as the only element of `details` unless it is null or undefined
 * @example
 * ```ts
 * throw createPayloadValidationError({ field: "amount", found: -1 });
 * ```
 */
export function createPayloadValidationError(details: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    message: "Payload validation failed",
    type: "PayloadValidationError",
    nonRetryable: true,
    details: details === undefined || details === null ? [] : [details],
  });
}
