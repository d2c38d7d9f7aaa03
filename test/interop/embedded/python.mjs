/** The Python SDK, in a venv of its own, against the embedded server's port. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withServerPrograms } from "./server-programs.mjs";

/** The version of `temporalio` on PyPI that the test runs. */
const TEMPORALIO_VERSION = "1.35.0";

const run = promisify(execFile);
const program = fileURLToPath(new URL("program.py", import.meta.url));

/** Path of a Python that has the SDK; installs it on first use. */
export async function preparePython() {
  const venv = fileURLToPath(new URL(`../../../.cache/temporalio-${TEMPORALIO_VERSION}`, import.meta.url));
  if (!existsSync(venv)) {
    await run("python3", ["--version"]);
    console.error(`Installing the Python SDK (temporalio ${TEMPORALIO_VERSION}, once, about 90 MB)`);
    const build = `${venv}.${process.pid}`;
    await mkdir(build, { recursive: true });
    try {
      await run("python3", ["-m", "venv", build]);
      await run(join(build, "bin", "python"), [
        "-m",
        "pip",
        "install",
        "-q",
        `temporalio==${TEMPORALIO_VERSION}`,
      ]);
      // Its `python` finds its packages beside itself wherever it is.
      if (!existsSync(venv)) await rename(build, venv);
    } finally {
      await rm(build, { recursive: true, force: true });
    }
  }
  return join(venv, "bin", "python");
}

/** Runs the program, which prints a line `ok NAME` or `FAILED NAME: why` for each of its tests. */
export async function runPython(report, python, address) {
  await withServerPrograms(async ({ testServer, devServer }) => {
    const { stdout, stderr } = await run(python, [program, address, testServer, devServer], {
      timeout: 120_000,
    }).catch((error) => error);
    const passed = stdout.match(/^ok /gm)?.length ?? 0;
    const failed = stdout.match(/^FAILED /gm)?.length ?? 0;
    const ended = /^end$/m.test(stdout);
    if (failed > 0 || !ended) console.log(`Python SDK:\n${stdout}${stderr}`);
    report.add(passed, failed + (ended ? 0 : 1));
  });
}
