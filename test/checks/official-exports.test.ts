import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { root } from "./source-files.ts";
import { membersOf, unaliased } from "./type-members.ts";

/*
 * The names that the official packages export (`test/interop/record-exports.mjs`), types included, and the members of those types,
 * against ours. What is left out is listed in `left-out-exports.json` and `left-out-members.json`, by reason; a name that has come
 * since must leave the list.
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

interface OfficialType {
  /** Where it is exported. */
  readonly packages: readonly string[];
  readonly members: readonly string[];
  readonly deprecated?: readonly string[];
  readonly internal?: readonly string[];
}
/** By `package.Name`, the package being the first that exports it. */
const { types } = read("official-members.json") as {
  readonly types: { readonly [type: string]: OfficialType };
};
/** By reason, `package.Name.member`. */
const leftOutMembers = read("left-out-members.json") as { readonly [reason: string]: readonly string[] };

const subpaths = Object.keys(official.names);
const modules = [...subpaths, "converter"];
const fileOf = (subpath: string): string => join(root, "src", subpath, "mod.ts");
const program = ts.createProgram(modules.map(fileOf), {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  noEmit: true,
  paths: {
    "#platform": [join(root, "runtimes/node/mod.ts")],
    "#platform/worker": [join(root, "runtimes/node/worker.ts")],
    "#platform/thread": [join(root, "runtimes/node/thread-entry.ts")],
    "#platform/testing": [join(root, "runtimes/node/testing.ts")],
    "#platform/server": [join(root, "runtimes/node/server.ts")],
  },
});

const checker = program.getTypeChecker();
const symbols: ReadonlyMap<string, ReadonlyMap<string, ts.Symbol>> = new Map(
  modules.map((subpath) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(fileOf(subpath))!);
    const exported = checker.getExportsOfModule(module!);
    return [subpath, new Map(exported.map((symbol) => [symbol.name, unaliased(symbol, checker)]))];
  }),
);

function exportsOf(subpath: string): ReadonlySet<string> {
  return new Set(symbols.get(subpath)!.keys());
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

/** Ours of that name, one or several: where the official one is exported, and where a list says that it is instead. */
function counterparts(name: string, packages: readonly string[]): Set<ts.Symbol> {
  const elsewhere = packages.flatMap((subpath) =>
    Object.entries(leftOut[subpath] ?? {}).flatMap(([reason, names]) => {
      const place = names.includes(name) ? /^In perdure\/(\w+)\.$/.exec(reason)?.[1] : undefined;
      return place === undefined ? [] : [place];
    }),
  );
  const found = [...packages, ...elsewhere].map((subpath) => symbols.get(subpath)?.get(name));
  return new Set(found.filter((symbol) => symbol !== undefined));
}

/** Members of an official type that ours, which has the same name, lacks. */
function missingMembers(type: string, { packages, members }: OfficialType): string[] {
  const nested = new Set(members.map((member) => member.slice(0, member.lastIndexOf("."))));
  const opens = (member: string): boolean => nested.has(member);
  const missing = [...counterparts(type.split(".")[1]!, packages)].flatMap((symbol) => {
    const own = new Set(membersOf(symbol, { checker, opens }).map(({ name }) => name));
    return members.filter((member) => !own.has(member));
  });
  return [...new Set(missing)].map((member) => `${type}.${member}`);
}

describe("members", () => {
  test("are those of the official types, save what is listed with a reason", () => {
    const missing = Object.entries(types).flatMap(([type, official]) => missingMembers(type, official));
    const listed = Object.values(leftOutMembers).flat();
    const unlisted = missing.filter((member) => !listed.includes(member));
    expect(unlisted, `Neither ours nor listed: ${unlisted.join(", ")}`).toEqual([]);
    const present = listed.filter((member) => !missing.includes(member));
    expect(present, `Listed, and ours: ${present.join(", ")}`).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
    const compared = Object.entries(types).filter(
      ([type, { packages }]) => counterparts(type.split(".")[1]!, packages).size > 0,
    );
    expect(compared.length).toBeGreaterThan(250);
  });

  test("are left out with reasons that are true", () => {
    const called = (tag: "deprecated" | "internal"): Set<string> =>
      new Set(
        Object.entries(types).flatMap(([type, of]) => (of[tag] ?? []).map((name) => `${type}.${name}`)),
      );
    const untrue = Object.entries(leftOutMembers).flatMap(([reason, members]) => {
      const tag = /^(Deprecated|Internal) upstream/.exec(reason)?.[1]?.toLowerCase();
      const known = tag === "deprecated" || tag === "internal" ? called(tag) : undefined;
      return known === undefined ? [] : members.filter((member) => !known.has(member));
    });
    expect(untrue).toEqual([]);
  });
});
