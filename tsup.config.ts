import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as esbuild from "esbuild";
import { defineConfig } from "tsup";
import { buildSharedSection, formatSharedSection } from "./runtimes/node-api/shared-section.ts";
import { writeDeclarations } from "./test/harness/declarations.ts";

const npm = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
};

/** One entry for each exported subpath, and the files that each runtime loads by path. */
const subpaths = Object.keys(npm.exports)
  .filter((key) => key !== "./package.json")
  .map((key) => `src/${key.slice(2)}/mod.ts`);
const runtimes = filesOfRuntimes([
  "mod.ts",
  "worker.ts",
  "server.ts",
  "testing.ts",
  "cli.ts",
  "assertion-interceptors.ts",
]);
/** What starts in a thread of its own, where each file to load delays the worker's first task: one file, nothing in it but what the thread needs. */
const threads = filesOfRuntimes(["workflow-thread.ts"]);
const external = [/^#platform/, /^node:/, /^perdure\//, "esbuild", "jose", ...Object.keys(npm.dependencies)];

function filesOfRuntimes(files: readonly string[]): string[] {
  return readdirSync("runtimes").flatMap((name) =>
    readdirSync(`runtimes/${name}`)
      .filter((file) => files.includes(file))
      .map((file) => `runtimes/${name}/${file}`),
  );
}

/**
 * What `#platform/thread` gives in the built package: the thread's program as text, with all that it imports. See
 * `runtimes/node-api/thread-entry.ts`.
 */
async function writeThreadEntries(): Promise<void> {
  for (const file of threads) {
    const { outputFiles } = await esbuild.build({
      entryPoints: [file],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2022",
      platform: "node",
      minifyWhitespace: true,
      minifySyntax: true,
    });
    const text = JSON.stringify(`${outputFiles[0]?.text}//# sourceURL=perdure:workflow-thread.js\n`);
    const folder = `dist/${dirname(file)}`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      `${folder}/thread-entry.js`,
      `const entry = { kind: "code", code: ${text} };\nexport const threadEntry = () => Promise.resolve(entry);\n`,
    );
  }
}

/**
 * `perdure/edge` once more, cut so that each of its files needs what it imports and nothing else. Bundlers drop whole files that nobody
 * uses; of the chunks that the other subpaths share they keep whatever looks as if it did something, which makes a bundle of an edge
 * function twice as large.
 */
async function writeEdgeModules(): Promise<void> {
  await esbuild.build({
    entryPoints: readdirSync("src/edge").map((file) => `src/edge/${file}`),
    bundle: true,
    splitting: true,
    minifyWhitespace: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    outdir: "dist/edge",
  });
}

export default defineConfig({
  entry: [...subpaths, ...runtimes],
  format: "esm",
  target: "es2022",
  platform: "neutral",
  outDir: "dist",
  clean: true,
  splitting: true,
  async onSuccess() {
    writeDeclarations(subpaths, "dist");
    await esbuild.build({
      // Deno's threads start from text: a file would need a permission.
      entryPoints: threads.filter((file) => !file.includes("/deno/")),
      bundle: true,
      format: "esm",
      target: "es2022",
      platform: "neutral",
      outdir: "dist",
      outbase: ".",
      external: ["node:*", "esbuild", ...Object.keys(npm.dependencies)],
    });
    await writeThreadEntries();
    await writeEdgeModules();
    // What every workflow bundle has in common: made once here, so that no user waits for it.
    const section = formatSharedSection(await buildSharedSection(esbuild, "."));
    writeFileSync("dist/sandbox.js", section);
    // The same for Deno's registry, from where files can only be imported.
    mkdirSync("dist/jsr", { recursive: true });
    writeFileSync("dist/jsr/sandbox.js", `export const text = ${JSON.stringify(section)};\n`);
  },
  external,
});
