/** Runs the cases without a test runner, for Bun and Deno: `bun test/server/listen/run-listen.ts bun [words]`. */
import process from "node:process";
import { within } from "../../transport/fault.ts";
import { cases } from "./cases.ts";
import known from "./known-failures.json" with { type: "json" };

const [runtime = "node", wanted = ""] = process.argv.slice(2);
const failing: Readonly<Record<string, string>> = known[runtime as keyof typeof known];
let failed = 0;
let passed = 0;
for (const [group, list] of Object.entries(cases)) {
  for (const { name, run } of list) {
    const title = `${group}: ${name}`;
    if (!title.includes(wanted)) continue;
    const error = await within(120_000, run(), name).then(
      () => undefined,
      (thrown: unknown) => thrown ?? new Error("undefined was thrown"),
    );
    const reason = failing[title];
    if ((error === undefined) === (reason === undefined)) {
      passed += 1;
      console.log(`${reason === undefined ? "ok  " : "known"} ${title}`);
    } else {
      failed += 1;
      const text =
        error instanceof Error
          ? error.stack
          : String(error ?? "passes, though it is among the known failures");
      console.log(`FAIL ${title}\n${text}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 ? 1 : 0);
