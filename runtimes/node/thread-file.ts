import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadEsbuild } from "../node-api/esbuild.ts";
import { isSource, packageRoot } from "../node-api/package-files.ts";

let fromSource: Promise<URL> | undefined;

/**
 * The entry file of workflow threads. Node can't start a thread from a `.ts` file, so from source it is built by esbuild, once
 * per process and without touching the disk.
 */
export function threadFile(): Promise<URL> {
  if (!isSource()) {
    return Promise.resolve(
      pathToFileURL(join(packageRoot(), "dist", "runtimes", "node", "workflow-thread.js")),
    );
  }
  fromSource ??= build();
  return fromSource;
}

async function build(): Promise<URL> {
  const esbuild = await loadEsbuild();
  const result = await esbuild.build({
    entryPoints: [join(packageRoot(), "runtimes", "node", "workflow-thread.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "silent",
  });
  const code = Buffer.from(result.outputFiles[0]!.contents).toString("base64");
  return new URL(`data:text/javascript;base64,${code}`);
}
