import type { PayloadMap } from "../common/payload.ts";
import {
  type SearchAttributes,
  type SearchAttributeUpdatePair,
  TypedSearchAttributes,
} from "../common/search-attributes.ts";
import { mapToPayloads } from "../converter/sync/payload-converter.ts";
import { encodeUnifiedSearchAttributes } from "../converter/sync/search-attribute-payloads.ts";
import { requireWritableRun } from "./runtime/current.ts";
import { writeLog } from "./runtime/logging.ts";
import { pushCommand, type Run } from "./runtime/run.ts";
import type { WorkflowInfo } from "./workflow-info.ts";

const CHANGE_VERSION = "TemporalChangeVersion";

/**
 * Changes search attributes of this workflow; those not named stay. `workflowInfo()` shows the change at once.
 *
 * Give a list of keys with values, where `null` takes an attribute away. The older form is a record of lists, where
 * `undefined` or an empty list takes one away.
 *
 * @throws {TypeError} when `searchAttributes` is null or undefined
 * @throws {ValueError} when a value does not suit its key
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * const customer = defineSearchAttributeKey("CustomerId", "KEYWORD");
 * upsertSearchAttributes([{ key: customer, value: "c-7" }]);
 * ```
 */
export function upsertSearchAttributes(
  searchAttributes: SearchAttributes | readonly SearchAttributeUpdatePair[],
): void {
  const run = requireWritableRun("upsertSearchAttributes");
  if (searchAttributes === null || searchAttributes === undefined) {
    throw new TypeError("searchAttributes must be a non-null SearchAttributes");
  }
  if (isTyped(searchAttributes)) {
    push(run, encodeUnifiedSearchAttributes(undefined, searchAttributes));
    run.info = withTyped(run.info, searchAttributes);
  } else {
    // An absent list would be left out; an empty one is how the server is told to take the attribute away.
    const lists = Object.entries(searchAttributes).map(([name, values]) => [name, values ?? []] as const);
    push(run, encodeUnifiedSearchAttributes(Object.fromEntries(lists)));
    run.info = withUntyped(run.info, searchAttributes);
  }
}

function isTyped(
  attributes: SearchAttributes | readonly SearchAttributeUpdatePair[],
): attributes is readonly SearchAttributeUpdatePair[] {
  return Array.isArray(attributes);
}

function push(run: Run, fields: PayloadMap): void {
  if (Object.hasOwn(fields, CHANGE_VERSION)) {
    writeLog(
      run,
      "WARN",
      `The search attribute ${CHANGE_VERSION} belongs to patches and cannot be set by workflow code`,
    );
  }
  pushCommand(run, { kind: "upsertSearchAttributes", fields });
}

function withTyped(info: WorkflowInfo, updates: readonly SearchAttributeUpdatePair[]): WorkflowInfo {
  const searchAttributes = { ...info.searchAttributes };
  for (const { key, value } of updates) {
    if (value === null) delete searchAttributes[key.name];
    else searchAttributes[key.name] = asList(value);
  }
  const typedSearchAttributes = info.typedSearchAttributes.updateCopy(updates);
  return { ...info, searchAttributes, typedSearchAttributes };
}

function asList(value: NonNullable<SearchAttributeUpdatePair["value"]>): SearchAttributes[string] {
  // One value of any kind makes a list of that kind.
  return (Array.isArray(value) ? value : [value]) as SearchAttributes[string];
}

/** What has no type is given the one that its values suit; a text keeps the kind of text that it had. */
function withUntyped(info: WorkflowInfo, updates: SearchAttributes): WorkflowInfo {
  const searchAttributes = { ...info.searchAttributes };
  const typed: SearchAttributeUpdatePair[] = [];
  for (const [name, values] of Object.entries(updates)) {
    const known = info.typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.key;
    if (values === undefined || values.length === 0) {
      if (known !== undefined) typed.push({ key: known, value: null } as SearchAttributeUpdatePair);
      delete searchAttributes[name];
      continue;
    }
    const guessed = TypedSearchAttributes.getKeyFromUntyped(name, values);
    if (guessed === undefined) continue;
    const key = guessed.type === "TEXT" && known !== undefined ? known : guessed;
    typed.push({ key, value: typedValue(key.type, values) } as SearchAttributeUpdatePair);
    searchAttributes[name] = values;
  }
  return { ...info, searchAttributes, typedSearchAttributes: info.typedSearchAttributes.updateCopy(typed) };
}

function typedValue(type: string, values: NonNullable<SearchAttributes[string]>): unknown {
  if (values.length !== 1) return values;
  const [value] = values;
  if (type === "KEYWORD_LIST") return values;
  return type === "DATETIME" && value !== undefined ? new Date(value as string | Date) : value;
}

/**
 * Changes the memo of this workflow; entries not named stay, those named are replaced as a whole, and `undefined` or
 * `null` takes one away. `workflowInfo()` shows the change at once.
 *
 * @throws {TypeError} when `memo` is null or undefined
 * @throws {PayloadConverterError} when a value cannot be converted
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * upsertMemo({ stage: "packing", note: undefined });
 * ```
 */
export function upsertMemo(memo: Record<string, unknown>): void {
  const run = requireWritableRun("upsertMemo");
  if (memo === null || memo === undefined) throw new TypeError("memo must be a non-null Record");
  const { payload, context } = run.converters;
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(memo)) changed[name] = value ?? undefined;
  pushCommand(run, { kind: "modifyWorkflowProperties", memo: mapToPayloads(payload, changed, context) });
  const merged = Object.entries({ ...run.info.memo, ...memo });
  const kept = merged.filter(([, value]) => value !== undefined && value !== null);
  run.info = { ...run.info, memo: Object.fromEntries(kept) };
}
