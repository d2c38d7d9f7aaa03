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
const exported = Object.keys(npm.exports)
  .filter((key) => key !== "./package.json")
  .map((key) => key.slice(2));

/** What edge functions import: start and signal over each protocol, and at most how much it may cost gzipped, whatever the table says. */
const PROGRAMS: Readonly<Record<string, { readonly source: string; readonly most: number }>> = {
  "edge: start and signal by HTTP/JSON": edgeProgram("httpJson", 20_000),
  "edge: start and signal by Connect": edgeProgram("connect", 30_000),
  "edge: start and signal by gRPC-Web": edgeProgram("grpcWeb", 30_000),
};

function edgeProgram(protocol: string, most: number): { readonly source: string; readonly most: number } {
  return {
    // From the built package, where it depends on how the files are cut.
    source: `export { ${protocol}, startWorkflow, signalWorkflow } from "perdure/edge";`,
    most,
  };
}
const subpaths = [...exported, ...Object.keys(PROGRAMS)];

interface Size {
  readonly minified: number;
  readonly gzipped: number;
  /** Bytes gzipped of what is loaded when it is first used. */
  readonly later: number;
}

async function sizeOf(subpath: string): Promise<Size> {
  const source = PROGRAMS[subpath]?.source ?? `export * from "./src/${subpath}/mod.ts";`;
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: root, sourcefile: "entry.ts", loader: "ts" },
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
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (entryPoint === "entry.ts") visit(path);
  return found;
}

test.each(Object.entries(PROGRAMS))("%s costs no more than its limit", async (name, { most }) => {
  const { gzipped, later } = await sizeOf(name);
  expect(gzipped + later).toBeLessThanOrEqual(most);
});

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

test("README says what the table says of edge functions", () => {
  const table = JSON.parse(readFileSync(tableFile, "utf8")) as Record<string, Size>;
  const [least, most] = ["HTTP/JSON", "gRPC-Web"].map((protocol) =>
    Math.round((table[`edge: start and signal by ${protocol}`]?.gzipped ?? 0) / 1000),
  );
  const readme = readFileSync(`${root}README.md`, "utf8");
  expect(readme).toContain(`Starting and signalling costs ${least} KB (HTTP/JSON) to ${most} KB (gRPC-Web)`);
});
