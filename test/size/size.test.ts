import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../checks/source-files.ts";

/**
 * What importing a subpath costs a user who bundles: bytes minified and gzipped, everything below it included but the packages named in
 * `dependencies`; and what comes later, by `import()`, when it is first used: protocols in JSON, for example. The table is committed; `UPDATE_SIZES=1 npx vitest run test/size` writes it anew.
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
  /** Bytes gzipped of what is loaded when it is first used. */
  readonly later: number;
}

async function sizeOf(subpath: string): Promise<Size> {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${root}src/${subpath}/mod.ts`],
    bundle: true,
    minify: true,
    write: false,
    splitting: true,
    metafile: true,
    outdir: root,
    format: "esm",
    target: "es2022",
    platform: "node",
    alias: {
      "#platform": `${root}runtimes/node/mod.ts`,
      "#platform/worker": `${root}runtimes/node/worker.ts`,
      "#platform/thread": `${root}runtimes/node/thread-entry.ts`,
      "#platform/testing": `${root}runtimes/node/testing.ts`,
      "#platform/server": `${root}runtimes/node/server.ts`,
    },
    external: [...Object.keys(npm.dependencies), "esbuild"],
    logLevel: "silent",
    absWorkingDir: root,
  });
  const atOnce = loadedAtOnce(metafile);
  const bytes = (wanted: boolean): Buffer =>
    Buffer.concat(
      outputFiles
        .filter(({ path }) => atOnce.has(relative(root, path)) === wanted)
        .map(({ contents }) => contents),
    );
  const first = bytes(true);
  return {
    minified: first.length,
    gzipped: gzipSync(first, { level: 9 }).length,
    later: gzipSync(bytes(false), { level: 9 }).length,
  };
}

/** The entry and all that it imports, without what it imports by `import()`. */
function loadedAtOnce({ outputs }: Metafile): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") visit(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs))
    if (entryPoint?.startsWith("src/") && entryPoint.endsWith("/mod.ts") && !path.startsWith("chunk-"))
      visit(path);
  return found;
}

test("no subpath has grown by more than 5 %", async () => {
  const sizes: Record<string, Size> = {};
  for (const subpath of subpaths) sizes[subpath] = await sizeOf(subpath);
  if (process.env["UPDATE_SIZES"]) writeFileSync(tableFile, `${JSON.stringify(sizes, null, 2)}\n`);
  const table = JSON.parse(readFileSync(tableFile, "utf8")) as Record<string, Size>;
  expect(Object.keys(table).sort()).toEqual([...subpaths].sort());
  const grown = subpaths.filter(
    (subpath) =>
      (sizes[subpath]?.gzipped ?? 0) > (table[subpath]?.gzipped ?? 0) * MARGIN ||
      (sizes[subpath]?.later ?? 0) > (table[subpath]?.later ?? 0) * MARGIN,
  );
  expect(
    grown.map((subpath) => {
      const [before, now] = [table[subpath], sizes[subpath]];
      return `${subpath}: ${before?.gzipped} + ${before?.later} -> ${now?.gzipped} + ${now?.later} bytes gzipped, at once + later`;
    }),
  ).toEqual([]);
});
