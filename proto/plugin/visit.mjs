// Payload visitors: for each message that can hold a payload, a function that shows every payload to a visitor and puts
// back what it gives. Search attributes are left alone; headers are visited if the visitor wants them.
import { identifier, member } from "./model.mjs";

const COMMON = "temporal.api.common.v1";
const PAYLOAD = `${COMMON}.Payload`;
const NEVER = `${COMMON}.SearchAttributes`;
const HEADER = `${COMMON}.Header`;
/** Messages that only hold payloads: the field around them is the site. */
const HOLDERS = [`${COMMON}.Payloads`, `${COMMON}.Memo`, HEADER];
const ERROR_DETAILS = "temporal/api/errordetails/v1/message";
/** Fields of type Any whose content we know → the file of the messages that are packed into them. */
const PACKED = new Map([
  ["temporal.api.protocol.v1.Message.body", "temporal/api/update/v1/message"],
  ["google.rpc.Status.details", ERROR_DETAILS],
  ["temporal.api.errordetails.v1.MultiOperationExecutionFailure.OperationStatus.details", ERROR_DETAILS],
]);

function siteOf(field) {
  return `${field.parent.typeName}.${field.name}`;
}

/** Knows which messages can have a payload below them. */
export class PayloadGraph {
  #files;
  #known = new Map();

  constructor(files) {
    this.#files = new Map(files.map((file) => [file.name, file]));
  }

  holds(message) {
    return this.#search(message, new Set());
  }

  /** Messages with payloads that may be packed into this Any field. */
  packedInto(field) {
    const file = this.#files.get(PACKED.get(siteOf(field)) ?? "");
    return file === undefined ? [] : file.messages.filter((message) => this.holds(message));
  }

  holdsField(field) {
    return field.message !== undefined && (this.holds(field.message) || PACKED.has(siteOf(field)));
  }

  #search(message, path) {
    if (message.typeName === PAYLOAD) return true;
    if (message.typeName === NEVER || path.has(message)) return false;
    const known = this.#known.get(message);
    if (known !== undefined) return known;
    path.add(message);
    const found = message.fields.some(
      (field) =>
        field.message !== undefined && (PACKED.has(siteOf(field)) || this.#search(field.message, path)),
    );
    path.delete(message);
    // A "no" found on a cycle holds only for that cycle, so it is remembered for its start alone.
    if (found || path.size === 0) this.#known.set(message, found);
    return found;
  }
}

/** The statement that visits one value; `assign` puts a new payload in its place. */
function visitValue(out, field, value) {
  if (field.message.typeName === PAYLOAD) return `${value} = v.payload(${value}, ${siteName(field)});`;
  if (PACKED.has(siteOf(field)))
    return `visit${identifier(field.parent)}_${field.localName}Any(${value}, v);`;
  const visit = out.value(`visit${identifier(field.message)}`, `${field.message.file.name}.visit`);
  const site = HOLDERS.includes(field.message.typeName) ? `, ${siteName(field)}` : "";
  return `${visit}(${value}, v${site});`;
}

/** Inside a holder the site comes from outside. */
function siteName(field) {
  return HOLDERS.includes(field.parent.typeName) ? "site" : JSON.stringify(siteOf(field));
}

function fieldLines(out, field) {
  const value = member("m", field);
  switch (field.fieldKind) {
    case "list":
      return [
        `  if (${value} !== undefined) for (let i = 0; i < ${value}.length; i++) {`,
        `    ${listItem(out, field, value)}`,
        "  }",
      ];
    case "map":
      return [
        `  if (${value} !== undefined) for (const key of Object.keys(${value})) {`,
        `    const value = ${value}[key];`,
        `    if (value !== undefined) ${field.message.typeName === PAYLOAD ? `${value}[key] = v.payload(value, ${siteName(field)});` : visitValue(out, field, "value")}`,
        "  }",
      ];
    default: {
      const condition = field.message.typeName === HEADER ? `v.headers && ${value}` : value;
      return [`  if (${condition}) ${visitValue(out, field, value)}`];
    }
  }
}

function listItem(out, field, list) {
  if (field.message.typeName === PAYLOAD) return `${list}[i] = v.payload(${list}[i]!, ${siteName(field)});`;
  return visitValue(out, field, `${list}[i]!`);
}

function oneofLines(out, oneof, graph) {
  const holder = member("m", oneof);
  const fields = oneof.fields.filter((field) => graph.holdsField(field));
  if (fields.length === 0) return [];
  return [
    `  if (${holder}) switch (${holder}.case) {`,
    ...fields.flatMap((field) => {
      const condition = field.message.typeName === HEADER ? "if (v.headers) " : "";
      return [
        `    case "${field.localName}":`,
        `      ${condition}${visitValue(out, field, `${holder}.value`)}`,
        "      break;",
      ];
    }),
    "  }",
  ];
}

/** An Any is decoded, visited and encoded again; of other types than the known ones it stays as it is. */
function emitAny(out, field, graph) {
  const any = out.type("Any", "google/protobuf/any");
  const draft = out.runtimeType("Draft", "init");
  const visitor = out.runtimeType("PayloadVisitor", "visit");
  const empty = out.runtime("NO_BYTES", "init");
  out.line(
    `function visit${identifier(field.parent)}_${field.localName}Any(any: ${draft}<${any}>, v: ${visitor}): void {`,
  );
  out.line(`  switch (${out.runtime("anyTypeName", "visit")}(any.typeUrl)) {`);
  for (const message of graph.packedInto(field)) {
    const name = identifier(message);
    const path = message.file.name;
    const decode = out.value(`decode${name}`, path);
    const encode = out.value(`encode${name}`, path);
    const visit = out.value(`visit${name}`, `${path}.visit`);
    out.line(`    case "${message.typeName}": {`);
    out.line(`      const message = ${decode}(any.value ?? ${empty}, { unknownFields: true });`);
    out.line(`      ${visit}(message, v);`);
    out.line(`      any.value = ${encode}(message);`);
    out.line("      break;");
    out.line("    }");
  }
  out.line("  }");
  out.line("}");
  out.line();
}

/** `visitM`, if there is something to visit. */
export function emitVisitor(out, message, graph) {
  if (message.typeName === PAYLOAD || !graph.holds(message)) return;
  for (const field of message.fields) if (PACKED.has(siteOf(field))) emitAny(out, field, graph);
  const name = identifier(message);
  const type = out.type(name, message.file.name);
  const isHolder = HOLDERS.includes(message.typeName);
  const site = isHolder ? `, site = ${JSON.stringify(siteOf(message.fields[0]))}` : "";
  out.line(
    `export function visit${name}(m: ${out.runtimeType("Draft", "init")}<${type}>, v: ${out.runtimeType("PayloadVisitor", "visit")}${site}): void {`,
  );
  for (const part of message.members) {
    if (part.kind === "oneof") out.add(oneofLines(out, part, graph));
    else if (graph.holdsField(part)) out.add(fieldLines(out, part));
  }
  out.line("}");
  out.line();
}
