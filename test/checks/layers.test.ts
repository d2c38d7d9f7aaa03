import { expect, test } from "vitest";
import { type ImportOf, importsOf, type SourceFile, sourceFiles } from "./source-files.ts";

/** For each folder of `src/`: what it may import (besides itself). `*` allows types only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "codec-runtime": [],
  gen: ["codec-runtime"],
  proto: ["gen"],
  common: ["gen*", "codec-runtime*"],
  platform: ["common", "gen*", "codec-runtime*", "engine*"],
  converter: ["common", "gen", "codec-runtime"],
  core: ["common", "gen", "codec-runtime"],
  workflow: ["common", "converter", "core", "gen*", "codec-runtime*"],
  transport: ["common", "platform", "gen", "codec-runtime"],
  connect: ["transport", "platform", "common", "gen"],
  activity: ["common", "converter", "platform", "gen*", "codec-runtime*", "client*"],
  client: ["common", "converter", "transport", "platform", "gen", "codec-runtime"],
  edge: ["client", "common", "converter", "transport", "platform", "gen", "codec-runtime"],
  engine: ["common", "converter", "core", "platform", "gen", "codec-runtime", "workflow*", "engine/inside*"],
  // The part of the engine that is evaluated inside the sandbox, around the workflow runtime.
  "engine/inside": ["workflow", "common", "converter", "core*", "engine"],
  testing: ["activity", "client", "worker", "server", "transport", "platform", "common"],
  server: ["common", "platform", "gen", "codec-runtime", "connect", "transport*"],
  gateway: ["common", "platform", "gen", "codec-runtime", "transport", "server"],
  cli: ["client", "worker", "server", "gateway", "transport", "common"],
  worker: [
    "common",
    "converter",
    "transport",
    "platform",
    "gen",
    "codec-runtime",
    "activity",
    "engine",
    "core*",
    "workflow*",
    "client*",
  ],
};

const files = sourceFiles("src", "runtimes");

function folderOf(path: string): string {
  if (path.startsWith("src/engine/inside/")) return "engine/inside";
  return path.split("/")[1] ?? "";
}

function violations(file: SourceFile, imports: readonly ImportOf[]): string[] {
  const from = folderOf(file.path);
  const allowed = MAY_IMPORT[from];
  if (!allowed) return [`${file.path}: folder src/${from} is not in the table of layers`];
  return imports.flatMap(({ target, typeOnly }) => {
    if (!target) return [];
    if (!target.startsWith("src/")) return [`${file.path} imports ${target}, outside of src/`];
    const to = folderOf(target);
    const ok = to === from || allowed.includes(to) || (typeOnly && allowed.includes(`${to}*`));
    return ok ? [] : [`${file.path} imports ${typeOnly ? "types of " : ""}${target}`];
  });
}

test("no folder of src imports upward", () => {
  const src = files.filter(({ path }) => path.startsWith("src/"));
  expect(src.flatMap((file) => violations(file, importsOf(file)))).toEqual([]);
});

test("a runtime imports no other runtime, only what they share", () => {
  const bad = files
    .filter(({ path }) => path.startsWith("runtimes/"))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => target?.startsWith("runtimes/"))
        .filter(({ target }) => ![folderOf(file.path), "node-api"].includes(folderOf(target ?? "")))
        .map(({ target }) => `${file.path} imports ${target}`),
    );
  expect(bad).toEqual([]);
});

test("nothing in src names a runtime", () => {
  const bad = files
    .filter(({ path }) => path.startsWith("src/"))
    .flatMap((file) => {
      const builtIns = importsOf(file)
        .filter(({ specifier }) => /^(node|bun|jsr|npm):/.test(specifier))
        .map(({ specifier }) => `${file.path} imports ${specifier}`);
      const code = file.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|`[^`]*`|"[^"]*"/g, "");
      const named = /\b(Deno|Bun|process)\.|\bBuffer\b|declare (global|module)/.exec(code);
      return named ? [...builtIns, `${file.path} names ${named[0]}`] : builtIns;
    });
  expect(bad).toEqual([]);
});

test("there is no import cycle (types aside)", () => {
  const edges = new Map<string, string[]>();
  for (const file of files) {
    edges.set(
      file.path,
      importsOf(file).flatMap(({ target, typeOnly }) => (target && !typeOnly ? [target] : [])),
    );
  }
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    state.set(path, "open");
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of edges.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

test("the client reaches neither core, worker, workflow nor engine, nor connect, nor protobuf-es", () => {
  const byPath = new Map(sourceFiles("src").map((file) => [file.path, file]));
  const reached = new Set<string>();
  const packages = new Set<string>();
  const walk = (path: string): void => {
    const file = byPath.get(path);
    if (!file || reached.has(path)) return;
    reached.add(path);
    for (const { specifier, target, typeOnly } of importsOf(file)) {
      if (typeOnly) continue;
      if (target) walk(target);
      else packages.add(specifier);
    }
  };
  walk("src/client/mod.ts");
  const forbidden = [...reached].filter((path) =>
    /^src\/(core|worker|workflow|engine|connect|activity)\//.test(path),
  );
  expect(forbidden).toEqual([]);
  expect([...packages].filter((name) => !name.startsWith("#platform"))).toEqual([]);
});
