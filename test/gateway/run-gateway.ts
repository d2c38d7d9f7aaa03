/**
 * Runs the cases without a test runner, for Bun and Deno: `bun test/gateway/run-gateway.ts [words]`. On Bun the gateway is that of the
 * built package, on Deno that of the sources.
 */
import process from "node:process";
import { within } from "../transport/fault.ts";
import { cases } from "./cases.ts";

const MOST_MS = 120_000;
const wanted = process.argv[2] ?? "";
let failed = 0;
let passed = 0;
for (const [group, list] of Object.entries(cases)) {
  for (const { name, run } of list) {
    const title = `${group}: ${name}`;
    if (!title.includes(wanted)) continue;
    const start = performance.now();
    try {
      await within(MOST_MS, run(), name);
      passed += 1;
      console.log(`ok   ${title} (${Math.round(performance.now() - start)} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${title}\n${error instanceof Error ? error.stack : error}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 ? 1 : 0);
