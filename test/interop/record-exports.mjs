/**
 * Writes the names that the official packages export, types included, to `test/checks/official-exports.json`.
 *
 *   node test/interop/record-exports.mjs
 *
 * Needs `npm ci` in this folder and in the root.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { interopRoot, officialVersion, repositoryRoot } from "./lib/paths.mjs";

const packages = ["activity", "client", "common", "worker", "workflow"];
const files = packages.map((name) => join(interopRoot, `node_modules/@temporalio/${name}/lib/index.d.ts`));
const program = ts.createProgram(files, {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  skipLibCheck: true,
  noEmit: true,
});
const checker = program.getTypeChecker();
const exported = (file) =>
  checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
    .map(({ name }) => name)
    .sort();
const names = Object.fromEntries(packages.map((name, index) => [name, exported(files[index])]));
await writeFile(
  join(repositoryRoot, "test/checks/official-exports.json"),
  `${JSON.stringify({ version: officialVersion, names }, null, 1)}\n`,
);
