/** What is not used is not bundled: an import that names nothing leaves nothing, one that names something small stays small. */

import process from "node:process";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { pinned, subpaths } from "../manifest.ts";
import { type Check, consumer, type Group, install, succeeds } from "../suite.ts";

/** For each subpath a name that stands alone, and what it may cost: bytes, minified and gzipped. Where one name needs all, that one. */
const SMALL: Readonly<Record<string, readonly [name: string, limit: number]>> = {
  "./activity": ["CompleteAsyncError", 1_000],
  "./client": ["ApplicationFailure", 2_500],
  "./common": ["ActivityFailure", 3_500],
  "./connect": ["connectTransport", 30_000],
  "./converter": ["decodeFailure", 2_500],
  "./edge": ["signalWorkflow", 32_000],
  "./gateway": ["RPC_GROUPS", 4_000],
  "./proto": ["common", 120_000],
  "./server": ["EmbeddedServer", 400_000],
  "./testing": ["DevServerError", 2_000],
  "./worker": ["BundleError", 1_000],
  "./workflow": ["ContinueAsNew", 5_500],
};
/** The wrapper of an empty program. */
const NOTHING = 40;

async function sizeOf(folder: string, contents: string): Promise<number> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    external: ["esbuild", "jose"],
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0]?.contents ?? "").length;
}

function checkOf(folder: string, subpath: string): Check {
  const specifier = `perdure${subpath.slice(1)}`;
  return {
    name: specifier,
    async run() {
      const entry = SMALL[subpath];
      if (entry === undefined) throw new Error(`cases/tree-shaking.ts has no small name of ${specifier}`);
      const [name, limit] = entry;
      const bare = await sizeOf(folder, `import "${specifier}";`);
      if (bare > NOTHING) throw new Error(`import "${specifier}" leaves ${bare} bytes, gzipped`);
      const named = await sizeOf(folder, `export { ${name} } from "${specifier}";`);
      if (named > limit)
        throw new Error(`${name} of ${specifier} costs ${named} bytes gzipped, over ${limit}`);
    },
  };
}

export const treeShakingChecks: Group = {
  name: "tree-shaking",
  async checks(tarball) {
    const folder = consumer("job");
    await install(folder, [tarball, pinned("esbuild")]);
    const effects: Check = {
      name: "importing has no effects, and the program ends by itself",
      run: () => succeeds([process.execPath, "effects.mjs"], { cwd: folder, last: "no effects" }),
    };
    return [effects, ...subpaths.map((subpath) => checkOf(folder, subpath))];
  },
};
