import { identifier } from "./model.mjs";

/** An open enum: a table of the known values, and `number` as type so that unknown ones survive. */
export function emitEnum(out, desc) {
  const name = identifier(desc);
  out.line(`/** \`${desc.typeName}\`: open, numbers that are not listed may occur. */`);
  out.line(`export const ${name} = {`);
  for (const value of desc.values) {
    out.line(`  ${value.deprecated ? "/** @deprecated */ " : ""}${value.localName}: ${value.number},`);
  }
  out.line("} as const;");
  out.line(`export type ${name} = number;`);
  out.line();
}
