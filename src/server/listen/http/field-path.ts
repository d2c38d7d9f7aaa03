import { setEntry } from "../../../codec-runtime/init.ts";
import type { JsonObject, JsonValue } from "../../../codec-runtime/json.ts";

/** Sets a field, named by a path such as `execution.workflow_id`, in the JSON of a request, whichever way its names were spelt. */
export function setField(target: JsonObject, path: string, value: JsonValue): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let object = target;
  for (const name of names) {
    const key = spelling(object, name);
    const inner = object[key];
    // A value where a message belongs stays, for the reader to refuse it.
    if (Array.isArray(inner)) return;
    if (isObject(inner)) {
      object = inner;
    } else {
      const made: JsonObject = {};
      setEntry(object, key, made);
      object = made;
    }
  }
  setEntry(object, spelling(object, last), value);
}

/** A name as it is in the proto files. */
export function protoName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function spelling(object: JsonObject, name: string): string {
  if (Object.hasOwn(object, name)) return name;
  const proto = protoName(name);
  return Object.keys(object).find((key) => protoName(key) === proto) ?? name;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
