import { IndexedValueType } from "../../gen/codec/temporal/api/enums/v1/common.ts";

const { TEXT, KEYWORD, INT, DOUBLE, BOOL, DATETIME, KEYWORD_LIST } = IndexedValueType;

/** Search attributes that are columns of their own: the server sets them. */
export const SYSTEM_ATTRIBUTES: ReadonlyMap<string, number> = new Map([
  ["WorkflowId", KEYWORD],
  ["RunId", KEYWORD],
  ["WorkflowType", KEYWORD],
  ["StartTime", DATETIME],
  ["ExecutionTime", DATETIME],
  ["CloseTime", DATETIME],
  ["ExecutionStatus", KEYWORD],
  ["TaskQueue", KEYWORD],
  ["HistoryLength", INT],
  ["ExecutionDuration", INT],
  ["StateTransitionCount", INT],
  ["HistorySizeBytes", INT],
  ["ParentWorkflowId", KEYWORD],
  ["ParentRunId", KEYWORD],
  ["RootWorkflowId", KEYWORD],
  ["RootRunId", KEYWORD],
]);

/** Search attributes of Temporal's own that callers may set as well. */
const WRITABLE: readonly (readonly [string, number])[] = [
  ["TemporalChangeVersion", KEYWORD_LIST],
  ["BinaryChecksums", KEYWORD_LIST],
  ["BuildIds", KEYWORD_LIST],
  ["BatcherNamespace", KEYWORD],
  ["BatcherUser", KEYWORD],
  ["TemporalScheduledStartTime", DATETIME],
  ["TemporalScheduledById", KEYWORD],
  ["TemporalSchedulePaused", BOOL],
  ["TemporalNamespaceDivision", KEYWORD],
  ["TemporalPauseInfo", KEYWORD_LIST],
  ["TemporalReportedProblems", KEYWORD_LIST],
];

/** Those that callers may not set. */
const INTERNAL: readonly (readonly [string, number])[] = [
  ["TemporalWorkerDeploymentVersion", KEYWORD],
  ["TemporalWorkflowVersioningBehavior", KEYWORD],
  ["TemporalWorkerDeployment", KEYWORD],
  ["TemporalUsedWorkerDeploymentVersions", KEYWORD_LIST],
  ["TemporalExternalPayloadCount", INT],
  ["TemporalExternalPayloadSizeBytes", INT],
];

/** Search attributes that every namespace has besides the system's. */
export const PREDEFINED_ATTRIBUTES: ReadonlyMap<string, number> = new Map([...WRITABLE, ...INTERNAL]);

const INTERNAL_NAMES: ReadonlySet<string> = new Set(INTERNAL.map(([name]) => name));

/** How many custom search attributes of a type a namespace can have. */
export const SLOTS: ReadonlyMap<number, number> = new Map([
  [BOOL, 3],
  [INT, 3],
  [DOUBLE, 3],
  [DATETIME, 3],
  [KEYWORD, 10],
  [KEYWORD_LIST, 3],
  [TEXT, 3],
]);

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [IndexedValueType.UNSPECIFIED]: "Unspecified",
  [TEXT]: "Text",
  [KEYWORD]: "Keyword",
  [INT]: "Int",
  [DOUBLE]: "Double",
  [BOOL]: "Bool",
  [DATETIME]: "Datetime",
  [KEYWORD_LIST]: "KeywordList",
};

/** What a type is called in messages, and in the `type` metadata of payloads. */
export function attributeTypeName(type: number): string {
  return TYPE_NAMES[type] ?? String(type);
}

/** Whether the number is a type that the API has. */
export function isAttributeType(type: number): boolean {
  return TYPE_NAMES[type] !== undefined;
}

/** The columns for custom search attributes, by name: `Keyword01` and so on. */
export const SLOT_TYPES: ReadonlyMap<string, number> = new Map(
  [...SLOTS].flatMap(([type, count]) =>
    Array.from({ length: count }, (_, index): [string, number] => [
      `${attributeTypeName(type)}${String(index + 1).padStart(2, "0")}`,
      type,
    ]),
  ),
);

const RESERVED_NAMES: ReadonlySet<string> = new Set([
  "NamespaceId",
  "MemoEncoding",
  "Memo",
  "VisibilityTaskKey",
]);

/** Whether a custom search attribute cannot have this name. */
export function isReservedName(name: string): boolean {
  return !isCustomName(name) || RESERVED_NAMES.has(name) || name.startsWith("Temporal");
}

/** Whether the name is none of the server's own search attributes. */
export function isCustomName(name: string): boolean {
  return !SYSTEM_ATTRIBUTES.has(name) && !PREDEFINED_ATTRIBUTES.has(name);
}

/** Whether callers may not set this search attribute of the server's own. */
export function isReadOnly(name: string): boolean {
  return SYSTEM_ATTRIBUTES.has(name) || INTERNAL_NAMES.has(name);
}
