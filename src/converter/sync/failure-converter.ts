import { type ProtoFailure, TemporalFailure } from "../../common/failure.ts";
import { NexusHandlerError } from "../../common/nexus-handler-error.ts";
import type { Payload } from "../../common/payload.ts";
import { isRecord } from "../../common/type-guards.ts";
import { failureBase, failureInfoOf } from "./error-to-failure.ts";
import { errorOf } from "./failure-to-error.ts";
import type { PayloadConverter } from "./payload-converter.ts";
import type { SerializationContext } from "./serialization-context.ts";

/** Turns errors into failures and back. It runs inside workflows. */
export interface FailureConverter {
  /** Takes anything that was thrown. */
  errorToFailure(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure;
  failureToError(
    failure: ProtoFailure,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): Error;
}

/** Options of {@link DefaultFailureConverter}. */
export interface DefaultFailureConverterOptions {
  /** Puts messages and stacks into a payload, so that a codec can encrypt them. Default `false`. */
  encodeCommonAttributes: boolean;
}

/** What `encodeCommonAttributes` puts into the payload. */
export interface DefaultEncodedFailureAttributes {
  message: string;
  stack_trace: string;
}

/** How many errors of a chain of causes are sent; nobody reads further, and protobuf has a limit on depth. */
const MAX_CAUSES = 30;

/**
 * The failure converter of all Temporal SDKs. A failure that came over the wire is sent again as it came.
 *
 * @example
 * ```ts
 * export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
 * ```
 */
export class DefaultFailureConverter implements FailureConverter {
  readonly options: DefaultFailureConverterOptions;
  // The errors whose causes are being converted: a chain that comes back to one of them ends there.
  readonly #path: unknown[] = [];

  constructor(options: Partial<DefaultFailureConverterOptions> = {}) {
    this.options = { encodeCommonAttributes: options.encodeCommonAttributes ?? false };
  }

  errorToFailure(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure {
    const failure = this.errorToFailureInner(error, payloadConverter, context);
    if (!this.options.encodeCommonAttributes) return failure;
    const attributes = { message: failure.message, stack_trace: failure.stackTrace };
    const encodedAttributes = payloadConverter.toPayload(attributes, context);
    return { ...failure, message: "Encoded failure", stackTrace: "", encodedAttributes };
  }

  /** What {@link errorToFailure} begins with: message and stack are not encoded yet. */
  errorToFailureInner(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure {
    if (error instanceof TemporalFailure && error.failure !== undefined) return error.failure;
    if (error instanceof NexusHandlerError && error.originalFailure !== undefined) {
      return error.originalFailure.details;
    }
    const causeOf = (cause: unknown): ProtoFailure | undefined =>
      this.#path.includes(cause) || this.#path.length >= MAX_CAUSES
        ? undefined
        : this.optionalErrorToOptionalFailure(cause, payloadConverter, context);
    this.#path.push(error);
    try {
      return { ...failureBase(error, causeOf), ...failureInfoOf(error, payloadConverter, context) };
    } finally {
      this.#path.pop();
    }
  }

  failureToError(
    failure: ProtoFailure,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): Error {
    const plain = withDecodedAttributes(failure, payloadConverter, context);
    const error = this.failureToErrorInner(plain, payloadConverter, context);
    error.stack = plain.stackTrace ?? "";
    if (error instanceof TemporalFailure) error.failure = plain;
    return error;
  }

  /** The error and its causes; what all errors have in common, the stack and the failure kept, is left to {@link failureToError}. */
  failureToErrorInner(
    failure: ProtoFailure,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): Error {
    const cause = this.optionalFailureToOptionalError(failure.cause, payloadConverter, context);
    return errorOf(failure, { cause, payloadConverter, context });
  }

  /** {@link errorToFailure} for what may be absent, a cause for example. */
  optionalErrorToOptionalFailure(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure | undefined {
    return error ? this.errorToFailure(error, payloadConverter, context) : undefined;
  }

  /** {@link failureToError} for what may be absent, a cause for example. */
  optionalFailureToOptionalError(
    failure: ProtoFailure | undefined | null,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): Error | undefined {
    return failure ? this.failureToError(failure, payloadConverter, context) : undefined;
  }
}

function withDecodedAttributes(
  failure: ProtoFailure,
  payloadConverter: PayloadConverter,
  context: SerializationContext | undefined,
): ProtoFailure {
  if (failure.encodedAttributes === undefined) return failure;
  const attributes = payloadConverter.fromPayload<unknown>(failure.encodedAttributes as Payload, context);
  if (!isRecord(attributes)) return failure;
  const { message, stack_trace: stackTrace } = attributes;
  return {
    ...failure,
    message: typeof message === "string" ? message : failure.message,
    stackTrace: typeof stackTrace === "string" ? stackTrace : failure.stackTrace,
  };
}

/** The failure converter that is used unless another is given: messages and stacks stay readable. */
export const defaultFailureConverter: FailureConverter = new DefaultFailureConverter();
