import { msOptionalToNumber } from "../common/duration.ts";
import { ValueError } from "../common/errors.ts";
import type {
  NexusOperationDefinition,
  NexusOperationInput,
  NexusOperationOutput,
  NexusServiceDefinition,
} from "../common/nexus-service.ts";
import { showValue } from "../common/type-guards.ts";
import { toPayloadWithTypeInfo } from "../converter/sync/type-info.ts";
import { userMetadataToPayload } from "../converter/sync/user-metadata.ts";
import type { ScheduleNexusOperation } from "../core/nexus-jobs.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import {
  NexusOperationCancellationType,
  type StartNexusOperationInput,
  type StartNexusOperationOptions,
  type StartNexusOperationOutput,
} from "./nexus-operation-options.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { pushCommand, type Run } from "./runtime/run.ts";

/** Where operations are sent to. */
export interface NexusServiceClientOptions<T> {
  /** Name of the endpoint, as it was registered with the server. */
  endpoint: string;
  /** The service: `service()` of the package `nexus-rpc` makes one. */
  service: T;
}

/** The operations of a service, as values. */
type OperationOf<T extends NexusServiceDefinition<object>> = T["operations"][keyof T["operations"]];
type KeyOf<T extends NexusServiceDefinition<object>> = keyof T["operations"] & string;

/** Calls operations of one Nexus service. */
export interface NexusServiceClient<T extends NexusServiceDefinition<object> = NexusServiceDefinition> {
  /**
   * Starts an operation and waits for its result. The operation is its definition, or the name of the property that holds
   * it (which need not be its name on the wire).
   *
   * @throws {NexusOperationFailure} when the operation did not complete; its cause says why
   * @throws {CancelledFailure} when the current scope is cancelled already
   * @throws {ValueError} when the service has no such operation, or an option is not valid
   */
  executeOperation<Op extends OperationOf<T>>(
    operation: Op,
    input: NexusOperationInput<Op>,
    options?: Partial<StartNexusOperationOptions>,
  ): Promise<NexusOperationOutput<Op>>;
  executeOperation<K extends KeyOf<T>>(
    operation: K,
    input: NexusOperationInput<T["operations"][K]>,
    options?: Partial<StartNexusOperationOptions>,
  ): Promise<NexusOperationOutput<T["operations"][K]>>;
  /**
   * Starts an operation, and waits until its handler has it, or has answered already. Throws as `executeOperation` does;
   * how an operation that goes on ends, its handle's `result` says.
   */
  startOperation<Op extends OperationOf<T>>(
    operation: Op,
    input: NexusOperationInput<Op>,
    options?: Partial<StartNexusOperationOptions>,
  ): Promise<NexusOperationHandle<NexusOperationOutput<Op>>>;
  startOperation<K extends KeyOf<T>>(
    operation: K,
    input: NexusOperationInput<T["operations"][K]>,
    options?: Partial<StartNexusOperationOptions>,
  ): Promise<NexusOperationHandle<NexusOperationOutput<T["operations"][K]>>>;
}

/** A Nexus operation that was started. */
export interface NexusOperationHandle<T> {
  /** Name of the service. */
  readonly service: string;
  /** Name of the operation, as it is on the wire. */
  readonly operation: string;
  /** By which its handler knows it; empty when the handler answered at once. */
  readonly token?: string | undefined;
  /**
   * Waits for the operation's result.
   *
   * @throws {NexusOperationFailure} when the operation did not complete; its cause says why
   */
  result(): Promise<T>;
}

type AnyOperation = string | NexusOperationDefinition<unknown, unknown>;

/**
 * Gives a client to operations of a Nexus service. They are answered by whoever serves the endpoint: another team,
 * another namespace, another language.
 *
 * @example
 * ```ts
 * import { operation, service } from "nexus-rpc";
 * const billing = service("billing", { charge: operation<Order, Receipt>() });
 * const client = createNexusServiceClient({ endpoint: "billing-endpoint", service: billing });
 * const receipt = await client.executeOperation("charge", order, { scheduleToCloseTimeout: "1 hour" });
 * ```
 */
