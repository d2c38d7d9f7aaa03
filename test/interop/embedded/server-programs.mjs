/** `perdure dev` as programs that SDKs start by themselves. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../../dist/runtimes/node-api/cli.js", import.meta.url));
const dev = `exec "${process.execPath}" "${cli}" dev`;

/** Paths of a program that is called as the time-skipping test server is (`PORT ...`), and of one as the CLI (`server start-dev ...`). */
export async function withServerPrograms(use) {
  const folder = await mkdtemp(join(tmpdir(), "perdure-programs-"));
  const program = async (name, script) => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  };
  try {
    await use({
      testServer: await program("test-server", `${dev} --time-skipping --port "$@"`),
      devServer: await program("dev-server", `shift 2; ${dev} "$@"`),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
