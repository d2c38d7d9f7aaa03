/** Runs the fault tests without a test runner, for Bun and Deno: `bun test/transport/run-faults.ts [name]`. */
import process from "node:process";
import { within } from "./fault.ts";
import { faults } from "./faults.ts";

const wanted = process.argv[2] ?? "";
let failed = 0;
let passed = 0;
for (const [group, list] of Object.entries(faults)) {
  for (const { name, run } of list) {
    if (!`${group}: ${name}`.includes(wanted)) continue;
    const start = performance.now();
    try {
      await within(120_000, run(), name);
      passed += 1;
      console.log(`ok   ${group}: ${name} (${Math.round(performance.now() - start)} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${group}: ${name}\n${error instanceof Error ? error.stack : error}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
// A failed test may have left a server open; after a good run the process must end by itself.
if (failed > 0) process.exit(1);
