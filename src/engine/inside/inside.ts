import type {
  SandboxEntry,
  SandboxHost,
  UserModules,
  WorkflowFactory,
} from "../../workflow/runtime/sandbox-entry.ts";
import { WALL_VERSION } from "../wall-version.ts";
import { abortClasses } from "./abort.ts";
import { assert } from "./assert.ts";
import { Realm } from "./realm.ts";
import { structuredClone } from "./structured-clone.ts";
import { stubModule } from "./stub.ts";
import { textClasses } from "./text.ts";

/** What the engine gives to the inside, once per thread. */
export interface InsideOptions {
  readonly host: SandboxHost;
  /** The object that was made a vm context, as the host sees it. */
  readonly raw: object;
  /** Classes of the host that are safe to use inside. */
  readonly hostClasses: { readonly [name: string]: unknown };
  /** True when the host's realm serves this sandbox only, so that its classes may be locked as well. */
  readonly lockHostClasses: boolean;
  readonly preload: PreloadFactory | undefined;
  readonly user: WorkflowFactory;
}

/** What the preload section of a bundle evaluates to. */
export type PreloadFactory = (
  globals: { readonly [name: string]: unknown },
  shared: (specifier: string) => unknown,
) => { readonly [specifier: string]: unknown };

/** What the shared section of a bundle evaluates to. */
export interface Inside {
  readonly wallVersion: number;
  /** Export names of the shared modules, for the bundler. */
  sharedExports(): { readonly [specifier: string]: readonly string[] };
  start(options: InsideOptions): SandboxEntry;
}

/** The parts of the SDK that live inside. */
export interface InsideParts {
  readonly createSandboxEntry: (host: SandboxHost, factory: WorkflowFactory) => SandboxEntry;
  readonly modules: { readonly [specifier: string]: object };
}

/**
 * Names that the factories of a bundle read as locals. A global of a vm context costs 0.1–0.3 µs each time it is read, a
 * local nothing. Deterministic replacements come from the runtime, the rest are built-ins.
 */
export const FACTORY_GLOBALS: readonly string[] = [
  ...["Date", "Math", "setTimeout", "clearTimeout", "console"],
  ...[
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Symbol",
    "BigInt",
    "Promise",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
  ],
  ...["Error", "TypeError", "RangeError", "JSON", "Reflect", "RegExp", "Proxy", "Uint8Array", "ArrayBuffer"],
  ...["Intl", "isNaN", "isFinite", "parseInt", "parseFloat"],
];

/** Not there in workflow code, or replaced by the runtime: they depend on time, threads or the garbage collector. */
const removed = ["Atomics", "SharedArrayBuffer", "WebAssembly", "ShadowRealm"];

/** Makes the value of the shared section. */
export function createInside(parts: InsideParts): Inside {
  return {
    wallVersion: WALL_VERSION,
    sharedExports: () =>
      Object.fromEntries(Object.entries(parts.modules).map(([name, module]) => [name, Object.keys(module)])),
    start: (options) => start(parts, options),
  };
}

function start(parts: InsideParts, options: InsideOptions): SandboxEntry {
  const realm = new Realm(options.raw);
  const text = textClasses(options.host);
  realm.remove(removed);
  redirectConstructors();
  realm.supply({
    ...text,
    ...abortClasses(),
    ...options.hostClasses,
    structuredClone,
    queueMicrotask,
    assert,
  });
  const modules = new Map<string, unknown>(Object.entries(parts.modules));
  modules.set("node:assert", assert);
  modules.set("node:url", { ...options.hostClasses });
  modules.set("node:util", { ...text });
  const shared = sharedLookup(modules);
  if (options.preload !== undefined) {
    const preloaded = options.preload(locals({}), shared);
    for (const specifier of Object.keys(preloaded)) modules.set(specifier, preloaded[specifier]);
  }
  const lockable = [...modules.values()].filter(
    (module) => options.lockHostClasses || module !== modules.get("node:url"),
  );
  // Bundlers make exports getters, behind which the lock does not look.
  realm.seal([...lockable, ...Object.values(parts.modules).flatMap((module) => Object.values(module))]);
  // The runtime gives all runs the same globals, so this is done once.
  let seeded: unknown;
  let picked: { readonly [name: string]: unknown } = {};
  const factory: WorkflowFactory = (globals, _shared, own): UserModules => {
    if (globals !== seeded) {
      realm.seed(globals);
      seeded = globals;
      picked = locals(globals);
    }
    return options.user(own === undefined ? picked : { ...picked, ...own }, shared);
  };
  const host: SandboxHost = { ...options.host, withOriginals: (work) => realm.aside(work) };
  return guard(realm, parts.createSandboxEntry(host, factory));
}

/** Instances must name the deterministic classes as their constructors, or the real clock could be read through them. */
function redirectConstructors(): void {
  redirectConstructor(Date.prototype, () => globalThis.Date);
  redirectConstructor(Intl.DateTimeFormat.prototype, () => globalThis.Intl.DateTimeFormat);
}

function redirectConstructor(prototype: object, present: () => unknown): void {
  Object.defineProperty(prototype, "constructor", {
    configurable: true,
    enumerable: false,
    get: present,
    set(this: object, value: unknown) {
      Object.defineProperty(this, "constructor", {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
  });
}

function sharedLookup(modules: Map<string, unknown>): (specifier: string) => unknown {
  return (specifier) => {
    let module = modules.get(specifier);
    if (module === undefined && specifier.startsWith("stub:")) {
      const known = specifier.endsWith("/activity") ? (modules.get("perdure/common") as object) : {};
      module = stubModule(specifier.slice("stub:".length), known as { readonly [name: string]: unknown });
      modules.set(specifier, module);
    }
    if (module === undefined)
      throw new Error(`The bundle wants '${specifier}', which this version of Perdure does not share`);
    return module;
  };
}

/** One plain object with every name that factories read. */
function locals(globals: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  const all = globalThis as { readonly [name: string]: unknown };
  const picked: { [name: string]: unknown } = {};
  for (const name of FACTORY_GLOBALS) picked[name] = name in globals ? globals[name] : all[name];
  return picked;
}

function queueMicrotask(callback: () => void): void {
  if (typeof callback !== "function")
    throw new TypeError("The argument of queueMicrotask must be a function");
  // An error thrown by the callback rejects a promise that nobody handles, which fails the task.
  void Promise.resolve().then(() => {
    callback();
  });
}

/** Every entry first puts the run's own globals in place. */
function guard(realm: Realm, entry: SandboxEntry): SandboxEntry {
  return {
    workflowTypes: () => {
      realm.open("");
      try {
        return entry.workflowTypes();
      } finally {
        realm.close("");
      }
    },
    open: (runId, facts, first) => {
      realm.open(runId);
      entry.open(runId, facts, first);
    },
    activate: (runId, activation) => {
      realm.enter(runId);
      entry.activate(runId, activation);
    },
    unblockConditions: (runId) => {
      realm.enter(runId);
      return entry.unblockConditions(runId);
    },
    unhandledRejection: (runId, error) => {
      realm.enter(runId);
      entry.unhandledRejection(runId, error);
    },
    concludesQuietly: (runId) => entry.concludesQuietly(runId),
    conclude: (runId) => {
      realm.enter(runId);
      return entry.conclude(runId);
    },
    closesQuietly: (runId) => entry.closesQuietly(runId),
    close: (runId) => {
      // Its globals are of use to its own code only.
      if (!entry.closesQuietly(runId)) realm.enter(runId);
      entry.close(runId);
      realm.close(runId);
    },
  };
}
