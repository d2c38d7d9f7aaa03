import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import type { BadBinaryInfo } from "../../gen/codec/temporal/api/namespace/v1/message.ts";
import type { SlotNames } from "../visibility/query-columns.ts";

/** A namespace as the registry keeps it. Replaced as a whole, never changed. */
export interface Namespace {
  readonly name: string;
  readonly id: string;
  /** NamespaceState. */
  readonly state: number;
  readonly description: string;
  readonly ownerEmail: string;
  readonly data: Readonly<Record<string, string>>;
  /** How long closed runs are kept. */
  readonly retention: Init<Duration>;
  readonly badBinaries: Readonly<Record<string, Init<BadBinaryInfo>>>;
  /** Names of custom search attributes by slot. */
  readonly slotNames: SlotNames;
  /** ReplicationState: 1 for those that callers registered, 0 for those that are there from the start. */
  readonly replicationState: number;
}

/** The name of the one cluster there is, as the real dev server calls it. */
export const CLUSTER_NAME = "active";
