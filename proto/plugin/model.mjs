// What the emitters want to know about descriptors, in one place.
import { ScalarType } from "@bufbuild/protobuf";

const IMPLICIT = 2;

/** Files that are read only as options of others, or that hold no message of ours. */
const WITHOUT_CODEC = ["google/api/", "temporal/api/protometa/", "google/protobuf/descriptor"];

export function hasCodec(file) {
  return !WITHOUT_CODEC.some((prefix) => file.name.startsWith(prefix));
}

/** All messages of a file, nested ones behind their parent. Map entries are not among them. */
export function allMessages(file) {
  const found = [];
  const visit = (message) => {
    found.push(message);
    message.nestedMessages.forEach(visit);
  };
  file.messages.forEach(visit);
  return found;
}

/** All enums of a file, those nested in messages behind the others. */
export function allEnums(file) {
  return [...file.enums, ...allMessages(file).flatMap((message) => message.nestedEnums)];
}

/** `Outer_Inner` for nested types. */
export function identifier(desc) {
  return desc.parent === undefined ? desc.name : `${identifier(desc.parent)}_${desc.name}`;
}

/** The constant that holds a message's full name, once per file. */
export function nameConst(message) {
  return `${identifier(message)}$name`;
}

export function lowerFirst(name) {
  return name[0].toLowerCase() + name.slice(1);
}

/** Whether a field of this message type is the bare value, as protobuf-es has google.protobuf.DoubleValue and its like. */
export function isWrapper(message) {
  return message.file.name === "google/protobuf/wrappers";
}

/** Whether a singular field knows "not set" apart from its zero value. */
export function hasPresence(field) {
  return field.presence !== IMPLICIT;
}

/** Name, TypeScript type, wire type and default of each scalar type. */
const SCALARS = new Map([
  [ScalarType.DOUBLE, { method: "double", type: "number", wire: 1, zero: "0" }],
  [ScalarType.FLOAT, { method: "float", type: "number", wire: 5, zero: "0" }],
  [ScalarType.INT64, { method: "int64", type: "bigint", wire: 0, zero: "0n" }],
  [ScalarType.UINT64, { method: "uint64", type: "bigint", wire: 0, zero: "0n" }],
  [ScalarType.INT32, { method: "int32", type: "number", wire: 0, zero: "0" }],
  [ScalarType.UINT32, { method: "uint32", type: "number", wire: 0, zero: "0" }],
  [ScalarType.BOOL, { method: "bool", type: "boolean", wire: 0, zero: "false" }],
  [ScalarType.STRING, { method: "string", type: "string", wire: 2, zero: '""' }],
  [ScalarType.BYTES, { method: "bytes", type: "Uint8Array", wire: 2, zero: "NO_BYTES" }],
]);

/** The scalar that a scalar or enum field (or list item, or map value) is on the wire. */
export function scalarOf(field) {
  if (field.enum !== undefined) return SCALARS.get(ScalarType.INT32);
  const scalar = SCALARS.get(field.scalar);
  if (scalar === undefined)
    throw new Error(`${field}: scalar type ${ScalarType[field.scalar]} has no emitter yet`);
  return scalar;
}

/** The key of a map field: strings or 32-bit integers are all that the API has. */
export function mapKeyOf(field) {
  if (field.mapKey !== ScalarType.STRING && field.mapKey !== ScalarType.INT32) {
    throw new Error(`${field}: map key type ${ScalarType[field.mapKey]} has no emitter yet`);
  }
  return SCALARS.get(field.mapKey);
}

export function tagOf(number, wire) {
  return ((number << 3) | wire) >>> 0;
}

/** Fields in the order in which they are written. */
export function byNumber(message) {
  return [...message.fields].sort((a, b) => a.number - b.number);
}

/** `.name`, as a property access on `base`. */
export function member(base, desc) {
  return `${base}.${desc.localName}`;
}

/** The initial value of a field that is no oneof member. */
export function zeroOf(out, field) {
  switch (field.fieldKind) {
    case "list":
      return "[]";
    case "map":
      return "{}";
    case "message":
      return "undefined";
    default: {
      if (hasPresence(field)) return "undefined";
      const { zero } = scalarOf(field);
      return zero === "NO_BYTES" ? out.runtime("NO_BYTES", "init") : zero;
    }
  }
}
