import { expect, test } from "vitest";
import { nextRandom, seedBytes, seedRandom, uuid4From } from "../../src/workflow/runtime/random.ts";
import { harness, resultOf, timerJob } from "./vm-harness.ts";

test.each([
  [
    2190767061165566105n,
    0.8810140371788293,
    ["ce828af4-10ab-45e7-91f7-d0922559bdb7", "c33cd353-e087-4be1-9d53-ae25f181c1a8"],
  ],
  [6825236360251141404n, 0.8269537510350347, ["977640d7-beaa-445d-b78e-836759600e89"]],
])("seed %s gives the numbers and UUIDs of the official SDK", (seed, first, uuids) => {
  const state = seedRandom(seedBytes(seed));
  const draw = (): number => nextRandom(state);
  expect(draw()).toBe(first);
  expect(uuids.map(() => uuid4From(draw))).toEqual(uuids);
});

const source = `
  import { getRandomStream, sleep, uuid4, workflowRandom } from "perdure/workflow";
  const atTop = Math.random();
  export async function draws() {
    const before = [Math.random(), uuid4(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(4))]];
    await sleep(1);
    return [atTop, ...before, Math.random(), workflowRandom.random()];
  }
  export async function streams() {
    const a = getRandomStream("a");
    const own = [a.random(), getRandomStream("a").random(), getRandomStream("b").random(), a.uuid4().length, a.fill(new Uint8Array(2)).length];
    const within = await a.with(async () => { await null; return [Math.random(), uuid4().length, workflowRandom.random()]; });
    const again = getRandomStream("a");
    return { own, within, main: Math.random(), same: a.random() !== again.random() };
  }
`;

test("the same seed gives the same draws, the module's own included; another seed others", async () => {
  const { start } = await harness(source);
  const draws = (seed?: bigint): unknown =>
    resultOf(start("draws", seed === undefined ? {} : { seed }).activate([timerJob(1)]));
  expect(draws()).toEqual(draws());
  expect(draws()).not.toEqual(draws(1n));
  expect((draws() as unknown[])[0]).toBe(0.8810140371788293);
});

test("a reset gives a new seed, applied before anything else", async () => {
  const { start } = await harness(source);
  const run = start("draws");
  const drawn = resultOf(
    run.activate([
      { kind: "updateRandomSeed", randomnessSeed: 1n },
      { kind: "updateRandomSeed", randomnessSeed: 6825236360251141404n },
      timerJob(1),
    ]),
  ) as unknown[];
  expect(drawn.at(-2)).toBe(0.8269537510350347);
});

test("named streams do not disturb the main one", async () => {
  const { start } = await harness(source);
  const result = resultOf(start("streams").first) as {
    own: number[];
    within: number[];
    main: number;
    same: boolean;
  };
  const state = seedRandom(seedBytes(2190767061165566105n));
  nextRandom(state);
  // `workflowRandom` within another stream's scope is the main one.
  expect(result.within[2]).toBe(nextRandom(state));
  expect(result.main).toBe(nextRandom(state));
  expect(new Set(result.own.slice(0, 3)).size).toBe(3);
  expect(result.same).toBe(true);
});
