import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { root } from "./source-files.ts";

/*
 * The names that the official packages export (`test/interop/record-exports.mjs`), types included, against ours. What is left out
 * is listed in `left-out-exports.json`, by reason; a name that has come since must leave the list.
 */
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, "test/checks", name), "utf8"));
const official = read("official-exports.json") as {
  readonly names: { readonly [subpath: string]: readonly string[] };
};
const leftOut = read("left-out-exports.json") as {
  readonly [subpath: string]: { readonly [reason: string]: readonly string[] };
};

const subpaths = Object.keys(official.names);
const fileOf = (subpath: string): string => join(root, "src", subpath, "mod.ts");
const program = ts.createProgram(subpaths.map(fileOf), {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  paths: {
    "#platform": [join(root, "runtimes/node/mod.ts")],
    "#platform/worker": [join(root, "runtimes/node/worker.ts")],
  },
});

function exportsOf(subpath: string): ReadonlySet<string> {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(fileOf(subpath))!);
  return new Set(checker.getExportsOfModule(module!).map(({ name }) => name));
}

describe.each(subpaths)("perdure/%s", (subpath) => {
  test("has what the official package exports, save what is listed with a reason", () => {
    const own = exportsOf(subpath);
    const missing = official.names[subpath]!.filter((name) => !own.has(name));
    expect(missing).toEqual(
      Object.values(leftOut[subpath] ?? {})
        .flat()
        .sort(),
    );
  });
});
