import type { BuildOptions } from "esbuild";
import { BundleError } from "../../src/engine/bundle-error.ts";
import type { Esbuild } from "./esbuild.ts";

/** Async generators and `for await` of `.ts` files take other numbers of microtasks natively than in the official bundles. */
const tickSensitive = /\basync\s*(?:function\s*)?\*|\bfor\s+await\b/;

/**
 * TypeScript as JavaScript that runs in the same steps as in the official bundles; undefined when it does so by itself. Rejects with a
 * BundleError where no such code can be made.
 */
export async function loweredTypeScript(
  esbuild: Esbuild,
  text: string,
  source: { readonly path: string; readonly input: BuildOptions },
): Promise<string | undefined> {
  if (!tickSensitive.test(text)) return undefined;
  const result = await esbuild.build({
    ...source.input,
    bundle: false,
    write: false,
    target: "es2022",
    supported: { "async-generator": false, "for-await": false },
    keepNames: true,
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "silent",
  });
  const lowered = result.outputFiles![0]!.text;
  if (!lowered.includes("__yieldStar(")) return lowered;
  throw new BundleError(
    `${source.path}: \`yield*\` in an async generator does not run in the same steps under all SDKs, so replaying would not ` +
      "be safe. Write `for await (const item of source) yield item` instead",
  );
}
