// The plain TypeScript type of each message.
import { hasPresence, identifier, isWrapper, mapKeyOf, nameConst, scalarOf } from "./model.mjs";

function valueType(out, field) {
  if (field.message !== undefined) {
    if (isWrapper(field.message)) return scalarOf(field.message.fields[0]).type;
    return out.type(identifier(field.message), field.message.file.name);
  }
  if (field.enum !== undefined) return out.type(identifier(field.enum), field.enum.file.name);
  return scalarOf(field).type;
}

function doc(desc) {
  return desc.deprecated ? "/** @deprecated */ " : "";
}

function fieldLine(out, field) {
  const type = valueType(out, field);
  const name = field.localName;
  switch (field.fieldKind) {
    case "list":
      return `  ${doc(field)}${name}: ${type}[];`;
    case "map":
      return `  ${doc(field)}${name}: Record<${mapKeyOf(field).type}, ${type}>;`;
    default:
      return field.fieldKind === "message" || hasPresence(field)
        ? `  ${doc(field)}${name}?: ${type} | undefined;`
        : `  ${doc(field)}${name}: ${type};`;
  }
}

function oneofLines(out, oneof) {
  const cases = oneof.fields.map((field) => {
    if (field.message !== undefined && isWrapper(field.message))
      throw new Error(`${field}: wrapper in a oneof`);
    return `    | { case: "${field.localName}"; value: ${valueType(out, field)} }`;
  });
  return [`  ${oneof.localName}:`, ...cases, "    | { case: undefined; value?: undefined };"];
}

/** `export interface M`: what a decoder gives. */
export function emitInterface(out, message) {
  const name = identifier(message);
  const base = out.runtimeType("UnknownFields", "init");
  out.line(`/** \`${message.typeName}\`${message.deprecated ? "\n * @deprecated\n" : ""} */`);
  out.line(`export interface ${name} extends ${base} {`);
  for (const part of message.members) {
    if (part.kind === "oneof") out.add(oneofLines(out, part));
    else if (part.localName === "case")
      throw new Error(`${part}: Init<T> takes a field of this name for a oneof`);
    else out.line(fieldLine(out, part));
  }
  out.line("}");
  out.line();
  out.line(`const ${nameConst(message)} = ${JSON.stringify(message.typeName)};`);
  out.line();
}
