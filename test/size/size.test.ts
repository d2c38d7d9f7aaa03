import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../checks/source-files.ts";

/**
 * What importing a subpath costs a user who bundles: bytes minified and gzipped, everything below it included but the packages named in
 * `dependencies`. The table is committed; `UPDATE_SIZES=1 npx vitest run test/size` writes it anew.
 */
const MARGIN = 1.05;
const tableFile = fileURLToPath(new URL("table.json", import.meta.url));
const npm = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
};
const subpaths = Object.keys(npm.exports)
  .filter((key) => key !== "./package.json")
  .map((key) => key.slice(2));

interface Size {
  readonly minified: number;
  readonly gzipped: number;
}

async function sizeOf(subpath: string): Promise<Size> {
  const { outputFiles } = await build({
    entryPoints: [`${root}src/${subpath}/mod.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "node",
    alias: {
      "#platform": `${root}runtimes/node/mod.ts`,
      "#platform/worker": `${root}runtimes/node/worker.ts`,
      "#platform/testing": `${root}runtimes/node/testing.ts`,
      "#platform/server": `${root}runtimes/node/server.ts`,
    },
    external: [...Object.keys(npm.dependencies), "esbuild"],
    logLevel: "silent",
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  return { minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
}

test("no subpath has grown by more than 5 %", async () => {
  const sizes: Record<string, Size> = {};
  for (const subpath of subpaths) sizes[subpath] = await sizeOf(subpath);
  if (process.env["UPDATE_SIZES"]) writeFileSync(tableFile, `${JSON.stringify(sizes, null, 2)}\n`);
  const table = JSON.parse(readFileSync(tableFile, "utf8")) as Record<string, Size>;
  expect(Object.keys(table).sort()).toEqual([...subpaths].sort());
  const grown = subpaths.filter(
    (subpath) => (sizes[subpath]?.gzipped ?? 0) > (table[subpath]?.gzipped ?? 0) * MARGIN,
  );
  expect(
    grown.map(
      (subpath) => `${subpath}: ${table[subpath]?.gzipped} -> ${sizes[subpath]?.gzipped} bytes gzipped`,
    ),
  ).toEqual([]);
});
