import { describe, expect, test } from "vitest";
import { generate } from "./generate.ts";
import type { Body, Program, Step } from "./program.ts";
import { smaller } from "./shrink.ts";

const seeds = Array.from({ length: 400 }, (_, seed) => seed);

function stepsIn(value: unknown): Step[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(stepsIn);
  return "op" in value ? [value as Step, ...inner] : inner;
}

function size(program: Program): number {
  return JSON.stringify(program).length;
}

describe("programs", () => {
  test("the same seed gives the same program, others give others", () => {
    expect(generate(7)).toEqual(generate(7));
    const texts = new Set(seeds.map((seed) => JSON.stringify({ ...generate(seed), seed: 0 })));
    expect(texts.size).toBeGreaterThan(seeds.length * 0.95);
  });

  test("every kind of step and intervention occurs", () => {
    const programs = seeds.map(generate);
    const ops = new Set(programs.flatMap(stepsIn).map(({ op }) => op));
    expect([...ops].sort()).toEqual(
      [
        ...["activity", "attempt", "attribute", "begin", "cancel", "cancelOther", "child", "condition"],
        ...[
          "handlersDone",
          "join",
          "later",
          "listen",
          "local",
          "lower",
          "memo",
          "nexus",
          "patch",
          "raise",
          "random",
        ],
        ...["repeat", "scope", "serve", "signalOther", "sleep", "stream", "throw", "tick", "wait"],
      ].sort(),
    );
    const kinds = programs.flatMap(({ interventions }) => interventions.map(({ what }) => what));
    expect(new Set(kinds)).toEqual(new Set(["signal", "update", "cancel", "query"]));
  });

  test("they are inputs of workflows: plain JSON, and not large", () => {
    for (const program of seeds.map(generate)) {
      expect(JSON.parse(JSON.stringify(program))).toEqual(program);
      expect(size(program)).toBeLessThan(100_000);
    }
  });
});

describe("smaller programs", () => {
  test("each cut makes the program smaller", () => {
    for (const program of seeds.slice(0, 40).map(generate)) {
      const cuts = [...smaller(program)];
      expect(cuts.filter((cut) => size(cut) >= size(program))).toEqual([]);
    }
  });

  test("cut after cut leads to the one step that matters", () => {
    const throws = (program: Program): boolean => stepsIn(program).some(({ op }) => op === "throw");
    const big = seeds.map(generate).filter((program) => throws(program) && size(program) > 2_000);
    expect(big.length).toBeGreaterThan(20);
    for (const program of big) {
      let smallest = program;
      for (let next: Program | undefined = smallest; next !== undefined; ) {
        smallest = next;
        next = [...smaller(smallest)].find(throws);
      }
      const only: Body = [{ op: "throw" }];
      expect([smallest.body, smallest.continueAsNew]).toContainEqual(only);
      expect(stepsIn(smallest)).toEqual(only);
    }
  });
});
