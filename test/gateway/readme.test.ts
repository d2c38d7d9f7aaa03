import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test, vi } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the README's program runs as it is printed, and prints what it says", async () => {
  const section = readFileSync(join(root, "README.md"), "utf8").split("## Through the gateway\n")[1] ?? "";
  const program = /```ts\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
  expect(program).toContain("createGateway(");
  const folder = join(root, ".cache/readme");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "through-the-gateway.ts");
  writeFileSync(file, program);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(pathToFileURL(file).href);
  expect(log.mock.calls).toEqual([["RUNNING"], [7]]);
  log.mockRestore();
});
