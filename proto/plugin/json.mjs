// JSON: protobuf's canonical mapping, as straight code per message, so that it can be dropped per message by bundlers.
import { identifier, isWrapper, lowerFirst, mapKeyOf, member, scalarOf, zeroOf } from "./model.mjs";
import { emptyObject } from "./read.mjs";
import { isNotZero } from "./write.mjs";

/** Types with a JSON form of their own → their functions in json-wkt.ts. */
const CUSTOM = ["Timestamp", "Duration", "FieldMask", "Any"];

function isCustom(message) {
  return message.file.proto.package === "google.protobuf" && CUSTOM.includes(message.name);
}

function namesConst(desc) {
  return `${lowerFirst(identifier(desc))}Names`;
}

function jsonFile(desc) {
  return `${desc.file.name}.json`;
}

export function jsonNames(message) {
  const name = identifier(message);
  return {
    toJson: `${lowerFirst(name)}ToJson`,
    fromJson: `${lowerFirst(name)}FromJson`,
    read: `read${name}Json`,
  };
}

/** The names of an enum. */
export function emitEnumNames(out, desc) {
  const prefix = (desc.sharedPrefix ?? "").toUpperCase();
  out.line(`export const ${namesConst(desc)}: ${out.runtimeType("EnumNames", "enum-names")} = {`);
  out.line(`  type: "${desc.typeName}",`);
  out.line(`  prefix: "${prefix}",`);
  out.line("  names: {");
  for (const value of desc.values) out.line(`    ${value.number}: "${value.name.slice(prefix.length)}",`);
  out.line("  },");
  out.line("};");
  out.line();
}

/** The expression that turns one value into JSON. */
function valueToJson(out, field, value) {
  if (field.message !== undefined && !isWrapper(field.message)) {
    return `${out.value(jsonNames(field.message).toJson, jsonFile(field.message))}(${value}, options)`;
  }
  if (field.enum !== undefined) {
    return `${out.runtime("enumToJson", "json")}(${value}, ${out.value(namesConst(field.enum), jsonFile(field.enum))})`;
  }
  const { type, method } = scalarOf(field.message === undefined ? field : field.message.fields[0]);
  if (type === "bigint") return `${out.runtime("int64ToJson", "json")}(${value})`;
  if (type === "Uint8Array") return `${out.runtime("bytesToJson", "json")}(${value})`;
  return method === "float" || method === "double"
    ? `${out.runtime("floatToJson", "json")}(${value})`
    : value;
}

function writeField(out, field) {
  const value = member("m", field);
  const target = `json.${field.jsonName}`;
  switch (field.fieldKind) {
    case "list": {
      const list = `${out.runtime("listToJson", "json")}(${value}, (value) => ${valueToJson(out, field, "value")})`;
      return [`  if (${value} !== undefined && ${value}.length !== 0) ${target} = ${list};`];
    }
    case "map": {
      const map = `${out.runtime("mapToJson", "json")}(${value}, (value) => ${valueToJson(out, field, "value")})`;
      const name = `${field.localName}Json`;
      return [
        `  const ${name} = ${value} === undefined ? undefined : ${map};`,
        `  if (${name} !== undefined) ${target} = ${name};`,
      ];
    }
    default: {
      const always = field.message !== undefined || field.presence !== 2;
      const condition = always ? `${value} !== undefined` : isNotZero(field, value);
      return [`  if (${condition}) ${target} = ${valueToJson(out, field, value)};`];
    }
  }
}

function writeOneof(out, oneof) {
  const holder = member("m", oneof);
  return [
    `  if (${holder}) switch (${holder}.case) {`,
    ...oneof.fields.flatMap((field) => [
      `    case "${field.localName}":`,
      `      json.${field.jsonName} = ${valueToJson(out, field, `${holder}.value`)};`,
      "      break;",
    ]),
    "  }",
  ];
}

/** Messages that Temporal's HTTP API also writes in a shorter form → the method that gives it. */
const SHORT_FORMS = {
  "temporal.api.common.v1.Payload": "payload",
  "temporal.api.common.v1.Payloads": "payloads",
};

function emitToJson(out, message) {
  const type = out.type(identifier(message), message.file.name);
  const value = out.runtimeType("JsonValue", "json");
  const options = out.runtimeType("JsonWriteOptions", "json");
  const init = out.runtimeType("Init", "init");
  const { toJson } = jsonNames(message);
  out.line(`export function ${toJson}(m: ${init}<${type}>, options?: ${options}): ${value} {`);
  if (isCustom(message)) {
    const rest = message.name === "Any" ? ", options" : "";
    out.line(`  return ${out.runtime(toJson, "json-wkt")}(m${rest});`);
  } else if (isWrapper(message)) {
    const [field] = message.fields;
    out.line(
      `  return ${valueToJson(out, field, `(m.value ?? ${scalarOf(field).zero.replace("NO_BYTES", "new Uint8Array(0)")})`)};`,
    );
  } else {
    const short = SHORT_FORMS[message.typeName];
    if (short !== undefined) {
      out.line(`  const short = options?.shorthand?.${short}(m);`);
      out.line("  if (short !== undefined) return short;");
    }
    out.line(`  const json: ${out.runtimeType("JsonObject", "json")} = {};`);
    for (const part of message.members)
      out.add(part.kind === "oneof" ? writeOneof(out, part) : writeField(out, part));
    out.line("  return json;");
  }
  out.line("}");
  out.line();
}

