/**
 * Deno: the JSR form as its registry would serve it, the JSR form from the checkout, and `npm:perdure` from a registry. Each program
 * gets the permissions that README names ("On Deno") and, by `--no-prompt`, no others: whatever else it asked for would make it fail.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
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

/** A package of workflows on the same registry, as JSR serves such a package: it imports ours by specifier and by URL. */
const WORKFLOWS = "@shop/hello/1.0.0/workflows.ts";
const SHOP: Readonly<Record<string, string>> = {
  [WORKFLOWS]: `
    import { proxyActivities } from "jsr:@perdure/sdk@^${manifest.version}/workflow";
    import { ApplicationFailure } from "../../../src/common/mod.ts";
    import type { Activities } from "./activities.ts";
    import { wait } from "./wait.ts";
    const { greet } = proxyActivities<Activities>({ startToCloseTimeout: wait });
    export async function hello(name: string): Promise<string> {
      if (name === "") throw ApplicationFailure.nonRetryable("who?");
      return await greet(name);
    }`,
  "@shop/hello/1.0.0/wait.ts": 'export const wait = "1 minute" as const;',
  // What workflows must never hold: types are all that is taken of it.
  "@shop/hello/1.0.0/activities.ts": `
    import { readFile } from "node:fs/promises";
    export interface Activities { greet(name: string): Promise<string> }
    export const read = readFile;`,
  "@shop/hello/1.0.0/of-npm.ts": 'export * from "npm:lodash-es@4";',
};

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
      run: () =>
        succeeds(
          [deno, "check", ...imports, "client.ts", "bundle.ts", "workflows.ts", "testing.ts"],
          options,
        ),
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
      name: `${name}: test environments and a gateway with ${client}`,
      run: () => succeeds(program("testing.ts", client), { ...options, last: "2 and order-1" }),
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
  const served = await serveJsrForm(runtimeCommand("deno"), SHOP);
  const folder = consumer("deno");
  const ours = denoJson().imports;
  const inside = Object.entries(ours).filter(
    ([name]) => name.startsWith("#") || !name.startsWith("perdure/"),
  );
  const exported = Object.entries(denoJson().exports).map(([key, file]) => [
    `perdure${key.slice(1)}`,
    new URL(file, served.url).href,
  ]);
  writeJson(folder, "deno.json", {
    imports: { ...Object.fromEntries(exported), esbuild },
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

function denoJson(): Readonly<Record<"imports" | "exports", Readonly<Record<string, string>>>> {
  return JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));
}

/** A command of `perdure` that serves, with no more than the network, until it has told its address. */
function serves(
  { name, folder, loading, env = {} }: Form,
  program: string,
  command: readonly string[],
): Check {
  return {
    name: `${name}: perdure ${command[0]} with ${PERMISSIONS.client}`,
    run: () => {
      const args = ["run", "--no-prompt", ...loading, ...PERMISSIONS.client, program, ...command];
      const child = spawn(runtimeCommand("deno"), args, {
        cwd: folder,
        env: { ...process.env, NO_COLOR: "1", ...env },
      });
      return listening(child);
    },
  };
}

const DEV = ["dev", "--port", "0"] as const;
const GATEWAY = ["gateway", "--upstream", "localhost:1", "--listen", "127.0.0.1:0"] as const;

/** By the import map, as after `deno add perdure@jsr:@perdure/sdk`: given by its URL, Deno would not read the project's deno.json. */
const CLI = "perdure/cli";

/** The commands of JSR's `@perdure/sdk/cli`, and workflows that lie on its server. */
function jsrChecks(form: Form, url: string): Check[] {
  const { folder, loading, env = {} } = form;
  const deno = runtimeCommand("deno");
  const allowed = [deno, "run", "--no-prompt", ...loading, ...PERMISSIONS.bundling] as const;
  const worker = (file: string) =>
    [...allowed, ...PERMISSIONS.client, "worker.ts", "path", `${url}${file}`] as const;
  const histories = join(root, "test/histories/official-1.24.0-activity-*.json");
  const workflows = pathToFileURL(join(root, "test/conformance/workflows/mod.ts")).href;
  const replay = ["replay", "--workflows", workflows, histories];
  return [
    serves(form, CLI, DEV),
    serves(form, CLI, GATEWAY),
    {
      name: `${form.name}: perdure replay with ${PERMISSIONS.bundling.join(" ")}`,
      run: () => succeeds([...allowed, CLI, ...replay], { cwd: folder, env }),
    },
    {
      name: `${form.name}: workflows of a package on a web server`,
      run: () => succeeds(worker(WORKFLOWS), { cwd: folder, env, last: "Hello, world!" }),
    },
    {
      name: `${form.name}: npm: in workflow code is told when it is bundled`,
      async run() {
        const [program, ...args] = worker("@shop/hello/1.0.0/of-npm.ts");
        const { ok, output } = await run(program, args, { cwd: folder, env });
        if (ok || !/BundleError: 'npm:lodash-es@4', imported by .*nodeModulesDir/s.test(output))
          throw new Error(output);
      },
    },
  ];
}

function listening(child: ChildProcess): Promise<void> {
  let output = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      if (!/127\.0\.0\.1:\d+/.test(String(chunk))) return;
      resolve();
      child.kill("SIGTERM");
    });
    // Deno itself writes here, of what it downloads for example.
    child.stderr?.on("data", (chunk) => {
      output += chunk;
    });
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
    const { form, served } = await jsrForm();
    return [...programsOf(form), ...jsrChecks(form, served.url)];
  },
};

export const otherDenoChecks: Group = {
  name: "deno, npm: and checkout",
  full: true,
  async checks(tarball) {
    const { form } = await npmForm(tarball);
    // `deno publish` type-checks the checkout.
    const [, ...fromCheckout] = programsOf(checkoutForm());
    return [
      ...programsOf(form),
      serves(form, `npm:perdure@${manifest.version}`, DEV),
      ...fromCheckout,
      publishable(),
    ];
  },
};
