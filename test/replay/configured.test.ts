import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { bundleWorkflowCode, DefaultLogger, Worker } from "../../src/worker/mod.ts";

/** Histories of workers with interceptors and failure types: they replay where the worker has the same. */
const folder = new URL("../histories/configured/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const index = JSON.parse(read("index.json")) as {
  readonly histories: Readonly<Record<string, { readonly file: string; readonly workflowId: string }>>;
};
const here = (path: string): string =>
  fileURLToPath(new URL(`../conformance/workflows/configured/${path}`, import.meta.url));

const told: string[] = [];
let workflowBundle: { readonly code: string };

beforeAll(async () => {
  const logger = new DefaultLogger("INFO", ({ message }) => told.push(message));
  workflowBundle = await bundleWorkflowCode({
    logger,
    workflowsPath: here("mod.ts"),
    workflowInterceptorModules: [here("interceptors.ts")],
  });
});

const workflowFailureErrorTypes = {
  "*": ["OutOfStock"],
  rangeByWorker: ["RangeError"],
  anyByWorker: ["Error"],
};

test("the bundler tells its logger of the bundle", () => {
  expect(told).toEqual(["Workflow bundle created"]);
});

test("histories were recorded", () => {
  expect(Object.keys(index.histories).length).toBeGreaterThanOrEqual(11);
});

test.each(Object.entries(index.histories))("%s of the official SDK replays", async (_, entry) => {
  const options = { workflowBundle, workflowFailureErrorTypes };
  await expect(Worker.runReplayHistory(options, read(entry.file), entry.workflowId)).resolves.toBeUndefined();
});

test("without the worker's failure types the same history fails", async () => {
  const entry = index.histories["worker-failure-type-later"];
  await expect(
    Worker.runReplayHistory({ workflowBundle }, read(entry?.file ?? ""), entry?.workflowId),
  ).rejects.toThrow();
});
