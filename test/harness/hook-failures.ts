/**
 * Writes what failed outside of any test, in a `beforeAll` or an `afterAll`, which vitest's JSON report counts and does not tell:
 * a list of texts in the file that `HOOK_FAILURES` names.
 */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";
import type { Reporter, TestModule, TestSuite } from "vitest/node";

export default class HookFailures implements Reporter {
  readonly #failures: string[] = [];

  onTestModuleEnd(file: TestModule): void {
    this.#take(file, relative(process.cwd(), file.moduleId));
  }

  onTestSuiteResult(suite: TestSuite): void {
    this.#take(suite, `${relative(process.cwd(), suite.module.moduleId)}: ${suite.fullName}`);
  }

  onTestRunEnd(): void {
    const path = process.env["HOOK_FAILURES"];
    if (path) writeFileSync(path, JSON.stringify(this.#failures));
  }

  #take(where: TestModule | TestSuite, name: string): void {
    for (const { message, stack } of where.errors()) this.#failures.push(`${name}\n${stack ?? message}`);
  }
}
