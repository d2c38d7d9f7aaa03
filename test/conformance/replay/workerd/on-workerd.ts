/** Replays histories in workerd: the bundles become modules of the script, ahead of time. */
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { readBundle } from "../../../../src/engine/bundle.ts";
import type { WorkerFacts } from "../../../../src/engine/protocol.ts";
import { WALL_VERSION } from "../../../../src/engine/wall-version.ts";
import { startWorkerd } from "../../../harness/workerd-process.ts";
import type { ToReplay } from "../recorded-histories.ts";
import type { ReplayAnswer, ReplayRequest } from "./engine-entry.ts";

const entry = fileURLToPath(new URL("engine-entry.ts", import.meta.url));

/** Histories of a request: workerd answers when all of them are done. */
const AT_ONCE = 50;

/** The script: engine and bundle in one ES module that evaluates no text. */
async function scriptOf(code: string, facts: Partial<WorkerFacts>): Promise<string> {
  const { shared, user } = readBundle(code, WALL_VERSION);
  const evaluated = `export const bundle = { shared: ${shared}, user: ${user} };
export const facts = ${JSON.stringify(facts)};`;
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: ["node:async_hooks"],
    // The engine's own clock and timers; a workflow's take their place on the global object.
    banner: { js: "const { Date, Math, setTimeout, clearTimeout } = globalThis;" },
    plugins: [
      {
        name: "evaluated-bundle",
        setup(build) {
          build.onResolve({ filter: /evaluated-bundle\.js$/ }, () => ({
            path: "bundle",
            namespace: "evaluated",
          }));
          build.onLoad({ filter: /.*/, namespace: "evaluated" }, () => ({
            contents: evaluated,
            loader: "js",
          }));
        },
      },
    ],
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}

/** Why each history does not fit; undefined where it does. */
export async function replayOnWorkerd(
  code: string,
  facts: Partial<WorkerFacts>,
  histories: readonly ToReplay[],
): Promise<readonly (string | undefined)[]> {
  const { url, close } = await startWorkerd(await scriptOf(code, facts), { flags: ["nodejs_als"] });
  try {
    const errors: (string | undefined)[] = [];
    for (let from = 0; from < histories.length; from += AT_ONCE) {
      const some = histories.slice(from, from + AT_ONCE);
      const request: ReplayRequest = {
        histories: some.map(({ text, workflowId }) => ({ text, workflowId })),
      };
      const response = await fetch(url, { method: "POST", body: JSON.stringify(request) });
      const text = await response.text();
      if (!response.ok) throw new Error(`workerd answers ${response.status}: ${text}`);
      // Written by `engine-entry.ts`.
      errors.push(...(JSON.parse(text) as ReplayAnswer).map((why) => why ?? undefined));
    }
    return errors;
  } finally {
    close();
  }
}
