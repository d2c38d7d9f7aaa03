import { assertNever } from "../../common/assert-never.ts";
import * as duration from "../../common/duration.ts";
import { composeInterceptors } from "../../common/interceptors.ts";
import * as common from "../../common/mod.ts";
import { realmSafe } from "../../common/realm-safe.ts";
import * as reserved from "../../common/reserved-names.ts";
import { errorMessage, isError, isRecord } from "../../common/type-guards.ts";
import * as converter from "../../converter/mod.ts";
import { decodeUtf8, encodeUtf8 } from "../../converter/sync/utf8.ts";

/*
 * What workflow code of the official SDK imports and finds in no single module here: helpers from files within its packages, and its
 * package `common`, which is two modules here. Runs share these under the official names, so that such code can be taken over as it is.
 */

function hasProperty(record: object, name: PropertyKey): boolean {
  return name in record;
}

function hasProperties(record: object, names: readonly PropertyKey[]): boolean {
  return names.every((name) => name in record);
}

function isAbortError(error: unknown): boolean {
  return isError(error) && error.name === "AbortError";
}

function errorCode(error: unknown): string | undefined {
  return isRecord(error) && typeof error["code"] === "string" ? error["code"] : undefined;
}

/** It only checks types, which are gone. */
function checkExtends(): void {}

/** For classes of errors that workflow code and others both have; the official one gives them no `code`. */
function SymbolBasedInstanceOfError(name: string): (clazz: { readonly prototype: Error }) => void {
  return (clazz) => realmSafe(clazz, name, undefined);
}

const {
  msNumberToTs,
  msOptionalToNumber,
  msOptionalToTs,
  msToNumber,
  msToTs,
  optionalDateToTs,
  optionalTsToDate,
  optionalTsToMs,
  requiredTsToDate,
  requiredTsToMs,
  tsToDate,
  tsToMs,
} = duration;
const { ENHANCED_STACK_TRACE_QUERY_NAME, STACK_TRACE_QUERY_NAME, TEMPORAL_RESERVED_PREFIX } = reserved;

const time = {
  msNumberToTs,
  msOptionalToNumber,
  msOptionalToTs,
  msToNumber,
  msToTs,
  optionalDateToTs,
  optionalTsToDate,
  optionalTsToMs,
  requiredTsToDate,
  requiredTsToMs,
  tsToDate,
  tsToMs,
};

/** By specifier, as objects that runs may share. */
export const deepImports: Readonly<Record<string, object>> = {
  // What is in two modules here is in one there.
  "@temporalio/common": {
    ...common,
    ...converter,
    ...time,
    errorCode,
    errorMessage,
    str: decodeUtf8,
    u8: encodeUtf8,
  },
  "@temporalio/common/lib/encoding": { decode: decodeUtf8, encode: encodeUtf8 },
  "@temporalio/common/lib/interceptors": { composeInterceptors },
  "@temporalio/common/lib/reserved": {
    ENHANCED_STACK_TRACE_QUERY_NAME,
    STACK_TRACE_QUERY_NAME,
    TEMPORAL_RESERVED_PREFIX,
    throwIfReservedName: reserved.throwIfReservedName,
  },
  "@temporalio/common/lib/time": time,
  "@temporalio/common/lib/type-helpers": {
    assertNever,
    checkExtends,
    errorCode,
    errorMessage,
    hasOwnProperties: hasProperties,
    hasOwnProperty: hasProperty,
    isAbortError,
    isError,
    isRecord,
    SymbolBasedInstanceOfError,
  },
};
