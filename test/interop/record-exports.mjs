/**
 * Writes the names that the official packages export, types included, to `test/checks/official-exports.json`, and which of them
 * their doc comments call deprecated or internal; and the members of their types to `official-members.json`.
 *
 *   npx tsx test/interop/record-exports.mjs
 *
 * Needs `npm ci` in this folder and in the root.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { membersOf, unaliased } from "../checks/type-members.ts";
import { interopRoot, officialVersion, repositoryRoot } from "./lib/paths.mjs";

/** What several export belongs to the first of them. */
const packages = ["common", "activity", "workflow", "client", "worker", "testing"];
const files = packages.map((name) => join(interopRoot, `node_modules/@temporalio/${name}/lib/index.d.ts`));
const program = ts.createProgram(files, {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
});
const checker = program.getTypeChecker();
const tagged = (symbol, tag) => {
  return unaliased(symbol, checker)
    .getJsDocTags(checker)
    .some(({ name }) => name === tag);
};
const exportsOf = (index) =>
  checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(files[index])));
/** By package, the names of what it exports and `has` holds for. */
const exported = (has) =>
  Object.fromEntries(
    packages
      .map((name, index) => {
        const symbols = exportsOf(index).filter(has);
        return [name, symbols.map((symbol) => symbol.name).sort()];
      })
      .sort(),
  );
const names = exported(() => true);
const deprecated = exported((symbol) => tagged(symbol, "deprecated"));
const internal = exported((symbol) => tagged(symbol, "internal"));
/** By package and name, the members of constants that stand for enums, and their texts; null for undefined. */
const constants = {};
for (const name of [...packages].sort()) {
  const module = await import(`@temporalio/${name}`);
  constants[name] = Object.fromEntries(
    Object.entries(module.default ?? module)
      .filter(([, value]) => isEnum(value))
      .map(([constant, members]) => [
        constant,
        Object.fromEntries(Object.entries(members).map(([member, text]) => [member, text ?? null])),
      ]),
  );
}
/** By the first package that has it and its name, each type with members. */
const types = {};
const homes = new Map();
for (const [index, name] of packages.entries()) {
  for (const symbol of exportsOf(index)) {
    const own = unaliased(symbol, checker);
    const home = homes.get(own);
    if (home !== undefined) types[home]?.packages.push(name);
    else {
      const members = membersOf(own, { checker, owns: (file) => file.includes("/@temporalio/") });
      homes.set(own, `${name}.${symbol.name}`);
      if (members.length > 0) types[`${name}.${symbol.name}`] = describeType(name, members);
    }
  }
}
const save = (file, content) =>
  writeFile(
    join(repositoryRoot, "test/checks", file),
    `${JSON.stringify({ version: officialVersion, ...content }, null, 1)}\n`,
  );
await save("official-exports.json", { names, deprecated, internal, constants });
await save("official-members.json", { types });

function describeType(name, members) {
  const named = (list) => list.map((member) => member.name);
  const deprecated = named(members.filter((member) => member.deprecated));
  const internal = named(members.filter((member) => member.internal));
  return {
    packages: [name],
    members: named(members),
    ...(deprecated.length > 0 && { deprecated }),
    ...(internal.length > 0 && { internal }),
  };
}

function isEnum(value) {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  const texts = Object.values(value);
  return texts.length > 0 && texts.every((text) => text === undefined || typeof text === "string");
}
