import {
  DefaultFailureConverter,
  defaultPayloadConverter,
  type FailureConverter,
  type PayloadConverter,
} from "../../src/converter/mod.ts";

/** Converters as a user's module exports them. */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(`own ${String(value)}`),
  fromPayload: (payload) => defaultPayloadConverter.fromPayload(payload),
};

class OwnFailureConverter extends DefaultFailureConverter {
  override errorToFailure(
    ...[error, converter, context]: Parameters<FailureConverter["errorToFailure"]>
  ): ReturnType<FailureConverter["errorToFailure"]> {
    return { ...super.errorToFailure(error, converter, context), source: "own" };
  }
}

/** Converters as a user's module exports them. */
export const failureConverter: FailureConverter = new OwnFailureConverter();