/** The expression that reads one value from JSON; enums may be undefined (an unknown name that is ignored). */
function valueFromJson(out, field, value) {
  if (field.message !== undefined && !isWrapper(field.message)) {
    return `${out.value(jsonNames(field.message).read, jsonFile(field.message))}(${value}, c)`;
  }
  if (field.enum !== undefined)
    return `c.enum(${value}, ${out.value(namesConst(field.enum), jsonFile(field.enum))})`;
  return `c.${scalarOf(field.message === undefined ? field : field.message.fields[0]).method}(${value})`;
}

function readStatement(out, field) {
  const target = member("m", field);
  const read = valueFromJson(out, field, "v");
  if (field.oneof !== undefined) {
    const holder = member("m", field.oneof);
    if (field.enum !== undefined) throw new Error(`${field}: enum in a oneof has no JSON emitter yet`);
    return [`c.oneof(${holder});`, `${holder} = { case: "${field.localName}", value: ${read} };`];
  }
  if (field.fieldKind === "list")
    return [`${target} = c.list(v, (value) => ${valueFromJson(out, field, "value")});`];
  if (field.fieldKind === "map") {
    const key = mapKeyOf(field).type === "number" ? "c.int32(key)" : "key";
    const set = out.runtime("setEntry", "init");
    const assign = `${set}(${target}, ${key}, value)`;
    return [
      "for (const [key, entry] of c.entries(v)) {",
      `  const value = ${valueFromJson(out, field, "entry")};`,
      `  ${field.enum === undefined ? assign : `if (value !== undefined) ${assign}`};`,
      "}",
    ];
  }
  if (field.enum === undefined) return [`${target} = ${read};`];
  return [`${target} = ${read} ?? ${field.presence === 2 ? "0" : "undefined"};`];
}

function readCase(out, field) {
  const names = [...new Set([field.jsonName, field.name])].map((name) => `      case "${name}":`);
  const body = readStatement(out, field);
  const lines =
    body.length === 1
      ? [`        if (v !== null) ${body[0]}`]
      : ["        if (v !== null) {", ...body.map((line) => `          ${line}`), "        }"];
  return [...names, ...lines, "        break;"];
}

function emitRead(out, message) {
  const type = out.type(identifier(message), message.file.name);
  const { read, fromJson } = jsonNames(message);
  const reader = out.runtimeType("JsonReader", "json-reader");
  out.line(`export function ${read}(json: ${out.runtimeType("JsonValue", "json")}, c: ${reader}): ${type} {`);
  if (isCustom(message)) {
    out.line(`  return ${out.runtime(fromJson, "json-wkt")}(json, c);`);
  } else if (isWrapper(message)) {
    const [field] = message.fields;
    out.line(
      `  return { value: json === null ? ${zeroOf(out, field)} : ${valueFromJson(out, field, "json")} };`,
    );
  } else {
    out.line(`  const o = c.enter(json, "${message.typeName}");`);
    out.line(`  const m: ${type} = ${emptyObject(out, message)};`);
    out.line("  for (const key of Object.keys(o)) {");
    if (message.fields.length === 0) {
      out.line("    c.unknown(key);");
    } else {
      out.line("    const v = c.at(key, o);");
      out.line("    switch (key) {");
      for (const field of message.fields) out.add(readCase(out, field));
      out.line("      default:");
      out.line("        c.unknown(key);");
      out.line("    }");
    }
    out.line("  }");
    out.line("  c.leave();");
    out.line("  return m;");
  }
  out.line("}");
  out.line();
}

/** `mToJson`, `mFromJson`, and `readMJson` for nesting. */
export function emitJson(out, message) {
  emitToJson(out, message);
  emitRead(out, message);
  const type = out.type(identifier(message), message.file.name);
  const { read, fromJson } = jsonNames(message);
  const reader = out.runtime("JsonReader", "json-reader");
  const options = out.runtimeType("JsonReadOptions", "json");
  out.line(
    `export function ${fromJson}(json: ${out.runtimeType("JsonValue", "json")}, options?: ${options}): ${type} {`,
  );
  out.line(`  return ${read}(json, new ${reader}(options));`);
  out.line("}");
  out.line();
}

/** Files whose messages are sent inside an Any. */
const PACKED_FILES = [
  "temporal/api/update/v1/message",
  "temporal/api/errordetails/v1/message",
  "temporal/api/failure/v1/message",
];
const PACKED_TYPES = ["google.protobuf.Duration", "google.protobuf.Timestamp"];

/** `any-types.ts`: what the API packs into Any fields. */
export function emitAnyTypes(out, messages) {
  const packed = messages.filter(
    ({ file, typeName }) => PACKED_FILES.includes(file.name) || PACKED_TYPES.includes(typeName),
  );
  out.line("/** The messages that the Temporal API packs into `Any` fields: updates and error details. */");
  out.line(`export const anyTypes: ${out.runtimeType("AnyTypes", "json")} = {`);
  for (const message of packed) {
    const name = identifier(message);
    const { toJson, read } = jsonNames(message);
    const decode = out.value(`decode${name}`, message.file.name);
    const encode = out.value(`encode${name}`, message.file.name);
    out.line(`  "${message.typeName}": {`);
    out.line(`    custom: ${isCustom(message)},`);
    out.line(
      `    toJson: (bytes, options) => ${out.value(toJson, jsonFile(message))}(${decode}(bytes), options),`,
    );
    out.line(
      `    fromJson: (json, reader) => ${encode}(${out.value(read, jsonFile(message))}(json, reader)),`,
    );
    out.line("  },");
  }
  out.line("};");
}
