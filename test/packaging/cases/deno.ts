/**
 * Deno: the JSR form as its registry would serve it, the JSR form from the checkout, and `npm:perdure` from a registry. Each program
 * gets the permissions that README names ("On Deno") and, by `--no-prompt`, no others: whatever else it asked for would make it fail.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { runtimeCommand } from "../../harness/runtimes.ts";
import { manifest, pinned, subpaths } from "../manifest.ts";
import { type Served, serveJsrForm, serveNpmPackage } from "../published-form.ts";
import { type Check, consumer, type Group, newFolder, root, run, succeeds, writeJson } from "../suite.ts";

/** What the README's section "On Deno" names. */
const PERMISSIONS = {
  client: ["--allow-net=127.0.0.1"],
  bundling: ["--allow-read", "--allow-env", "--allow-run"],
} as const;

const esbuild = `npm:${pinned("esbuild")}`;
const subpathImports = (target: (subpath: string) => string): Record<string, string> =>
  Object.fromEntries(subpaths.map((key) => [`perdure${key.slice(1)}`, target(key)]));

interface Form {
  readonly name: string;
  readonly folder: string;
  /** What this form needs to be loaded at all. */
  readonly loading: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function programsOf({ name, folder, loading, env = {} }: Form): Check[] {
  const deno = runtimeCommand("deno");
  const program = (file: string, permissions: readonly string[], ...args: string[]) => {
    // Deno takes the narrower of two permissions to read.
    const needed = permissions.includes("--allow-read")
      ? loading.filter((flag) => !flag.startsWith("--allow-read"))
      : loading;
    return [deno, "run", "--no-prompt", ...needed, ...permissions, file, ...args] as const;
  };
  const options = { cwd: folder, env };
  const imports = loading.filter((flag) => flag.startsWith("--allow-import"));
  const { client, bundling } = PERMISSIONS;
  return [
    {
      name: `${name}: type-checked`,
      run: () => succeeds([deno, "check", ...imports, "client.ts", "bundle.ts", "workflows.ts"], options),
    },
    {
      name: `${name}: workflows bundled beforehand`,
      run: () => succeeds(program("bundle.ts", [...bundling, "--allow-write=."]), options),
    },
    {
      name: `${name}: client and server with ${client}`,
      run: () => succeeds(program("client.ts", client), { ...options, last: "started and signalled" }),
    },
    {
      name: `${name}: worker with ${client}`,
      run: () => succeeds(program("worker.ts", client), { ...options, last: "Hello, world!" }),
    },
    {
      name: `${name}: worker that bundles, with ${[...client, ...bundling].join(" ")}`,
      run: () =>
        succeeds(program("worker.ts", [...client, ...bundling], "path"), {
          ...options,
          last: "Hello, world!",
        }),
    },
  ];
}

/** From https://jsr.io modules may be imported without a permission; from this stand-in it takes one. */
async function jsrForm(): Promise<{ readonly form: Form; readonly served: Served }> {
  const served = await serveJsrForm(runtimeCommand("deno"));
  const folder = consumer("deno");
  const ours = denoJson().imports;
  const inside = Object.entries(ours).filter(
    ([name]) => name.startsWith("#") || !name.startsWith("perdure/"),
  );
  writeJson(folder, "deno.json", {
    imports: { ...subpathImports((key) => `${served.url}src/${key.slice(2)}/mod.ts`), esbuild },
    // `deno publish` writes the targets into the modules; here the import map has them.
    scopes: {
      [served.url]: Object.fromEntries(
        inside.map(([name, target]) => [
          name,
          target.startsWith("./") ? new URL(target, served.url).href : target,
        ]),
      ),
    },
  });
  const form: Form = {
    name: "JSR form, served",
    folder,
    loading: [`--allow-import=${served.host}`],
    env: { DENO_DIR: newFolder("deno-dir") },
  };
  return { form, served };
}

function checkoutForm(): Form {
  const folder = consumer("deno");
  const inside = Object.entries(denoJson().imports).map(([name, target]) => [
    name,
    target.startsWith("./") ? new URL(target, `file://${root}`).href : target,
  ]);
  writeJson(folder, "deno.json", { imports: { ...Object.fromEntries(inside), esbuild } });
  // The program of workflow threads is loaded from files there.
  const files = ["runtimes", "src"].map((name) => join(root, name));
  return { name: "JSR form, checkout", folder, loading: [`--allow-read=${files.join(",")}`] };
}

async function npmForm(tarball: string): Promise<{ readonly form: Form; readonly served: Served }> {
  const registry = await run("npm", ["config", "get", "registry"]);
  const served = await serveNpmPackage(tarball, registry.last);
  const folder = consumer("deno");
  writeJson(folder, "deno.json", {
    // Else a package of npm can't load what only the program's import map names: esbuild.
    nodeModulesDir: "auto",
    imports: { ...subpathImports((key) => `npm:perdure@${manifest.version}/${key.slice(2)}`), esbuild },
  });
  const env = { NPM_CONFIG_REGISTRY: served.url, DENO_DIR: newFolder("deno-dir") };
  return { form: { name: "npm:perdure", folder, loading: [], env }, served };
}

function denoJson(): { readonly imports: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));
}

/** `perdure dev` with no more than the network, until it has told its address. */
function devServer({ folder, env = {} }: Form): Check {
  return {
    name: `perdure dev with ${PERMISSIONS.client}`,
    run: () => {
      const args = ["run", "--no-prompt", ...PERMISSIONS.client, `npm:perdure@${manifest.version}`, "dev"];
      const child = spawn(runtimeCommand("deno"), [...args, "--port", "0"], {
        cwd: folder,
        env: { ...process.env, NO_COLOR: "1", ...env },
      });
      return listening(child);
    },
  };
}

function listening(child: ChildProcess): Promise<void> {
  let output = "";
  return new Promise((resolve, reject) => {
    const note = (chunk: unknown): void => {
      output += chunk;
      if (!/127\.0\.0\.1:\d+/.test(output)) return;
      resolve();
      child.kill("SIGTERM");
    };
    child.stdout?.on("data", note);
    child.stderr?.on("data", note);
    child.once("close", (code) => reject(new Error(`it ended with ${code}: ${output}`)));
    child.once("error", reject);
  });
}

/** Without its type-check `deno publish --dry-run` is part of preparing the JSR form; with it, it takes a minute. */
function publishable(): Check {
  return {
    name: "deno publish --dry-run, type-checked",
    run: () => succeeds([runtimeCommand("deno"), "publish", "--dry-run", "--allow-dirty"]),
  };
}

/** As JSR would serve it: the form that users get. */
export const denoChecks: Group = {
  name: "deno",
  async checks() {
    const { form } = await jsrForm();
    return programsOf(form);
  },
};

export const otherDenoChecks: Group = {
  name: "deno, npm: and checkout",
  full: true,
  async checks(tarball) {
    const { form } = await npmForm(tarball);
    // `deno publish` type-checks the checkout.
    const [, ...fromCheckout] = programsOf(checkoutForm());
    return [...programsOf(form), devServer(form), ...fromCheckout, publishable()];
  },
};
