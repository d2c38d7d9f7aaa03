// Invariants
// W1. A module of a web server imports what lies on web servers and what workflow code shares, and nothing of this machine.
import type { Loader, OnLoadResult, OnResolveResult, PluginBuild } from "esbuild";
import { BundleError } from "../../src/engine/bundle-error.ts";
import type { Esbuild } from "./esbuild.ts";
import { loweredTypeScript } from "./lowered-typescript.ts";
import { packageFile } from "./package-files.ts";

/** Modules by their URLs, as Deno imports them and as JSR serves them. */
const WEB_NAMESPACE = "web";
/** How long a server may take for one module. */
const LIMIT_MS = 30_000;

const isUrl = /^https?:\/\//i;

const LOADERS: readonly (readonly [type: RegExp, extension: RegExp, loader: Loader])[] = [
  [/^(?:text|application)\/typescript\b/, /\.[cm]?ts$/, "ts"],
  [/^text\/tsx\b/, /\.tsx$/, "tsx"],
  [/^text\/jsx\b/, /\.jsx$/, "jsx"],
  [/^application\/json\b/, /\.json$/, "json"],
];

/** Whether a module is given by the URL of a web server. */
export function isWebModule(path: string): boolean {
  return isUrl.test(path);
}

/** An input of esbuild as users know it: modules of web servers by their URLs. */
export function inputName(path: string): string {
  return path.startsWith(`${WEB_NAMESPACE}:`) ? path.slice(WEB_NAMESPACE.length + 1) : path;
}

/** The subpath of ours that a URL is: what is published to JSR imports other subpaths by the files that they are. */
export function ownSubpath(url: string): string | undefined {
  const ours = packageFile("src/").href;
  const file = url.startsWith(ours)
    ? url.slice(ours.length)
    : url.replace(/^https:\/\/jsr\.io\/@perdure\/sdk\/[^/]+\/src\//, "");
  return /^([a-z]+)\/mod\.ts$/.exec(file)?.[1];
}

/**
 * Bundles modules of web servers where the runtime imports such modules too; elsewhere, and for what no server has under a URL, it says
 * what to do instead. To be called after what stands for specifiers of any kind.
 */
export function webModules(build: PluginBuild, esbuild: Esbuild, isAllowed: boolean): void {
  build.onResolve({ filter: isUrl }, ({ path, importer }): OnResolveResult => {
    if (isAllowed) return { path: new URL(path).href, namespace: WEB_NAMESPACE };
    throw new BundleError(
      `'${path}'${importedBy(importer)}: only Deno's workers bundle modules of web servers. Install it as a package, or put a copy beside your workflows`,
    );
  });
  build.onResolve({ filter: /^(?:npm|jsr):/ }, ({ path, importer }) => {
    throw notBundled(path, importer);
  });
  build.onResolve({ filter: /.*/, namespace: WEB_NAMESPACE }, ({ path, importer, pluginData }) => {
    const base = typeof pluginData === "string" ? pluginData : importer;
    if (/^\.{0,2}\//.test(path)) return { path: new URL(path, base).href, namespace: WEB_NAMESPACE };
    throw new BundleError(
      `'${path}'${importedBy(importer)}: a module of a web server can import by relative paths and URLs, and perdure/workflow, perdure/common and ` +
        "the like. Give the import its whole URL, or bundle the workflows beforehand from a folder of your own",
    );
  });
  build.onLoad({ filter: /.*/, namespace: WEB_NAMESPACE }, ({ path }) => load(esbuild, path));
}

async function load(esbuild: Esbuild, url: string): Promise<OnLoadResult> {
  const { text, type, finalUrl } = await download(url);
  const { pathname } = new URL(finalUrl);
  const known =
    LOADERS.find(([pattern]) => pattern.test(type)) ?? LOADERS.find(([, pattern]) => pattern.test(pathname));
  const loader = known?.[2] ?? "js";
  // What it imports is looked up from where it really is.
  const found = { pluginData: finalUrl };
  if (loader !== "ts" && loader !== "tsx") return { ...found, contents: text, loader };
  const input = { stdin: { contents: text, sourcefile: url, loader } };
  const lowered = await loweredTypeScript(esbuild, text, { path: url, input });
  return lowered === undefined
    ? { ...found, contents: text, loader }
    : { ...found, contents: lowered, loader: "js" };
}

async function download(url: string): Promise<{ text: string; type: string; finalUrl: string }> {
  let response: Response;
  let text: string;
  try {
    // Servers of modules show browsers, which ask for HTML, a page about the module.
    response = await fetch(url, { headers: { accept: "*/*" }, signal: AbortSignal.timeout(LIMIT_MS) });
    text = await response.text();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BundleError(
      `${url} could not be downloaded, to be bundled with the workflow code: ${why}. Deno needs --allow-net=${new URL(url).host} for it`,
      { cause },
    );
  }
  const type = (response.headers.get("content-type") ?? "").toLowerCase();
  if (!response.ok)
    throw new BundleError(`${url} is part of the workflow code, but there is HTTP ${response.status}`);
  if (type.startsWith("text/html"))
    throw new BundleError(`${url} is part of the workflow code, but is a page in HTML`);
  return { text, type, finalUrl: response.url || url };
}

function notBundled(path: string, importer: string): BundleError {
  const [, registry, name = ""] = /^(npm|jsr):\/?((?:@[^/]+\/)?[^/@]+)/.exec(path) ?? [];
  const instead =
    registry === "npm"
      ? `with \`"nodeModulesDir": "auto"\` in deno.json and after \`deno add npm:${name}\`, import it as '${name}'`
      : `import the module by its URL, such as https://jsr.io/${name || "@scope/name"}/1.0.0/mod.ts, if it does not import others of registries itself`;
  return new BundleError(
    `'${path}'${importedBy(importer)}: esbuild, which bundles workflow code, knows no registries: ${instead}; or bundle the workflows ` +
      "beforehand with a tool that knows them, and give its output as workflowsPath",
  );
}

function importedBy(importer: string): string {
  return importer === "" || importer.includes("perdure-workflow-entry")
    ? ""
    : `, imported by ${inputName(importer)}`;
}
