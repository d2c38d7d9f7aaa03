import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { BundleError } from "../../src/engine/bundle-error.ts";
import type { Inside } from "../../src/engine/inside/inside.ts";
import { FACTORY_GLOBALS } from "../../src/engine/inside/inside.ts";
import type { Esbuild } from "./esbuild.ts";
import { builtFile, isSource, packageFile } from "./package-files.ts";

/** The part of a bundle that is the same for all: the workflow runtime and the modules that runs share. */
export interface SharedSection {
  readonly code: string;
  /** Export names of the shared modules. */
  readonly exports: { readonly [specifier: string]: readonly string[] };
  readonly wallVersion: number;
  readonly perdure: string;
}

const EXPORTS_MARK = "//perdure-shared ";

/** ECMAScript level of all sections: what Node 20 runs. */
export const BUNDLE_TARGET = "es2022";

let cached: Promise<SharedSection> | undefined;

/** From the built package its ready file, from source made by esbuild; once per process. */
export function sharedSection(esbuild: Esbuild): Promise<SharedSection> {
  cached ??= load(esbuild);
  return cached;
}

async function load(esbuild: Esbuild): Promise<SharedSection> {
  const ready = builtFile("sandbox.js");
  if (ready !== undefined) return parse(await readFile(ready, "utf8"));
  if (!isSource())
    throw new BundleError(
      "Workflow code can't be bundled here: this program was itself made into one file, without the files of perdure. Bundle " +
        "workflows beforehand (`bundleWorkflowCode`) and pass the result as the worker option workflowBundle",
    );
  if (packageFile(".").protocol === "file:")
    return buildSharedSection(esbuild, fileURLToPath(packageFile(".")));
  // From Deno's registry, where `deno publish` put the section that the build made.
  const { text } = (await import(packageFile("dist/jsr/sandbox.js").href)) as { readonly text: string };
  return parse(text);
}

/** Builds the section from `entry`; the result, as text, is what the npm package has as `dist/sandbox.js`. */
export async function buildSharedSection(
  esbuild: Esbuild,
  root: string,
  entry: string = join(root, "src", "engine", "inside", "entry.ts"),
): Promise<SharedSection> {
  const result = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "__perdure",
    target: BUNDLE_TARGET,
    platform: "neutral",
    keepNames: true,
    legalComments: "none",
    logLevel: "silent",
    banner: {
      js: `(function () { "use strict"; const { ${FACTORY_GLOBALS.filter(isBuiltin).join(", ")} } = globalThis;`,
    },
    footer: { js: "return __perdure.default; })()" },
  });
  const code = result.outputFiles![0]!.text;
  const inside = vm.runInNewContext(code) as Inside;
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  return { code, exports: inside.sharedExports(), wallVersion: inside.wallVersion, perdure: version };
}

/** The section as the file in the npm package. */
export function formatSharedSection(section: SharedSection): string {
  const { code, ...facts } = section;
  return `${EXPORTS_MARK}${JSON.stringify(facts)}\n${code}`;
}

function parse(text: string): SharedSection {
  const end = text.indexOf("\n");
  // Written by `formatSharedSection` of the same package.
  const facts = JSON.parse(text.slice(EXPORTS_MARK.length, end)) as Omit<SharedSection, "code">;
  return { ...facts, code: text.slice(end + 1) };
}

/** `setTimeout` and the like are not there yet when the section is evaluated. */
function isBuiltin(name: string): boolean {
  return !["setTimeout", "clearTimeout", "console"].includes(name);
}