export function createNexusServiceClient<T extends NexusServiceDefinition<object>>(
  options: NexusServiceClientOptions<T>,
): NexusServiceClient<T> {
  const { endpoint, service } = options;
  // How many ticks these take is part of the contract (D2).
  const client = {
    async executeOperation(
      operation: AnyOperation,
      input: unknown,
      own?: StartNexusOperationOptions,
    ): Promise<unknown> {
      const handle = await client.startOperation(operation, input, own);
      return await handle.result();
    },
    async startOperation(
      operation: AnyOperation,
      input: unknown,
      own?: StartNexusOperationOptions,
    ): Promise<NexusOperationHandle<unknown>> {
      const run = requireWritableRun("startOperation");
      const { name, inputType, outputType } = definitionOf(service, operation);
      const { token, result } = await intercepted(run)({
        endpoint,
        service: service.name,
        operation: name,
        options: {
          ...own,
          cancellationType:
            own?.cancellationType ?? NexusOperationCancellationType.WAIT_CANCELLATION_COMPLETED,
        },
        headers: {},
        seq: run.nextSeqs.nexusOperation++,
        input,
        inputType,
        outputType,
      });
      return {
        service: service.name,
        operation: name,
        token,
        async result() {
          return result;
        },
      };
    },
  };
  // The types of input and output are the service's word.
  return client as NexusServiceClient<T>;
}

function definitionOf(
  service: NexusServiceDefinition<object>,
  operation: AnyOperation,
): NexusOperationDefinition<unknown, unknown> {
  if (typeof operation !== "string") return operation;
  const operations = service.operations as {
    readonly [key: string]: NexusOperationDefinition<unknown, unknown> | undefined;
  };
  const definition = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (definition !== undefined) return definition;
  const known = Object.keys(operations).join(", ");
  throw new ValueError(
    `Nexus service '${service.name}' has no operation '${operation}'; its operations are: ${known}`,
  );
}

type Start = (input: StartNexusOperationInput) => Promise<StartNexusOperationOutput>;

function intercepted(run: Run): Start {
  return composeInterceptors(run.interceptors.outbound, "startNexusOperation", beginOperation);
}

function beginOperation(input: StartNexusOperationInput): Promise<StartNexusOperationOutput> {
  const run = requireRun();
  const { seq, options, outputType } = input;
  return new Promise<StartNexusOperationOutput>((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    const command = compile(run, input);
    if (scope.cancellable) {
      scope.cancelRequested.catch(() => {
        if (run.pending.nexusOperations.has(seq)) {
          pushCommand(run, { kind: "cancelNexusOperation", seq }, options.eventGroups);
        }
      });
    }
    pushCommand(run, command, options.eventGroups);
    run.pending.nexusOperations.set(seq, { started: { resolve, reject }, completed: undefined, outputType });
  });
}

/** Checks the options and brings them to the form of the command. */
function compile(run: Run, input: StartNexusOperationInput): ScheduleNexusOperation {
  const { payload, context } = run.converters;
  const { endpoint, service, operation, options, headers, seq } = input;
  const { cancellationType = NexusOperationCancellationType.WAIT_CANCELLATION_COMPLETED } = options;
  if (!Object.hasOwn(NexusOperationCancellationType, cancellationType)) {
    const allowed = Object.keys(NexusOperationCancellationType).join(", ");
    throw new ValueError(`cancellationType is ${showValue(cancellationType)}; allowed are ${allowed}`);
  }
  return {
    kind: "scheduleNexusOperation",
    seq,
    endpoint,
    service,
    operation,
    headers,
    input: toPayloadWithTypeInfo(payload, input.input, context, input.inputType),
    scheduleToCloseTimeoutMs: msOptionalToNumber(options.scheduleToCloseTimeout, "scheduleToCloseTimeout"),
    scheduleToStartTimeoutMs: msOptionalToNumber(options.scheduleToStartTimeout, "scheduleToStartTimeout"),
    startToCloseTimeoutMs: msOptionalToNumber(options.startToCloseTimeout, "startToCloseTimeout"),
    cancellationType,
    userMetadata: userMetadataToPayload(payload, { summary: options.summary }, context),
  };
}
