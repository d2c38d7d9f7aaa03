import type { BuildFailure, Message, Metafile } from "esbuild";
import { BundleError } from "../../src/engine/bundle-error.ts";
import { ENTRY_FILE, FORBIDDEN_NAMESPACE, REFUSED_NAMESPACE } from "./bundle-plugin.ts";
import { inputName } from "./web-modules.ts";

/** What esbuild rejects with, said in terms of workflow code. */
export function asBundleError(error: unknown): BundleError {
  if (error instanceof BundleError) return error;
  const messages = (error as Partial<BuildFailure>).errors ?? [];
  const own = messages.find((message) => message.detail instanceof BundleError);
  if (own !== undefined) return own.detail as BundleError;
  const details = messages.map(describe);
  const what = details.length > 0 ? details.map((line) => `  ${line}`).join("\n") : `  ${String(error)}`;
  return new BundleError(`The workflow code could not be bundled:\n${what}`, { cause: error, details });
}

function describe(message: Message): string {
  const { location } = message;
  const where =
    location === null ? "" : `${inputName(location.file)}:${location.line}:${location.column + 1}: `;
  return `${where}${explain(message.text)}`;
}

/** How esbuild names an import that a shared module lacks. */
const NO_EXPORT = /^No matching export in "perdure-shared:([^"]+)" for import "([^"]+)"$/;

function explain(text: string): string {
  if (text.startsWith("Top-level await")) {
    return "Top-level await can't be used in workflow code: all modules are evaluated at once when a workflow starts";
  }
  if (text.startsWith('This "import" expression')) {
    return "import() in workflow code needs a literal path, since the bundle must have all modules";
  }
  const [, module, name] = NO_EXPORT.exec(text) ?? [];
  if (module !== undefined) return `${module} has no export '${name}' in Perdure`;
  if (text.startsWith("Could not resolve")) return `${text}. Is it installed, and is the path right?`;
  return text;
}

/** What does the same in workflow code. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["async_hooks", "the global AsyncLocalStorage"],
  ["buffer", "Uint8Array, TextEncoder and TextDecoder"],
  ["crypto", "the globals crypto.randomUUID() and crypto.getRandomValues(), or uuid4() of perdure/workflow"],
  ["events", "the package 'events', or EventTarget"],
  ["perf_hooks", "Date.now() and the global performance.now(), which show workflow time"],
  ["process", "arguments of the workflow, or bundle-time constants"],
  ["timers", "sleep() of perdure/workflow, or the global setTimeout()"],
  ["timers/promises", "sleep() of perdure/workflow"],
]);

/** The error for imports of Node built-ins, each with the chain of files that leads to it. */
export function forbiddenImports(metafile: Metafile, forbidden: ReadonlySet<string>): BundleError {
  const details = [...forbidden].sort().map((name) => {
    const chain = chainTo(metafile, `${FORBIDDEN_NAMESPACE}:${name}`);
    const instead = INSTEAD.get(name.replace(/^node:/, ""));
    const hint = instead === undefined ? "" : ` (instead: ${instead})`;
    return `'${name}', imported by ${chain.length > 0 ? chain.join(" → ") : "the workflow code"}${hint}`;
  });
  return new BundleError(
    "Workflow code imports modules of the runtime, which can't be used there: they do I/O or differ from run to run.\n" +
      `${details.map((line) => `  ${line}`).join("\n")}\n` +
      "What to do: import only types from activity files (`import type * as activities from ...`); move the code that needs " +
      "the module into an activity; or, when it is never used at run time, name the module in the option ignoreModules",
    { details },
  );
}

/** The error for imports of files within the official packages that have no counterpart here. */
export function refusedImports(metafile: Metafile, refused: ReadonlyMap<string, string>): BundleError {
  const details = [...refused].sort().map(([name, instead]) => {
    const chain = chainTo(metafile, `${REFUSED_NAMESPACE}:${name}`);
    return `'${name}', imported by ${chain.length > 0 ? chain.join(" → ") : "the workflow code"}: ${instead}`;
  });
  return new BundleError(
    "Workflow code imports files of the official SDK that Perdure has no counterpart of:\n" +
      `${details.map((line) => `  ${line}`).join("\n")}\n` +
      "When such a module is never used at run time, name it in the option ignoreModules",
    { details },
  );
}

/** The shortest way from the entry to `target`, without both ends. */
function chainTo(metafile: Metafile, target: string): string[] {
  const start = Object.keys(metafile.inputs).find((path) => path.endsWith(ENTRY_FILE));
  if (start === undefined) return [];
  const cameFrom = new Map<string, string>([[start, start]]);
  const queue = [start];
  for (let path = queue.shift(); path !== undefined && !cameFrom.has(target); path = queue.shift()) {
    for (const { path: next } of metafile.inputs[path]?.imports ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, path);
      queue.push(next);
    }
  }
  const chain: string[] = [];
  for (let path = cameFrom.get(target); path !== undefined && path !== start; path = cameFrom.get(path))
    chain.unshift(inputName(path));
  return chain;
}
