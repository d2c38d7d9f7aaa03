import { ensureTemporalFailure } from "../common/application-failure.ts";
import { ValueError } from "../common/errors.ts";
import type { Payload } from "../common/payload.ts";
import { isRecord, showValue } from "../common/type-guards.ts";
import type { PayloadTypeInfo, TypeInfo } from "../common/type-info.ts";
import { encodeErrorToFailure } from "../converter/failure-codec.ts";
import type {
  ActivitySerializationContext,
  SerializationContext,
} from "../converter/sync/serialization-context.ts";
import type { RecordActivityTaskHeartbeatResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import { BaseClient } from "./base-client.ts";
import { checkOptionalText, checkText } from "./check-options.ts";
import { ActivityCancelledError, ActivityPausedError, ActivityResetError } from "./client-errors.ts";
import type { BaseClientOptions, ClientScope } from "./client-scope.ts";
import { activityCallError } from "./rpc-errors.ts";

/** Names an activity without its token. */
export interface FullActivityId {
  /** The workflow that scheduled it; leave it out for an activity without one. */
  workflowId?: string | undefined;
  /** Default: the latest run. */
  runId?: string | undefined;
  activityId: string;
}

/** Options of the calls about an activity. */
export interface AsyncCompletionOptions extends CallOptions {
  /** For converters and codecs that ask for it, when the activity is named by its token. */
  readonly serializationContext?: ActivitySerializationContext | undefined;
}

/** Options of {@link AsyncCompletionClient.complete}. */
export interface AsyncCompletionCompleteOptions extends AsyncCompletionOptions {
  /** How the result is converted. */
  readonly typeInfo?: Pick<PayloadTypeInfo, "outputType"> | undefined;
}

/** How an activity is named: by the token from `activityInfo().taskToken`, or by ids. */
export type ActivityReference = Uint8Array | FullActivityId;

type Target =
  | { readonly kind: "token"; readonly fields: CommonFields & { readonly taskToken: Uint8Array } }
  | { readonly kind: "id"; readonly fields: CommonFields & FullActivityId };

interface CommonFields {
  readonly namespace: string;
  readonly identity: string;
}

/**
 * Completes activities from outside of their worker, after they threw `CompleteAsyncError`. Every method throws
 * `ActivityNotFoundError` when the activity is not there (any more), and `ActivityCompletionError` for other failures.
 *
 * @example
 * ```ts
 * await client.activity.complete(taskToken, "paid");
 * ```
 */
export class AsyncCompletionClient extends BaseClient {
  /** @throws {ValueError} naming the option, its value and what is allowed */
  constructor(options: BaseClientOptions | ClientScope = {}) {
    super(options, {});
  }

  /**
   * Completes an activity.
   *
   * @example
   * ```ts
   * await client.activity.complete({ workflowId: "order-1", activityId: "1" }, "paid");
   * ```
   */
  async complete(
    activity: ActivityReference,
    result: unknown,
    options: AsyncCompletionCompleteOptions = {},
  ): Promise<void> {
    const target = this.#target(activity);
    const { outputType } = options.typeInfo ?? {};
    const context = this.#context(target, options);
    const payloads = await this.#encode("Result of an activity", result, context, outputType);
    await this.#call(() =>
      target.kind === "token"
        ? this.workflowService.respondActivityTaskCompleted(
            { ...target.fields, result: { payloads } },
            options,
          )
        : this.workflowService.respondActivityTaskCompletedById(
            { ...target.fields, result: { payloads } },
            options,
          ),
    );
  }

  /**
   * Fails an activity; anything may be given as error. Its retry policy decides what comes next.
   *
   * @example
   * ```ts
   * await client.activity.fail(taskToken, ApplicationFailure.nonRetryable("Card declined"));
   * ```
   */
  async fail(
    activity: ActivityReference,
    error: unknown,
    options: AsyncCompletionOptions = {},
  ): Promise<void> {
    const target = this.#target(activity);
    const failure = await encodeErrorToFailure(
      await this.scope.converter,
      ensureTemporalFailure(error),
      this.#context(target, options),
    );
    await this.#call(() =>
      target.kind === "token"
        ? this.workflowService.respondActivityTaskFailed({ ...target.fields, failure }, options)
        : this.workflowService.respondActivityTaskFailedById({ ...target.fields, failure }, options),
    );
  }

  /**
   * Confirms that an activity stopped because it was asked to.
   *
   * @example
   * ```ts
   * await client.activity.reportCancellation(taskToken);
   * ```
   */
  async reportCancellation(
    activity: ActivityReference,
    details?: unknown,
    options: AsyncCompletionOptions = {},
  ): Promise<void> {
    const target = this.#target(activity);
    const payloads = await this.#encode("Details of a cancellation", details, this.#context(target, options));
    await this.#call(() =>
      target.kind === "token"
        ? this.workflowService.respondActivityTaskCanceled(
            { ...target.fields, details: { payloads } },
            options,
          )
        : this.workflowService.respondActivityTaskCanceledById(
            { ...target.fields, details: { payloads } },
            options,
          ),
    );
  }

  /**
   * Tells that an activity is alive.
   *
   * @throws {ActivityCancelledError} when it is asked to stop
   * @throws {ActivityResetError} when it was reset
   * @throws {ActivityPausedError} when it was paused
   * @example
   * ```ts
   * await client.activity.heartbeat(taskToken, { done: 17 });
   * ```
   */
  async heartbeat(
    activity: ActivityReference,
    details?: unknown,
    options: AsyncCompletionOptions = {},
  ): Promise<void> {
    const target = this.#target(activity);
    const payloads = await this.#encode("Details of a heartbeat", details, this.#context(target, options));
    const answer = await this.#call<RecordActivityTaskHeartbeatResponse>(() =>
      target.kind === "token"
        ? this.workflowService.recordActivityTaskHeartbeat(
            { ...target.fields, details: { payloads } },
            options,
          )
        : this.workflowService.recordActivityTaskHeartbeatById(
            { ...target.fields, details: { payloads } },
            options,
          ),
    );
    if (answer.cancelRequested) throw new ActivityCancelledError("cancelled");
    if (answer.activityReset) throw new ActivityResetError("reset");
    if (answer.activityPaused) throw new ActivityPausedError("paused");
  }

  #target(activity: ActivityReference): Target {
    const { namespace, identity } = this.scope;
    if (activity instanceof Uint8Array) {
      if (activity.length === 0)
        throw new ValueError("taskToken is empty; take it from activityInfo().taskToken");
      return { kind: "token", fields: { namespace, identity, taskToken: activity } };
    }
    if (!isRecord(activity)) {
      throw new ValueError(
        `activity is ${showValue(activity)}; it must be a task token (Uint8Array) or { workflowId, runId, activityId }`,
      );
    }
    const { workflowId, runId, activityId } = activity;
    checkText(activityId, "activityId");
    checkOptionalText(workflowId, "workflowId");
    checkOptionalText(runId, "runId");
    return { kind: "id", fields: { namespace, identity, workflowId, runId, activityId } };
  }

  #context(target: Target, options: AsyncCompletionOptions): SerializationContext | undefined {
    if (target.kind === "token") return options.serializationContext;
    const { namespace, workflowId, activityId } = target.fields;
    return { type: "activity", namespace, workflowId, activityId, isLocal: false };
  }

  async #encode(
    what: string,
    value: unknown,
    context: SerializationContext | undefined,
    outputType?: TypeInfo,
  ): Promise<Payload[] | undefined> {
    return this.scope.encode(what, [value], context, outputType && [outputType]);
  }

  async #call<R>(make: () => Promise<R>): Promise<R> {
    try {
      return await make();
    } catch (error) {
      throw activityCallError(error);
    }
  }
}
