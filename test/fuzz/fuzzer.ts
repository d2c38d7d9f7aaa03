import type { Recorded } from "../replay/recorded.ts";
import { drive } from "./drive.ts";
import type { Program } from "./program.ts";
import { smaller } from "./shrink.ts";
import { taskQueueOf } from "./task-queues.ts";
import type { Runner, World } from "./world.ts";

/** A program that the two SDKs do not agree about. */
export interface Finding {
  readonly runner: Runner;
  readonly program: Program;
  readonly difference: string;
  readonly history: Recorded;
}

/** A program that came out differently need not do so each time: the world's timing is part of it. */
const TRIES_PER_CUT = 3;

export class Fuzzer {
  readonly #world: World;
  programs = 0;
  histories = 0;
  events = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Runs a program under one SDK and has both replay what came of it. */
  async try(runner: Runner, program: Program): Promise<Finding | undefined> {
    const histories = await drive(this.#world.client, taskQueueOf(runner, program), program);
    this.programs += 1;
    for (const history of histories) {
      this.histories += 1;
      this.events += history.events.length;
      const difference = await this.#world.difference(runner, history, program);
      if (difference !== undefined) return { runner, program, difference, history };
    }
    return undefined;
  }

  /** The smallest program found within a number of cuts about which the SDKs still do not agree. */
  async shrink(finding: Finding, cuts: number): Promise<Finding> {
    let smallest = finding;
    let left = cuts;
    search: while (left > 0) {
      for (const program of smaller(smallest.program)) {
        if (left-- <= 0) break search;
        const found = await this.#tryOften(finding.runner, program);
        if (found === undefined) continue;
        smallest = found;
        continue search;
      }
      break;
    }
    return smallest;
  }

  async #tryOften(runner: Runner, program: Program): Promise<Finding | undefined> {
    const tries = Array.from({ length: TRIES_PER_CUT }, () => this.try(runner, program));
    return (await Promise.all(tries)).find((found) => found !== undefined);
  }
}
