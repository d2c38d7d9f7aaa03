import { platform } from "#platform";
import { ValueError } from "../common/errors.ts";
import type { Payload } from "../common/payload.ts";
import { isRecord, showValue } from "../common/type-guards.ts";
import type { TypeInfo } from "../common/type-info.ts";
import { encodeMapToPayloads, encodeToPayloadsWithContext } from "../converter/codec-run.ts";
import type { DataConverter, LoadedDataConverter } from "../converter/data-converter.ts";
import { loadDataConverter } from "../converter/load-data-converter.ts";
import type { SerializationContext } from "../converter/sync/serialization-context.ts";
import { Connection } from "../transport/connection.ts";
import { checkOptionalRecord, checkText } from "./check-options.ts";
import { PayloadLimits } from "./payload-limits.ts";

/** What a client needs of a connection; {@link Connection} has it. */
export type ConnectionLike = Pick<
  Connection,
  | "workflowService"
  | "operatorService"
  | "withDeadline"
  | "withMetadata"
  | "withAbortSignal"
  | "withApiKey"
  | "ensureConnected"
  | "close"
>;

/** Options that all clients share. */
export interface BaseClientOptions {
  /** How values become payloads. Default: JSON and bytes, no codecs. */
  dataConverter?: DataConverter | LoadedDataConverter | undefined;
  /** Who we are, for histories and the UI. Default `<pid>@<hostname>`. */
  identity?: string | undefined;
  /** Default: a lazy connection to `localhost:7233`. */
  connection?: ConnectionLike | undefined;
  /** Default `"default"`. */
  namespace?: string | undefined;
}

/** Those options, with defaults filled in. */
export type LoadedBaseClientOptions = {
  readonly [Name in keyof BaseClientOptions]-?: NonNullable<BaseClientOptions[Name]>;
};

/** What making requests and reading answers needs to know; {@link ClientScope} is one, and edge clients have a smaller one. */
export interface CallingScope {
  readonly connection: Pick<ConnectionLike, "workflowService">;
  readonly namespace: string;
  readonly identity: string;
  readonly converter: LoadedDataConverter | Promise<LoadedDataConverter>;
  /** Goes around each wait for a workflow's result; a test environment lets time skip meanwhile. Default: nothing. */
  readonly whileWaiting: <Result>(wait: () => Promise<Result>) => Promise<Result>;
  /** Whose payloads those of a workflow are. */
  workflowContext(workflowId: string): SerializationContext;
  /** Converts the values of one field. No values give undefined. */
  encode(
    what: string,
    values: readonly unknown[],
    context: SerializationContext | undefined,
    typeInfo?: readonly TypeInfo[],
  ): Promise<Payload[] | undefined>;
  /** As `encode`, for a record. */
  encodeMemo(
    what: string,
    memo: Readonly<Record<string, unknown>>,
    context: SerializationContext,
  ): Promise<Record<string, Payload>>;
}

/**
 * What the clients of one `Client` have in common: where calls go and how values are converted.
 *
 * S1: the options are checked here and nowhere else.
 */
export class ClientScope implements CallingScope {
  /** As given, with what was left out filled in. */
  readonly options: LoadedBaseClientOptions;
  readonly connection: ConnectionLike;
  readonly namespace: string;
  readonly identity: string;
  readonly limits: PayloadLimits;
  /** Goes around each wait for a workflow's result; a test environment lets time skip meanwhile. Default: nothing. */
  whileWaiting: <Result>(wait: () => Promise<Result>) => Promise<Result> = (wait) => wait();
  /** A promise only when converters have to be imported. */
  readonly converter: LoadedDataConverter | Promise<LoadedDataConverter>;

  /** @throws {ValueError} naming the option, its value and what is allowed */
  constructor(options: BaseClientOptions) {
    checkOptionalRecord(options, "options");
    const { connection, namespace = "default", identity } = options;
    checkText(namespace, "namespace");
    if (identity !== undefined) checkText(identity, "identity");
    if (connection !== undefined && !isRecord(connection?.workflowService)) {
      throw new ValueError(
        `connection is ${showValue(connection)}; it must be a Connection: await Connection.connect({ address })`,
      );
    }
    this.converter = loadDataConverter(options.dataConverter ?? {});
    // It is reported by the calls that need it; until one is made, nobody listens.
    if (this.converter instanceof Promise) this.converter.catch(() => {});
    this.connection = connection ?? Connection.lazy();
    this.namespace = namespace;
    this.identity = identity ?? platform.identity();
    const { dataConverter = {} } = options;
    this.options = { dataConverter, connection: this.connection, namespace, identity: this.identity };
    this.limits = new PayloadLimits(() => this.connection.workflowService.describeNamespace({ namespace }));
  }

  /** Whose payloads those of a workflow are. */
  workflowContext(workflowId: string): SerializationContext {
    return { type: "workflow", namespace: this.namespace, workflowId };
  }

  /**
   * Converts the values of one field, and sees that the server will take them. No values give undefined.
   *
   * @throws {PayloadConverterError} naming position and type of a value that cannot be converted
   * @throws {PayloadSizeError} when they are too large
   */
  async encode(
    what: string,
    values: readonly unknown[],
    context: SerializationContext | undefined,
    typeInfo?: readonly TypeInfo[],
  ): Promise<Payload[] | undefined> {
    if (values.length === 0) return undefined;
    const payloads = await encodeToPayloadsWithContext(await this.converter, context, values, typeInfo);
    await this.limits.check(what, payloads);
    return payloads;
  }

  /** As {@link encode}, for a record. */
  async encodeMemo(
    what: string,
    memo: Readonly<Record<string, unknown>>,
    context: SerializationContext,
  ): Promise<Record<string, Payload>> {
    const fields = await encodeMapToPayloads(await this.converter, memo, context);
    await this.limits.check(what, Object.values(fields), "memo");
    return fields;
  }
}
