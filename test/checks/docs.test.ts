import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "./source-files.ts";

const deno = JSON.parse(readFileSync(join(root, "deno.json"), "utf8")) as { exports: Record<string, string> };
const mods = Object.values(deno.exports)
  .map((path) => join(root, path))
  // `perdure/proto` is generated code: Temporal's own words are not ours to copy.
  .filter((path) => existsSync(path) && !path.endsWith("src/proto/mod.ts"));

const config = ts.readConfigFile(join(root, "tsconfig.check.json"), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
const program = ts.createProgram(mods, options);
const checker = program.getTypeChecker();

interface Export {
  readonly name: string;
  readonly where: string;
  readonly symbol: ts.Symbol;
}

function exportsOf(path: string): Export[] {
  const file = program.getSourceFile(path);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) return [];
  return checker.getExportsOfModule(module).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return { name: symbol.name, where: path.slice(root.length), symbol: target };
  });
}

const exported = mods.flatMap(exportsOf);
const generated = ({ symbol }: Export): boolean =>
  symbol.declarations?.every((node) => /src\/gen\/|node_modules/.test(node.getSourceFile().fileName)) ??
  false;

test("every export has a doc comment", () => {
  const bare = exported
    .filter(
      (one) => !generated(one) && ts.displayPartsToString(one.symbol.getDocumentationComment(checker)) === "",
    )
    .map(({ name, where }) => `${where}: ${name}`);
  expect([...new Set(bare)]).toEqual([]);
});

test("every exported function has an example", () => {
  const bare = exported
    .filter((one) => !generated(one) && one.symbol.flags & ts.SymbolFlags.Function)
    .filter(({ symbol }) => !symbol.getJsDocTags(checker).some(({ name }) => name === "example"))
    .map(({ name, where }) => `${where}: ${name}`);
  expect([...new Set(bare)]).toEqual([]);
});
