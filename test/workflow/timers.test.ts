import { expect, test } from "vitest";
import { commandsOf, harness, resultOf, timerJob } from "./vm-harness.ts";

test("sleep starts a timer and resolves when it fires", async () => {
  const { start } = await harness(`
    import { sleep } from "perdure/workflow";
    export async function napper() {
      await sleep("2s", { summary: "nap" });
      return Date.now();
    }
  `);
  const run = start("napper");
  expect(commandsOf(run.first)).toMatchObject([{ kind: "startTimer", seq: 1, startToFireMs: 2000 }]);
  expect(resultOf(run.activate([timerJob(1)]))).toBe(1_700_000_001_000);
});
