/** The programs of README.md, run as they are printed by who installed the tarball. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import * as esbuild from "esbuild";
import { EmbeddedServer } from "../../../src/server/mod.ts";
import { runtimeCommand } from "../../harness/runtimes.ts";
import { startWorkerd } from "../../harness/workerd-process.ts";
import { pinned } from "../manifest.ts";
import { type Group, install, newFolder, root, run, succeeds, writeJson } from "../suite.ts";

/** The first program (`ts`) or command (`sh`) of a section. */
function printed(section: string, language: "ts" | "sh"): string {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const [, body = ""] = text.split(`\n## ${section}\n`);
  const [, found] =
    new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(body.split("\n## ")[0] ?? "") ?? [];
  if (found === undefined) throw new Error(`README.md has no ${language} in its section "${section}"`);
  return found;
}

/** What a command line of README means here: the runtimes are not on PATH. */
function command(section: string): [string, ...string[]] {
  const [name = "", ...args] = printed(section, "sh").trim().split("\n")[0]?.split(" ") ?? [];
  if (name !== "deno" && name !== "bun") throw new Error(`"${name}" is no runtime of these checks`);
  // What would be asked for is refused, so that the permissions that are named must do.
  return [runtimeCommand(name), ...args.flatMap((arg) => (arg === "run" ? ["run", "--no-prompt"] : [arg]))];
}

async function onTheEdge(folder: string): Promise<void> {
  writeFileSync(join(folder, "edge.ts"), printed("On the edge", "ts"));
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, "edge.ts")],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd"],
    absWorkingDir: folder,
  });
  const server = new EmbeddedServer();
  const { address } = await server.listen();
  const script = outputFiles[0]?.text ?? "";
  const worker = await startWorkerd(script, { env: { TEMPORAL_ADDRESS: `http://${address}` } });
  try {
    for (const method of ["POST", "GET"]) {
      const answer: unknown = await (await fetch(`${worker.url}/order-7`, { method })).json();
      const wanted = { workflowId: "order-7", status: "RUNNING" };
      if (JSON.stringify(answer) !== JSON.stringify(wanted))
        throw new Error(`${method}: the Worker answered ${JSON.stringify(answer)}`);
    }
  } finally {
    worker.close();
    await server.close();
  }
}

/** Also that what it prints is what the comments beside it say. */
async function throughTheGateway(folder: string): Promise<void> {
  writeFileSync(join(folder, "gateway.mts"), printed("Through the gateway", "ts"));
  const { ok, output } = await run(runtimeCommand("bun"), ["gateway.mts"], { cwd: folder });
  if (!ok || output.trim() !== "RUNNING\n7") throw new Error(`the program printed ${output}`);
}

async function firstWorkflow(folder: string): Promise<void> {
  const server = new EmbeddedServer();
  const { address } = await server.listen();
  const program = printed("A first workflow in one file", "ts").replace("localhost:7233", address);
  writeFileSync(join(folder, "hello.ts"), program);
  writeFileSync(join(folder, "start.ts"), 'import { main } from "./hello.ts";\nawait main();\n');
  try {
    for (const line of [
      [process.execPath, "--import", "tsx", "start.ts"],
      [runtimeCommand("bun"), "start.ts"],
      [runtimeCommand("deno"), "run", "-A", "start.ts"],
    ] as const)
      await succeeds(line, { cwd: folder, last: "Hello, world!" });
  } finally {
    await server.close();
  }
}

export const readmeChecks: Group = {
  name: "readme",
  async checks(tarball) {
    const folder = newFolder("readme");
    writeJson(folder, "package.json", { name: "reader", private: true, type: "module" });
    await install(folder, [tarball, pinned("esbuild"), pinned("tsx")]);
    writeFileSync(join(folder, "nap.ts"), printed("On Deno", "ts"));
    const nap = (section: string) => succeeds(command(section), { cwd: folder, last: "rested" });
    return [
      { name: "the first workflow, on Node, Bun and Deno", run: () => firstWorkflow(folder) },
      { name: "on the edge, in workerd", run: () => onTheEdge(folder) },
      { name: "through the gateway", run: () => throughTheGateway(folder) },
      { name: "on Deno, with the permissions that are named", run: () => nap("On Deno") },
      { name: "on Bun", run: () => nap("On Bun") },
    ];
  },
};
