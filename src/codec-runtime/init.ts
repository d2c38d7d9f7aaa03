/** Records of fields that this version of the API does not know, raw, in the order read. */
export interface UnknownFields {
  /** Set by `decodeX(bytes, { unknownFields: true })` alone; written back by `encodeX`. */
  $unknown?: Uint8Array | undefined;
}

type Leaf = string | number | boolean | null | undefined | Uint8Array;

/**
 * What an encoder takes for a message: each field may be left out or be `undefined`, at every level; 64-bit integers may be
 * numbers (safe integers only). A decoded message is always assignable.
 *
 * @example
 * const init: Init<StartWorkflowExecutionRequest> = { workflowId: "order-1", workflowType: { name: "order" } };
 */
export type Init<T> = T extends bigint
  ? bigint | number
  : T extends Leaf
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Init<Item>[]
      : T extends { readonly case: infer Case; readonly value: infer Value }
        ? { readonly case: Case; readonly value: Init<Value> }
        : T extends { readonly case: undefined }
          ? { readonly case?: undefined; readonly value?: undefined }
          : { readonly [Key in keyof T]?: Init<T[Key]> | undefined };

/**
 * As {@link Init}, but writable: what a payload visitor walks over and changes in place.
 *
 * @example
 * const draft: Draft<Memo> = { fields: {} };
 */
export type Draft<T> = T extends bigint
  ? bigint | number
  : T extends Leaf
    ? T
    : T extends readonly (infer Item)[]
      ? Draft<Item>[]
      : T extends { case: infer Case; value: infer Value }
        ? { case: Case; value: Draft<Value> }
        : T extends { case: undefined }
          ? { case?: undefined; value?: undefined }
          : { [Key in keyof T]?: Draft<T[Key]> | undefined };

/** A oneof of which no member is set. Frozen and shared: assign a new `{ case, value }` instead of changing it. */
export const NO_CASE: { readonly case: undefined; readonly value: undefined } = Object.freeze({
  case: undefined,
  value: undefined,
});

/** The default of `bytes` fields. Shared: it has no bytes that could change. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Sets a key read from outside as an own property, whatever its name (`__proto__` included). */
export function setEntry<V>(record: Record<string | number, V>, key: string | number, value: V): void {
  if (key === "__proto__") {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    record[key] = value;
  }
}
