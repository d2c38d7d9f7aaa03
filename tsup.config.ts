import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "tsup";

const npm = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
};

/** One entry for each exported subpath, and the files that each runtime loads by path. */
const subpaths = Object.keys(npm.exports)
  .filter((key) => key !== "./package.json")
  .map((key) => `src/${key.slice(2)}/mod.ts`);
const runtimes = readdirSync("runtimes").flatMap((name) =>
  readdirSync(`runtimes/${name}`)
    .filter((file) => ["mod.ts", "worker.ts", "workflow-thread.ts"].includes(file))
    .map((file) => `runtimes/${name}/${file}`),
);

export default defineConfig({
  entry: [...subpaths, ...runtimes],
  format: "esm",
  target: "es2022",
  platform: "neutral",
  outDir: "dist",
  clean: true,
  splitting: true,
  dts: { entry: subpaths },
  external: [/^#platform/, /^node:/, "esbuild", ...Object.keys(npm.dependencies)],
});
