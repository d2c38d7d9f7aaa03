import { BundleError } from "../../src/engine/bundle-error.ts";

/** The module `esbuild`, an optional peer dependency. */
export type Esbuild = typeof import("esbuild");

/** Bundlers of users leave it outside: a worker with a prebuilt bundle never gets here. */
const importEsbuild = (): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ "esbuild");

/** Loads esbuild on first use. Rejects with a BundleError that says how to install it. */
export async function loadEsbuild(load: () => Promise<unknown> = importEsbuild): Promise<Esbuild> {
  try {
    const module = (await load()) as Esbuild & { default?: Esbuild };
    return typeof module.build === "function" ? module : module.default!;
  } catch (cause) {
    throw new BundleError(
      "Workflow code is bundled by esbuild, which is not installed. Install it (`npm install esbuild`, `bun add esbuild`, " +
        '`deno add npm:esbuild`; with npm:perdure Deno also needs `"nodeModulesDir": "auto"` in deno.json), or pass a ' +
        "ready bundle as the worker option workflowBundle",
      { cause },
    );
  }
}
