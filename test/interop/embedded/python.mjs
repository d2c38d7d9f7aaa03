/** The Python SDK, in a venv of its own, against the embedded server's port. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The version of `temporalio` on PyPI that the test runs. */
const TEMPORALIO_VERSION = "1.35.0";

const run = promisify(execFile);
const cli = fileURLToPath(new URL("../../../dist/runtimes/node-api/cli.js", import.meta.url));
const program = fileURLToPath(new URL("program.py", import.meta.url));

/** Path of a Python that has the SDK; installs it on first use. */
export async function preparePython() {
  const venv = fileURLToPath(new URL(`../../../.cache/temporalio-${TEMPORALIO_VERSION}`, import.meta.url));
  if (!existsSync(venv)) {
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

/** What the SDK starts as its time-skipping test server (`PORT ...`), and as a dev server (`server start-dev ...`). */
async function serverPrograms(folder) {
  const dev = `exec "${process.execPath}" "${cli}" dev`;
  const scripts = {
    "test-server": `${dev} --time-skipping --port "$@"`,
    "dev-server": `shift 2; ${dev} "$@"`,
  };
  const paths = [];
  for (const [name, script] of Object.entries(scripts)) {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    paths.push(path);
  }
  return paths;
}

/** Runs the program, which prints a line `ok NAME` or `FAILED NAME: why` for each of its tests. */
export async function runPython(report, python, address) {
  const folder = await mkdtemp(join(tmpdir(), "perdure-python-"));
  try {
    const { stdout, stderr } = await run(python, [program, address, ...(await serverPrograms(folder))], {
      timeout: 120_000,
    }).catch((error) => error);
    const passed = stdout.match(/^ok /gm)?.length ?? 0;
    const failed = stdout.match(/^FAILED /gm)?.length ?? 0;
    const ended = /^end$/m.test(stdout);
    if (failed > 0 || !ended) console.log(`Python SDK:\n${stdout}${stderr}`);
    report.add(passed, failed + (ended ? 0 : 1));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
