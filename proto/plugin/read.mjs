// Decoders: one loop over tags per message. Fields are assigned to an object that has all of them from the start, so that
// each message type has one hidden class; a repeated occurrence of a message field is merged into the first (`into`).
import {
  byNumber,
  identifier,
  isWrapper,
  mapKeyOf,
  member,
  nameConst,
  scalarOf,
  tagOf,
  zeroOf,
} from "./model.mjs";

/** The expression that reads one value whose tag was just read. */
function readValue(out, field, before) {
  if (field.message === undefined) return `r.${scalarOf(field).method}()`;
  const name = identifier(field.message);
  const read = out.value(`read${name}`, field.message.file.name);
  const into = before === undefined ? "" : `, ${before}`;
  return `${read}(r, r.end(end), depth - 1${into})`;
}

function readWrapper(out, field) {
  const name = identifier(field.message);
  const read = out.value(`read${name}`, field.message.file.name);
  const before = member("m", field);
  return `${read}(r, r.end(end), depth - 1, ${before} === undefined ? undefined : { value: ${before} }).value`;
}

function wireOf(field) {
  return field.message === undefined ? scalarOf(field).wire : 2;
}

function caseLines(tag, ...body) {
  return [`      case ${tag}:`, ...body.map((line) => `        ${line}`), "        break;"];
}

function singularCase(out, field) {
  const tag = tagOf(field.number, wireOf(field));
  if (field.oneof !== undefined) {
    const holder = member("m", field.oneof);
    const before = `${holder}.case === "${field.localName}" ? ${holder}.value : undefined`;
    return caseLines(
      tag,
      `${holder} = { case: "${field.localName}", value: ${readValue(out, field, before)} };`,
    );
  }
  const target = member("m", field);
  if (field.message !== undefined && isWrapper(field.message))
    return caseLines(tag, `${target} = ${readWrapper(out, field)};`);
  return caseLines(tag, `${target} = ${readValue(out, field, target)};`);
}

function listCase(out, field) {
  const target = member("m", field);
  const wire = wireOf(field);
  const single = caseLines(tagOf(field.number, wire), `${target}.push(${readValue(out, field)});`);
  if (wire === 2) return single;
  const packed = [
    `      case ${tagOf(field.number, 2)}: {`,
    "        const e = r.end(end);",
    `        while (r.pos < e) ${target}.push(${readValue(out, field)});`,
    `        if (r.pos !== e) r.overrun(e, ${nameConst(field.parent)});`,
    "        break;",
    "      }",
  ];
  return [...packed, ...single];
}

function entryName(field) {
  return `read${identifier(field.parent)}_${field.localName}Entry`;
}

function mapCase(field) {
  return caseLines(
    tagOf(field.number, 2),
    `${entryName(field)}(r, r.end(end), depth, ${member("m", field)});`,
  );
}

function fieldCase(out, field) {
  if (field.fieldKind === "list") return listCase(out, field);
  return field.fieldKind === "map" ? mapCase(field) : singularCase(out, field);
}

/** A map entry is a message with the key as field 1 and the value as field 2. */
function emitEntryReader(out, field) {
  const key = mapKeyOf(field);
  const isMessage = field.message !== undefined;
  const type = isMessage
    ? out.type(identifier(field.message), field.message.file.name)
    : scalarOf(field).type;
  const zero = isMessage
    ? "undefined"
    : zeroOf(out, { ...field, fieldKind: "scalar", presence: 2, enum: field.enum, scalar: field.scalar });
  const empty = isMessage
    ? `value ?? ${out.value(`read${identifier(field.message)}`, field.message.file.name)}(r, end, depth - 1)`
    : "value";
  const reader = out.runtimeType("Reader", "reader");
  out.line(
    `function ${entryName(field)}(r: ${reader}, end: number, depth: number, record: Record<${key.type}, ${type}>): void {`,
  );
  out.line(`  let key = ${key.zero};`);
  out.line(`  let value: ${type}${isMessage ? " | undefined" : ""} = ${zero};`);
  out.line("  while (r.pos < end) {");
  out.line("    const tag = r.tag();");
  out.line("    switch (tag) {");
  out.add(caseLines(tagOf(1, key.wire), `key = r.${key.method}();`));
  out.add(
    caseLines(tagOf(2, wireOf(field)), `value = ${readValue(out, field, isMessage ? "value" : undefined)};`),
  );
  out.line("      default:");
  out.line("        r.skip(tag, undefined, depth);");
  out.line("    }");
  out.line("  }");
  out.line(`  if (r.pos !== end) r.overrun(end, ${nameConst(field.parent)});`);
  out.line(`  ${out.runtime("setEntry", "init")}(record, key, ${empty});`);
  out.line("}");
  out.line();
}

/** The object literal with every field at its default. */
export function emptyObject(out, message) {
  const entries = message.members.map((part) =>
    part.kind === "oneof"
      ? `${part.localName}: ${out.runtime("NO_CASE", "init")}`
      : `${part.localName}: ${zeroOf(out, part)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** `readM` and `decodeM`. */
export function emitReader(out, message) {
  const name = identifier(message);
  const reader = out.runtimeType("Reader", "reader");
  for (const field of message.fields) if (field.fieldKind === "map") emitEntryReader(out, field);
  out.line(
    `export function read${name}(r: ${reader}, end: number, depth: number, into?: ${name}): ${name} {`,
  );
  out.line(`  if (depth <= 0) r.tooDeep(${nameConst(message)});`);
  out.line(`  const m: ${name} = into ?? ${emptyObject(out, message)};`);
  out.line("  while (r.pos < end) {");
  out.line("    const tag = r.tag();");
  if (message.fields.length === 0) {
    out.line("    r.skip(tag, m, depth);");
  } else {
    out.line("    switch (tag) {");
    for (const field of byNumber(message)) out.add(fieldCase(out, field));
    out.line("      default:");
    out.line("        r.skip(tag, m, depth);");
    out.line("    }");
  }
  out.line("  }");
  out.line(`  if (r.pos !== end) r.overrun(end, ${nameConst(message)});`);
  out.line("  return m;");
  out.line("}");
  out.line();
  const options = out.runtimeType("DecodeOptions", "reader");
  out.line(`export function decode${name}(bytes: Uint8Array, options?: ${options}): ${name} {`);
  out.line(
    `  return ${out.runtime("decodeWith", "reader")}(read${name}, ${nameConst(message)}, bytes, options);`,
  );
  out.line("}");
  out.line();
}
