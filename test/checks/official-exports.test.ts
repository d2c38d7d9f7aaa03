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
type Members = { readonly [member: string]: string | null };
type Names = { readonly [subpath: string]: readonly string[] };
const official = read("official-exports.json") as {
  readonly names: Names;
  readonly deprecated: Names;
  readonly internal: Names;
  /** Members of what stands for enums; null for undefined. */
  readonly constants: { readonly [subpath: string]: { readonly [name: string]: Members } };
};
const leftOut = read("left-out-exports.json") as {
  readonly [subpath: string]: { readonly [reason: string]: readonly string[] };
};

const subpaths = Object.keys(official.names);
const modules = [...subpaths, "converter"];
const fileOf = (subpath: string): string => join(root, "src", subpath, "mod.ts");
const program = ts.createProgram(modules.map(fileOf), {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  paths: {
    "#platform": [join(root, "runtimes/node/mod.ts")],
    "#platform/worker": [join(root, "runtimes/node/worker.ts")],
    "#platform/thread": [join(root, "runtimes/node/thread-entry.ts")],
    "#platform/testing": [join(root, "runtimes/node/testing.ts")],
    "#platform/server": [join(root, "runtimes/node/server.ts")],
  },
});

function exportsOf(subpath: string): ReadonlySet<string> {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(fileOf(subpath))!);
  return new Set(checker.getExportsOfModule(module!).map(({ name }) => name));
}

/** What a reason says that can be looked up: where else the name is, or what doc comments upstream say. */
function known(reason: string, subpath: string): ReadonlySet<string> | undefined {
  const elsewhere = /^In perdure\/(\w+)\.$/.exec(reason)?.[1];
  if (elsewhere !== undefined) return exportsOf(elsewhere);
  if (reason.startsWith("Deprecated upstream")) return new Set(official.deprecated[subpath]);
  return reason.startsWith("Internal upstream") ? new Set(official.internal[subpath]) : undefined;
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

  test("leaves out with reasons that are true", () => {
    const untrue = Object.entries(leftOut[subpath] ?? {}).flatMap(([reason, names]) => {
      const named = known(reason, subpath);
      return named === undefined ? [] : names.filter((name) => !named.has(name));
    });
    expect(untrue).toEqual([]);
  });

  test("its constants have the members of the official ones", async () => {
    const own = (await import(fileOf(subpath))) as { readonly [name: string]: unknown };
    const shared = Object.entries(official.constants[subpath] ?? {}).filter(([name]) => name in own);
    const differing = shared.flatMap(([name, members]) => {
      const ours = own[name] as { readonly [member: string]: unknown };
      const wrong = Object.entries(members).filter(
        ([member, text]) => !(member in ours) || (ours[member] ?? null) !== text,
      );
      return wrong.map(([member]) => `${name}.${member}`);
    });
    expect(differing).toEqual([]);
  });
});
