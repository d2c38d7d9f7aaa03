import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { historyFromJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import { Worker } from "../../src/worker/mod.ts";
import { bundleOf } from "./workflow-code.ts";

/*
 * Histories of older official SDKs, each with the flags and markers of its time, as test/interop/versions/record.mjs recorded them.
 */

const folder = new URL("../histories/", import.meta.url);
const versions = readdirSync(folder).filter((name) => /^\d+\.\d+\.\d+$/.test(name));
const workflowBundle = { code: await bundleOf("versions.ts") };

test("several versions are there", () => {
  expect(versions.length).toBeGreaterThanOrEqual(5);
});

describe.each(versions)("recorded by %s", (version) => {
  const files = readdirSync(new URL(`${version}/`, folder));

  test("the core set is there", () => {
    expect(files.length).toBeGreaterThanOrEqual(8);
  });

  test.each(files)("%s", async (file) => {
    const text = readFileSync(new URL(`${version}/${file}`, folder), "utf8");
    const { events } = historyFromJson(JSON.parse(text) as never);
    const completed = events.flatMap(({ attributes }) =>
      attributes.case === "workflowTaskCompletedEventAttributes" ? [attributes.value] : [],
    );
    expect(completed[0]?.workerVersion?.buildId ?? completed[0]?.binaryChecksum).toContain(version);
    await Worker.runReplayHistory({ workflowBundle }, text);
  });
});
