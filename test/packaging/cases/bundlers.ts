/** Clients made into one file by the bundlers that users have, each started against a server on a port. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { runtimeCommand } from "../../harness/runtimes.ts";
import { pinned } from "../manifest.ts";
import { type Check, consumer, type Group, install, root, succeeds } from "../suite.ts";

const CLI = "node_modules/perdure/dist/runtimes/node-api/cli.js";

/** `perdure dev` of the tarball on a free port: its address, and what ends it. */
async function withServer(folder: string, use: (address: string) => Promise<unknown>): Promise<void> {
  const child = spawn(process.execPath, [CLI, "dev", "--port", "0"], { cwd: folder });
  try {
    await use(await addressOf(child));
  } finally {
    child.kill("SIGTERM");
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      const [address] = /127\.0\.0\.1:\d+/.exec(output) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once("close", () => reject(new Error(`perdure dev ended: ${output}`)));
  });
}

interface Bundler {
  readonly name: string;
  readonly packages: readonly string[];
  readonly command: readonly [string, ...string[]];
  readonly output: string;
}

const ESBUILD: Bundler = {
  name: "esbuild",
  packages: [],
  command: [
    "npx",
    "esbuild",
    "client.mjs",
    "--bundle",
    "--platform=node",
    "--format=esm",
    "--outfile=out.mjs",
  ],
  output: "out.mjs",
};
const VITE: Bundler = {
  name: "vite",
  packages: ["vite@8.3.8"],
  command: ["npx", "vite", "build", "--logLevel", "warn"],
  output: "out-vite/client.mjs",
};
const WEBPACK: Bundler = {
  name: "webpack",
  packages: ["webpack@5.112.2"],
  command: [process.execPath, "webpack.mjs"],
  output: "out-webpack/client.mjs",
};

function clientCheck(folder: string, { name, command, output }: Bundler): Check {
  return {
    name: `a client bundled by ${name}`,
    async run() {
      await succeeds(command, { cwd: folder });
      const bundle = readFileSync(join(folder, output), "utf8");
      if (/from\s*["']perdure/.test(bundle)) throw new Error(`${output} still imports perdure`);
      await withServer(folder, (address) =>
        succeeds([process.execPath, output, address], { cwd: folder, last: "started and signalled" }),
      );
    },
  };
}

/** As workers are bundled by those who leave their dependencies outside. */
function workerCheck(folder: string): Check {
  return {
    name: "a worker bundled by esbuild, its packages outside",
    async run() {
      const args = ["worker.mjs", "--bundle", "--platform=node", "--format=esm", "--packages=external"];
      await succeeds([join(folder, "node_modules/.bin/esbuild"), ...args, "--outfile=out-worker.mjs"], {
        cwd: folder,
      });
      await succeeds([process.execPath, "out-worker.mjs"], { cwd: folder, last: "the worker loads" });
    },
  };
}

/** What `bun build` makes, for Node and for itself. */
function bunCheck(folder: string): Check {
  return {
    name: "a client bundled by bun build",
    async run() {
      const bun = runtimeCommand("bun");
      await succeeds([bun, "build", "client.mjs", "--target=bun", "--outfile=out-bun.mjs"], { cwd: folder });
      await withServer(folder, (address) =>
        succeeds([bun, "out-bun.mjs", address], { cwd: folder, last: "started and signalled" }),
      );
    },
  };
}

/** The whole worker with its optional peers missing: bundlers must take what they can't find for optional. */
function allCheck(folder: string): Check {
  return {
    name: "a whole worker and gateway bundled without the optional peers",
    async run() {
      for (const peer of ["jose"])
        rmSync(join(folder, "node_modules", peer), { recursive: true, force: true });
      const args = ["all.mjs", "--bundle", "--platform=node", "--format=esm", "--outfile=out-all.mjs"];
      await succeeds([join(root, "node_modules/.bin/esbuild"), ...args], { cwd: folder });
      await succeeds([process.execPath, "out-all.mjs"], { cwd: folder, last: "all loaded" });
    },
  };
}

/** The other entry of `webpack.mjs`. */
function loadsCheck(folder: string, output: string): Check {
  return {
    name: `${output} loads`,
    run: () => succeeds([process.execPath, output], { cwd: folder, last: "all loaded" }),
  };
}

function group(name: string, full: boolean, bundlers: readonly Bundler[]): Group {
  return {
    name,
    full,
    async checks(tarball) {
      const folder = consumer("client");
      const packages = bundlers.flatMap((bundler) => bundler.packages);
      await install(folder, [tarball, ...packages, pinned("esbuild")]);
      const checks = bundlers.map((bundler) => clientCheck(folder, bundler));
      if (full) return [...checks, loadsCheck(folder, "out-webpack/all.mjs")];
      return [...checks, workerCheck(folder), bunCheck(folder), allCheck(folder)];
    },
  };
}

/** Vite and webpack take long to install. */
export const bundlerChecks: readonly Group[] = [
  group("bundlers", false, [ESBUILD]),
  group("bundlers to install", true, [VITE, WEBPACK]),
];
