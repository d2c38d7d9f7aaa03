import { IndexedValueType } from "../../gen/codec/temporal/api/enums/v1/common.ts";
import { QueryError } from "./query-error.ts";
import {
  isCustomName,
  PREDEFINED_ATTRIBUTES,
  SLOT_TYPES,
  SYSTEM_ATTRIBUTES,
} from "./search-attribute-types.ts";

/** What a name in a query stands for. */
export interface Column {
  /** As the query has it. */
  readonly alias: string;
  /** The search attribute: its own name, whatever the query called it. */
  readonly field: string;
  readonly type: number;
  /** A column of the row itself, not one of its search attributes. */
  readonly system: boolean;
}

/** The custom search attributes of one namespace: slot (`Keyword01`) → name. */
export type SlotNames = Readonly<Record<string, string>>;

/**
 * Finds what a name stands for: a custom search attribute, else one of the server's own, with or without `Temporal` before it.
 *
 * @throws {QueryError} when there is none
 */
export function resolveColumn(alias: string, slots: SlotNames): Column {
  if (isCustomName(alias)) {
    for (const [slot, field] of Object.entries(slots)) {
      if (field === alias) return { alias, field, type: SLOT_TYPES.get(slot) ?? 0, system: false };
    }
  }
  const stripped = alias.startsWith("Temporal") ? alias.slice("Temporal".length) : alias;
  if (stripped === "ScheduleId") {
    return { alias, field: "WorkflowId", type: IndexedValueType.KEYWORD, system: true };
  }
  for (const name of [alias, `Temporal${alias}`, stripped]) {
    const found = ownColumn(alias, name, slots);
    if (found) return found;
  }
  throw new QueryError(`invalid search attribute: ${alias}`);
}

function ownColumn(alias: string, name: string, slots: SlotNames): Column | undefined {
  const system = SYSTEM_ATTRIBUTES.get(name);
  if (system !== undefined) return { alias, field: name, type: system, system: true };
  const predefined = PREDEFINED_ATTRIBUTES.get(name);
  if (predefined !== undefined) return { alias, field: name, type: predefined, system: false };
  const slot = SLOT_TYPES.get(name);
  if (slot === undefined) return undefined;
  // A slot that no name was given to is always null.
  return { alias, field: slots[name] ?? "", type: slot, system: false };
}
