import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** One ES module with the client's half of all scenarios, as a bundler of a user would make it for the host. */
export async function bundleForHost(entry: string, conditions: readonly string[]): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [here(entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: [...conditions],
    alias: { "node:assert/strict": here("assert.ts") },
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}
