// Invariants
// 1. Only a process of esbuild that nobody else can use is ended: the one behind a copy of the module made here.
// 2. It is ended when no build was under way for a while, and begun again by the next one.
import nodeModule from "node:module";
import { clearTimeout, setTimeout } from "node:timers";
import { type Esbuild, loadEsbuild } from "./esbuild.ts";

/** How long the process waits for another build: a worker that has bundled its workflows needs it no more. */
const IDLE_MS = 500;

let copy: Esbuild | undefined;
let users = 0;
let ending: NodeJS.Timeout | undefined;

/**
 * Lends esbuild for a build. esbuild keeps a process of its own (13 MiB and more) for as long as ours lives, and only stopping it
 * for all users of the module ends it; so builds of workflow bundles get a copy of the module. Rejects with a BundleError when
 * esbuild is not installed.
 */
export async function withEsbuild<T>(use: (esbuild: Esbuild) => Promise<T>): Promise<T> {
  copy ??= copyOfEsbuild();
  if (copy === undefined) return use(await loadEsbuild());
  const esbuild = copy;
  users += 1;
  clearTimeout(ending);
  try {
    return await use(esbuild);
  } finally {
    users -= 1;
    if (users === 0) ending = setTimeout(end, IDLE_MS, esbuild).unref();
  }
}

function end(esbuild: Esbuild): void {
  copy = undefined;
  void esbuild.stop();
}

/** A copy that shares nothing with the module that others import; undefined where that can't be had. */
function copyOfEsbuild(): Esbuild | undefined {
  try {
    // Not written as bundlers of users know it: they would take esbuild into the program.
    const load = nodeModule.createRequire(import.meta.url);
    const path = load.resolve("esbuild");
    const known = load.cache[path];
    delete load.cache[path];
    try {
      // esbuild's main file is this module.
      const own = load(path) as Esbuild;
      return own === known?.exports || typeof own.build !== "function" ? undefined : own;
    } finally {
      if (known === undefined) delete load.cache[path];
      else load.cache[path] = known;
    }
  } catch {
    return undefined;
  }
}
