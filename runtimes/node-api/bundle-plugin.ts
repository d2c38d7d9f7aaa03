import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import type { ImportKind, OnLoadResult, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import type { Esbuild } from "./esbuild.ts";
import { loweredTypeScript } from "./lowered-typescript.ts";
import { officialModule } from "./official-modules.ts";
import { isWebModule, ownSubpath, webModules } from "./web-modules.ts";

/** What the plugin needs to know of one bundle. */
export interface BundlePluginOptions {
  readonly esbuild: Esbuild;
  /** Shared specifiers with their export names; `undefined` when only its run-time shape is known (CommonJS). */
  readonly shared: ReadonlyMap<string, readonly string[] | undefined>;
  readonly ignoreModules: readonly string[];
  /** Whether modules of web servers are bundled: for a runtime that imports them itself. */
  readonly webModules: boolean;
  /** Filled with the specifiers of Node built-ins that were imported. */
  readonly forbidden: Set<string>;
  /** Filled with the official modules that were imported and have no counterpart, and what to do instead. */
  readonly refused: Map<string, string>;
}

/** Perdure's own modules, also by the names that they have on Deno: `npm:perdure@1/workflow`, `@perdure/sdk/workflow`. */
const OWN_NAME = "(?:npm:/?|jsr:/?)?(?:perdure|@perdure/sdk)(?:@[^/]+)?/([^/]+)";

/** Built-ins of which the sandbox has a small version. */
const allowedBuiltins: readonly string[] = ["assert", "url", "util"];

/** A file may hold its tests too: their runners are stubs, so that only using one in a workflow fails. */
const testRunners: readonly string[] = [
  "@jest/globals",
  "@std/testing",
  "ava",
  "bun:test",
  "mocha",
  "node:test",
  "tap",
  "vitest",
];

/** Name of the module that imports all that a section is made of. */
export const ENTRY_FILE = "perdure-workflow-entry.js";
export const FORBIDDEN_NAMESPACE = "node-built-in";
export const REFUSED_NAMESPACE = "official-module";
/** Evaluating it throws. */
const ABSENT_NAMESPACE = "absent-built-in";
const SHARED_NAMESPACE = "perdure-shared";
const STUB_NAMESPACE = "perdure-stub";

/** True for inputs that this plugin made up. */
export function isVirtualInput(path: string): boolean {
  return [FORBIDDEN_NAMESPACE, REFUSED_NAMESPACE, ABSENT_NAMESPACE, SHARED_NAMESPACE, STUB_NAMESPACE].some(
    (name) => path.startsWith(`${name}:`),
  );
}

/** Gives workflow code its shared modules and keeps out what can't work there. */
export function bundlePlugin(options: BundlePluginOptions): Plugin {
  return {
    name: "perdure-workflow",
    setup(build) {
      ignored(build, options);
      sdkModules(build, options);
      officialModules(build, options);
      nodeBuiltins(build, options);
      webModules(build, options.esbuild, options.webModules);
      typeScriptFiles(build, options.esbuild);
    },
  };
}

function ignored(build: PluginBuild, { ignoreModules }: BundlePluginOptions): void {
  const filters = [new RegExp(`^(?:${testRunners.map(literal).join("|")})(?:$|/)`)];
  if (ignoreModules.length > 0)
    filters.push(new RegExp(`^(?:node:)?(?:${ignoreModules.map(literal).join("|")})(?:$|/)`));
  for (const filter of filters)
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: STUB_NAMESPACE }));
  build.onLoad({ filter: /.*/, namespace: STUB_NAMESPACE }, ({ path }) => ({
    contents: `module.exports = __shared(${JSON.stringify(`stub:${path}`)});`,
  }));
}

function sdkModules(build: PluginBuild, { shared }: BundlePluginOptions): void {
  const others = [...shared.keys()].filter((name) => !name.startsWith("perdure/")).map(literal);
  const filter = new RegExp(`^(?:${[OWN_NAME, ...others].join("|")})$`);
  const own = new RegExp(`^${OWN_NAME}$`);
  build.onResolve({ filter }, ({ path, kind }) => {
    const specifier = shared.has(path) ? path : path.replace(own, "perdure/$1");
    return shared.has(specifier)
      ? sharedModuleAt(specifier, kind)
      : { path: specifier, namespace: STUB_NAMESPACE };
  });
  build.onResolve({ filter: /\/mod\.ts$/ }, ({ path, importer, kind }) => {
    const url = isWebModule(path) ? path : isWebModule(importer) ? new URL(path, importer).href : "";
    const specifier = `perdure/${ownSubpath(url)}`;
    return shared.has(specifier) ? sharedModuleAt(specifier, kind) : undefined;
  });
  build.onLoad({ filter: /.*/, namespace: SHARED_NAMESPACE }, ({ path }) => {
    const specifier = path.replace(/\?cjs$/, "");
    const names = shared.get(specifier);
    const get = `__shared(${JSON.stringify(specifier)})`;
    if (specifier !== path || names === undefined) return { contents: `module.exports = ${get};` };
    return { contents: sharedModule(get, names) };
  });
}

