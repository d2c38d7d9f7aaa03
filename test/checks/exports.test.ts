import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./source-files.ts";

const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(root, name), "utf8"));
const npm = read("package.json");
const deno = read("deno.json");
const subpaths = (manifest: Record<string, unknown>): string[] =>
  Object.keys(manifest["exports"] as object).filter((key) => key !== "./package.json");

/** What is a command in npm, which JSR does not have, is a module to run there. */
const PROGRAM = "./cli";

test("package.json and deno.json export the same subpaths and have the same version", () => {
  expect(subpaths(deno).sort()).toEqual([...subpaths(npm), PROGRAM].sort());
  expect(deno["version"]).toBe(npm["version"]);
});

test("the command of npm is a module of JSR", () => {
  const { perdure } = npm["bin"] as Record<string, string>;
  const program = (deno["exports"] as Record<string, string>)[PROGRAM];
  expect(perdure).toBe(program?.replace(/^\.\//, "dist/").replace(/\.ts$/, ".js"));
  expect(existsSync(join(root, program ?? "")), program).toBe(true);
});

test("every exported subpath is a folder of src with a mod.ts", () => {
  for (const [key, target] of Object.entries(deno["exports"] as Record<string, string>)) {
    if (key === PROGRAM) continue;
    expect(target).toBe(`./src/${key.slice(2)}/mod.ts`);
    expect(existsSync(join(root, target)), target).toBe(true);
  }
});

test("every exported subpath has types and a file in dist of the same name", () => {
  for (const [key, target] of Object.entries(npm["exports"] as Record<string, unknown>)) {
    if (key === "./package.json") continue;
    const file = `./dist/src/${key.slice(2)}/mod`;
    // Built once more, for bundlers: see tsup.config.ts.
    const code = key === "./edge" ? "./dist/edge/mod.js" : `${file}.js`;
    expect(target).toEqual({ types: `${file}.d.ts`, default: code });
  }
});

test("Deno's import map has the same pinned versions as package.json", () => {
  const dependencies = npm["dependencies"] as Record<string, string>;
  const imports = deno["imports"] as Record<string, string>;
  for (const [name, version] of Object.entries(dependencies))
    expect(imports[name]).toBe(`npm:${name}@${version}`);
});
