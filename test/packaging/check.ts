/**
 * What `npm pack` gives is what users get: small projects (`consumers/`) install the tarball into folders of their own, outside of the
 * repository, and use it as its users do. Writes its counts for `test/run.ts`.
 *
 *   npx tsx test/packaging/check.ts            what `npm test` runs
 *   npx tsx test/packaging/check.ts --full     all: `npm run packaging:full`
 *   npx tsx test/packaging/check.ts jsr types  the groups of these names, also those that `npm test` leaves out
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { bundlerChecks } from "./cases/bundlers.ts";
import { denoChecks, otherDenoChecks } from "./cases/deno.ts";
import { readmeChecks } from "./cases/readme.ts";
import { runtimeChecks } from "./cases/runtimes.ts";
import { singleFileChecks } from "./cases/single-file.ts";
import { tarballChecks } from "./cases/tarball.ts";
import { treeShakingChecks } from "./cases/tree-shaking.ts";
import { typeChecks } from "./cases/type-checks.ts";
import { type Group, newFolder, removeFolders, root, runGroups, succeeds } from "./suite.ts";

const groups: readonly Group[] = [
  runtimeChecks,
  readmeChecks,
  singleFileChecks,
  denoChecks,
  ...bundlerChecks,
  ...typeChecks,
  treeShakingChecks,
  tarballChecks,
  otherDenoChecks,
];

async function pack(): Promise<string> {
  const folder = newFolder("pack");
  const { output } = await succeeds(["npm", "pack", "--silent", "--pack-destination", folder]);
  return join(folder, output.trim().split("\n").at(-1) ?? "");
}

const words = process.argv.slice(2);
const full = words.includes("--full");
const names = words.filter((word) => !word.startsWith("--"));
const chosen = groups.filter(({ name, full: onlyFull = false }) =>
  names.length > 0 ? names.some((word) => name.startsWith(word)) : full || !onlyFull,
);
if (chosen.length === 0) throw new Error(`There is no group of packaging checks named ${names.join(" or ")}`);
try {
  const count = await runGroups(chosen, await pack(), Math.min(2, availableParallelism()));
  const reports = join(root, ".cache/reports");
  mkdirSync(reports, { recursive: true });
  rmSync(join(reports, "packages.json"), { force: true });
  writeFileSync(join(reports, "packages.json"), JSON.stringify(count));
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  process.exitCode = count.failed > 0 ? 1 : 0;
} finally {
  removeFolders();
}
