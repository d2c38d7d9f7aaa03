// Encoders: fields in the order of their numbers, zero values left out, so that the bytes equal protobuf-es's.
import { ScalarType } from "@bufbuild/protobuf";
import {
  byNumber,
  hasPresence,
  identifier,
  isWrapper,
  mapKeyOf,
  member,
  nameConst,
  scalarOf,
  tagOf,
} from "./model.mjs";

/** The statement that writes one value with its tag. */
function writeValue(out, field, value) {
  if (field.message === undefined) {
    const { method, wire } = scalarOf(field);
    return `w.${method}(${tagOf(field.number, wire)}, ${value});`;
  }
  return nested(out, field.number, field.message, value);
}

function nested(out, number, message, value) {
  const write = out.value(`write${identifier(message)}`, message.file.name);
  const init = isWrapper(message) ? `{ value: ${value} }` : value;
  return `w.fork(${tagOf(number, 2)}); ${write}(w, ${init}); w.join();`;
}

/** The condition under which a field without presence is written. NaN has to reach the writer's check. */
export function isNotZero(field, value) {
  if (field.scalar === ScalarType.BYTES) return `${value} && ${value}.length !== 0`;
  if (field.scalar === ScalarType.FLOAT || field.scalar === ScalarType.DOUBLE) {
    return `${value} !== undefined && !Object.is(${value}, 0)`;
  }
  if (field.scalar === ScalarType.STRING || field.scalar === ScalarType.BOOL) return value;
  const isBigint = scalarOf(field).type === "bigint";
  return `${value} !== undefined && ${isBigint ? `${value} !== 0n && ` : ""}${value} !== 0`;
}

function singularLines(out, field) {
  const value = member("m", field);
  if (field.message !== undefined) {
    const condition = isWrapper(field.message) ? `${value} !== undefined` : value;
    return [`  if (${condition}) { ${writeValue(out, field, value)} }`];
  }
  const condition = hasPresence(field) ? `${value} !== undefined` : isNotZero(field, value);
  return [`  if (${condition}) ${writeValue(out, field, value)}`];
}

function listLines(out, field) {
  const list = member("m", field);
  const item = `${list}[i]!`;
  const loop = `for (let i = 0; i < ${list}.length; i++)`;
  if (field.message === undefined && field.packed) {
    const packed = scalarOf(field).method.replace(/^./, (c) => `packed${c.toUpperCase()}`);
    return [
      `  if (${list} !== undefined && ${list}.length !== 0) {`,
      `    w.fork(${tagOf(field.number, 2)});`,
      `    ${loop} w.${packed}(${item});`,
      "    w.join();",
      "  }",
    ];
  }
  return [`  if (${list} !== undefined) ${loop} { ${writeValue(out, field, item)} }`];
}

function mapLines(out, field) {
  const record = member("m", field);
  const key = mapKeyOf(field);
  const index = key.type === "number" ? "key as unknown as number" : "key";
  const entry = { ...field, number: 2, message: field.message, enum: field.enum, scalar: field.scalar };
  return [
    `  if (${record} !== undefined) {`,
    `    for (const key of Object.keys(${record})) {`,
    `      const value = ${record}[${index}];`,
    "      if (value === undefined) continue;",
    `      w.fork(${tagOf(field.number, 2)});`,
    `      ${key.type === "number" ? "w.mapKeyInt32(key);" : "w.string(10, key);"}`,
    `      ${writeValue(out, entry, "value")}`,
    "      w.join();",
    "    }",
    "  }",
  ];
}

/** Members of one oneof whose numbers follow each other: one switch. */
function oneofLines(out, fields) {
  const holder = member("m", fields[0].oneof);
  const cases = fields.flatMap((field) => [
    `    case "${field.localName}":`,
    `      ${writeValue(out, field, `${holder}.value`)}`,
    "      break;",
  ]);
  return [`  if (${holder}) switch (${holder}.case) {`, ...cases, "  }"];
}

/** Fields in order of number; neighbours of the same oneof together. */
function groups(message) {
  const result = [];
  for (const field of byNumber(message)) {
    const last = result.at(-1);
    if (field.oneof !== undefined && last?.[0].oneof === field.oneof) last.push(field);
    else result.push([field]);
  }
  return result;
}

function groupLines(out, fields) {
  const [field] = fields;
  if (field.oneof !== undefined) return oneofLines(out, fields);
  if (field.fieldKind === "list") return listLines(out, field);
  return field.fieldKind === "map" ? mapLines(out, field) : singularLines(out, field);
}

/** `writeM` and `encodeM`. */
export function emitWriter(out, message) {
  const name = identifier(message);
  const writer = out.runtimeType("Writer", "writer");
  const init = `${out.runtimeType("Init", "init")}<${name}>`;
  out.line(`export function write${name}(w: ${writer}, m: ${init}): void {`);
  for (const fields of groups(message)) out.add(groupLines(out, fields));
  out.line("  if (m.$unknown !== undefined) w.raw(m.$unknown);");
  out.line("}");
  out.line();
  out.line(`export function encode${name}(message: ${init}): Uint8Array {`);
  out.line(`  return ${out.runtime("encodeWith", "writer")}(write${name}, ${nameConst(message)}, message);`);
  out.line("}");
  out.line();
}
