/**
 * Writes the names that the official packages export, types included, to `test/checks/official-exports.json`, and which of them
 * their doc comments call deprecated or internal.
 *
 *   node test/interop/record-exports.mjs
 *
 * Needs `npm ci` in this folder and in the root.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { interopRoot, officialVersion, repositoryRoot } from "./lib/paths.mjs";

const packages = ["activity", "client", "common", "testing", "worker", "workflow"];
const files = packages.map((name) => join(interopRoot, `node_modules/@temporalio/${name}/lib/index.d.ts`));
const program = ts.createProgram(files, {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  skipLibCheck: true,
  noEmit: true,
});
const checker = program.getTypeChecker();
const tagged = (symbol, tag) => {
  const own = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return own.getJsDocTags(checker).some(({ name }) => name === tag);
};
/** By package, the names of what it exports and `has` holds for. */
const exported = (has) =>
  Object.fromEntries(
    packages.map((name, index) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(files[index]));
      const symbols = checker.getExportsOfModule(module).filter(has);
      return [name, symbols.map((symbol) => symbol.name).sort()];
    }),
  );
const names = exported(() => true);
const deprecated = exported((symbol) => tagged(symbol, "deprecated"));
const internal = exported((symbol) => tagged(symbol, "internal"));
/** By package and name, the members of constants that stand for enums, and their texts; null for undefined. */
const constants = {};
for (const name of packages) {
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
await writeFile(
  join(repositoryRoot, "test/checks/official-exports.json"),
  `${JSON.stringify({ version: officialVersion, names, deprecated, internal, constants }, null, 1)}\n`,
);

function isEnum(value) {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  const texts = Object.values(value);
  return texts.length > 0 && texts.every((text) => text === undefined || typeof text === "string");
}