/** A `require` takes the module as it is; an import gets bindings of which unused ones fall away. */
function sharedModuleAt(specifier: string, kind: ImportKind): OnResolveResult {
  const suffix = kind === "require-call" ? "?cjs" : "";
  return { path: `${specifier}${suffix}`, namespace: SHARED_NAMESPACE, sideEffects: false };
}

function officialModules(build: PluginBuild, { refused }: BundlePluginOptions): void {
  build.onResolve({ filter: /^@temporalio\// }, ({ path, kind }) => {
    const module = officialModule(path);
    switch (module?.kind) {
      case "shared":
        return sharedModuleAt(module.specifier, kind);
      case "stub":
        return { path: module.specifier, namespace: STUB_NAMESPACE };
      case "refused":
        refused.set(path, module.instead);
        return { path, namespace: REFUSED_NAMESPACE };
      default:
        return undefined;
    }
  });
  build.onLoad({ filter: /.*/, namespace: REFUSED_NAMESPACE }, () => ({ contents: "module.exports = {};" }));
}

/** Reading a binding is free of effects, which esbuild only believes of calls that are marked so. */
function sharedModule(get: string, names: readonly string[]): string {
  const lines = [
    `const module = /* @__PURE__ */ ${get};`,
    "const pick = /* @__PURE__ */ (() => (name) => module[name])();",
  ];
  for (const name of names) {
    const value = `/* @__PURE__ */ pick(${JSON.stringify(name)})`;
    lines.push(
      name === "default"
        ? `export default ${value};`
        : `const $${name} = ${value}; export { $${name} as ${name} };`,
    );
  }
  return lines.join("\n");
}

function nodeBuiltins(build: PluginBuild, { forbidden }: BundlePluginOptions): void {
  const names = builtinModules
    .filter((name) => !name.startsWith("_"))
    .map((name) => name.replace(/^node:/, ""));
  const filter = new RegExp(`^(?:node:.+|bun:.+|bun|${names.map(literal).join("|")})$`);
  build.onResolve({ filter }, async ({ path, kind, importer }) => {
    if (kind === "entry-point") return undefined;
    const name = path.replace(/^node:/, "");
    if (allowedBuiltins.includes(name)) {
      return { path: `node:${name}?cjs`, namespace: SHARED_NAMESPACE, sideEffects: false };
    }
    if (kind === "require-call" && (await isProbe(path, importer)))
      return { path, namespace: ABSENT_NAMESPACE };
    forbidden.add(path);
    return { path, namespace: FORBIDDEN_NAMESPACE };
  });
  build.onLoad({ filter: /.*/, namespace: ABSENT_NAMESPACE }, ({ path }) => ({
    contents: `throw new Error(${JSON.stringify(`'${path}' is not there in workflow code`)});`,
  }));
  build.onLoad({ filter: /.*/, namespace: FORBIDDEN_NAMESPACE }, () => ({
    contents: "module.exports = {};",
  }));
}

/**
 * Whether a library only looks if a built-in is there, and says so to bundlers: `require(/* webpackIgnore: true *\/ "fs")`, as
 * protobufjs does.
 */
async function isProbe(specifier: string, importer: string): Promise<boolean> {
  const marked = new RegExp(
    `require\\(\\s*/\\*\\s*webpackIgnore:\\s*true\\s*\\*/\\s*["']${literal(specifier)}["']`,
  );
  const text = await readFile(importer, "utf8").catch(() => "");
  return marked.test(text);
}

function typeScriptFiles(build: PluginBuild, esbuild: Esbuild): void {
  const filter = /\.[cm]?tsx?$/;
  build.onLoad({ filter, namespace: "file" }, async ({ path }): Promise<OnLoadResult | undefined> => {
    if (path.includes("node_modules")) return undefined;
    const text = await readFile(path, "utf8");
    const contents = await loweredTypeScript(esbuild, text, { path, input: { entryPoints: [path] } });
    return contents === undefined ? undefined : { contents, loader: "js" };
  });
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
