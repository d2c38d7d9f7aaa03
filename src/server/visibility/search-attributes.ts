import type { Init } from "../../codec-runtime/init.ts";
import { encodeSearchAttributes, type Payload } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { invalidArgument } from "../rpc/failures.ts";
import type { ServiceFailure } from "../rpc/service-failure.ts";
import { readAttribute, readJson, typedPayload } from "./attribute-values.ts";
import { formatValue, quote } from "./go-format.ts";
import type { SlotNames } from "./query-columns.ts";
import {
  attributeTypeName,
  isAttributeType,
  isCustomName,
  isReadOnly,
  isReservedName,
  PREDEFINED_ATTRIBUTES,
  SLOT_TYPES,
  SYSTEM_ATTRIBUTES,
} from "./search-attribute-types.ts";
import type { SearchAttributeRules } from "./visibility.ts";

/** The real server's limits, in bytes. Its limit of 100 names is out of reach: a namespace has fewer. */
const MAX_VALUE_BYTES = 2 * 1024;
const MAX_TOTAL_BYTES = 40 * 1024;

/** Who keeps the names of custom search attributes. */
export interface SlotNamesKeeper {
  slotNames(namespace: string): SlotNames;
  setSlotNames(namespace: string, names: SlotNames): void;
}

type Fields = Readonly<Record<string, Init<Payload>>>;

/** The search attributes of all namespaces: which there are, and what may be set. */
export class SearchAttributes implements SearchAttributeRules {
  readonly #keeper: SlotNamesKeeper;

  constructor(keeper: SlotNamesKeeper) {
    this.#keeper = keeper;
  }

  checkNames(namespace: string, fields: Readonly<Record<string, unknown>>): void {
    this.#knownSlots(namespace, Object.keys(fields));
  }

  check(namespace: string, fields: Fields): Record<string, Init<Payload>> {
    const names = Object.keys(fields);
    if (names.length === 0) return {};
    const slots = this.#knownSlots(namespace, names);
    const checked: Record<string, Init<Payload>> = {};
    for (const [name, payload] of Object.entries(fields)) {
      const kept = checkValue(name, payload, SLOT_TYPES.get(slots.get(name) ?? ""));
      if (kept) checked[name] = kept;
    }
    checkSizes(fields, slots);
    return checked;
  }

  #knownSlots(namespace: string, names: readonly string[]): ReadonlyMap<string, string> {
    const slots = slotsByName(this.#keeper.slotNames(namespace));
    for (const name of names) {
      if (isCustomName(name) && !slots.has(name)) throw unmapped(namespace, name);
    }
    return slots;
  }

  typed(namespace: string, name: string, payload: Init<Payload>): Init<Payload> {
    const type = this.custom(namespace)[name] ?? ownAttributes()[name];
    return type === undefined ? payload : typedPayload(payload, type);
  }

  /** The custom search attributes of a namespace: name → type. */
  custom(namespace: string): Record<string, number> {
    const types: Record<string, number> = {};
    for (const [name, slot] of slotsByName(this.#keeper.slotNames(namespace))) {
      types[name] = SLOT_TYPES.get(slot) ?? 0;
    }
    return types;
  }

  /**
   * Gives each new name a free slot of its type; names that exist are left alone.
   *
   * @throws {ServiceFailure} INVALID_ARGUMENT when a name is the server's own, or no slot is free
   */
  add(namespace: string, requested: Readonly<Record<string, number>>): void {
    for (const [name, type] of Object.entries(requested)) {
      if (isReservedName(name)) throw invalidArgument(`Search attribute ${name} is reserved by system.`);
      if (!isAttributeType(type)) throw invalidArgument(`Unknown search attribute type: ${type}.`);
    }
    const names: Record<string, string> = { ...this.#keeper.slotNames(namespace) };
    for (const [name, type] of Object.entries(requested)) {
      if (!Object.values(names).includes(name)) names[freeSlot(names, type)] = name;
    }
    this.#keeper.setSlotNames(namespace, names);
  }

  /**
   * Frees the slots of custom search attributes; names that do not exist are left alone.
   *
   * @throws {ServiceFailure} INVALID_ARGUMENT when a name is the server's own
   */
  remove(namespace: string, removed: readonly string[]): void {
    const names: Record<string, string> = { ...this.#keeper.slotNames(namespace) };
    const slots = slotsByName(names);
    for (const name of removed) {
      const slot = slots.get(name);
      if (slot !== undefined) delete names[slot];
      else if (!isCustomName(name) || SLOT_TYPES.has(name)) {
        throw invalidArgument(`Unable to remove non-custom search attributes: ${name}.`);
      }
    }
    this.#keeper.setSlotNames(namespace, names);
  }
}

/** The server's own search attributes: name → type. */
export function ownAttributes(): Record<string, number> {
  return Object.fromEntries([...SYSTEM_ATTRIBUTES, ...PREDEFINED_ATTRIBUTES]);
}

function slotsByName(names: SlotNames): Map<string, string> {
  return new Map(Object.entries(names).map(([slot, name]) => [name, slot]));
}

function freeSlot(names: SlotNames, type: number): string {
  const slots = [...SLOT_TYPES].filter(([, slotType]) => slotType === type).map(([slot]) => slot);
  const free = slots.find((slot) => names[slot] === undefined);
  if (free !== undefined) return free;
  throw invalidArgument(
    `Unable to create search attributes: cannot have more than ${slots.length} search attribute of type ${attributeTypeName(type)}.`,
  );
}

function unmapped(namespace: string, name: string): ServiceFailure {
  return invalidArgument(`Namespace ${namespace} has no mapping defined for search attribute ${name}`);
}

/** The payload to keep; undefined where it clears the attribute. */
function checkValue(
  name: string,
  payload: Init<Payload>,
  customType: number | undefined,
): Init<Payload> | undefined {
  if (isReadOnly(name)) throw invalidArgument(`${name} attribute can't be set in SearchAttributes`);
  const type = customType ?? PREDEFINED_ATTRIBUTES.get(name) ?? 0;
  const decoded = readAttribute(payload, type);
  if (decoded.kind !== "value") {
    throw invalidArgument(
      `invalid value for search attribute ${name} of type ${attributeTypeName(type)}: ${shown(payload)}`,
    );
  }
  if (decoded.value === null) return undefined;
  return payload.metadata?.["type"] === undefined ? typedPayload(payload, type) : payload;
}

function shown(payload: Init<Payload>): string {
  const json = readJson(payload);
  if (json) return formatValue(json.value);
  const decoder = new TextDecoder();
  const parts = Object.entries(payload.metadata ?? {})
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `metadata:{key:${quote(key)}  value:${quote(decoder.decode(value))}}`);
  if (payload.data?.length) parts.push(`data:${quote(decoder.decode(payload.data))}`);
  return `value from <${parts.join("  ")}>`;
}

function checkSizes(fields: Fields, slots: ReadonlyMap<string, string>): void {
  const stored: Record<string, Init<Payload>> = {};
  for (const [name, payload] of Object.entries(fields)) {
    const bytes = payload.data?.length ?? 0;
    if (bytes > MAX_VALUE_BYTES) {
      throw invalidArgument(
        `search attribute ${name} value size ${bytes} exceeds size limit ${MAX_VALUE_BYTES}`,
      );
    }
    stored[slots.get(name) ?? name] = payload;
  }
  const total = encodeSearchAttributes({ indexedFields: stored }).length;
  if (total > MAX_TOTAL_BYTES) {
    throw invalidArgument(`total size of search attributes ${total} exceeds size limit ${MAX_TOTAL_BYTES}`);
  }
}
