import { generate } from "./generate.ts";
import { type Difference, playBoth } from "./lockstep.ts";
import type { Script } from "./script.ts";
import type { Servers } from "./servers.ts";
import { shrink } from "./shrink.ts";

/** How long, how much and what. */
export interface FuzzSettings {
  readonly seconds: number;
  readonly seed: number;
  /** These alone, if any. */
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly atOnce: number;
  readonly cuts: number;
  /** No more than so many. */
  readonly scripts: number;
}

/** Something that the servers do not agree about. */
export interface Finding {
  readonly seed: number;
  readonly text: string;
}

/** Plays random scripts on both servers, many side by side: the real one mostly waits. */
export class Fuzzer {
  scripts = 0;
  steps = 0;
  findings = 0;
  /** Differences that did not come again. */
  fleeting = 0;
  readonly #servers: Servers;
  readonly #settings: FuzzSettings;
  readonly #report: (finding: Finding) => void;
  readonly #seen: Map<string, number> = new Map();
  readonly #startedMs: number = Date.now();
  #next: number;
  /** Something is wrong with the fuzzer itself. */
  #broken = false;

  constructor(servers: Servers, settings: FuzzSettings, report: (finding: Finding) => void) {
    this.#servers = servers;
    this.#settings = settings;
    this.#report = report;
    this.#next = settings.seed;
  }

  /** Plays until the time is up. */
  async run(): Promise<void> {
    const { seconds, seed, seeds, atOnce, scripts } = this.#settings;
    const end = Date.now() + seconds * 1_000;
    const lane = async (): Promise<void> => {
      while (Date.now() < end && this.#next < seed + scripts) {
        if (this.#broken) return;
        const next = this.#next++;
        await this.#one(seeds[next - seed] ?? next).catch((error: unknown) => {
          this.#broken = true;
          throw error;
        });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  }

  /** What was done, in a line. */
  summary(): string {
    const seconds = Math.round((Date.now() - this.#startedMs) / 1_000);
    const kinds = [...this.#seen].map(([signature, times]) => `\n  ${times}× ${signature}`).join("");
    return (
      `seeds ${this.#settings.seed} to ${this.#next - 1}: ${this.scripts} scripts, ${this.steps} steps in ${seconds} s, ` +
      `${this.findings} differ, ${this.fleeting} differed once only${kinds}`
    );
  }

  async #play(script: Script): Promise<Difference | undefined> {
    const { embedded, real } = this.#servers.worlds();
    return await playBoth(script, embedded, real);
  }

  async #one(seed: number): Promise<void> {
    const script = generate(seed, this.#settings.steps);
    const first = await this.#play(script);
    this.scripts += 1;
    this.steps += first === undefined ? script.steps.length : first.at + 1;
    if (first === undefined) return;
    const cut = { ...script, steps: script.steps.slice(0, first.at + 1) };
    const again = await this.#play(cut);
    if (again === undefined) {
      this.fleeting += 1;
      this.#report({ seed, text: `fleeting: seed ${seed}, step ${first.at}:\n${differenceText(first)}` });
      return;
    }
    this.findings += 1;
    const signature = signatureOf(again);
    const times = (this.#seen.get(signature) ?? 0) + 1;
    this.#seen.set(signature, times);
    if (times > 1) return;
    const smallest = await shrink(
      cut,
      async (candidate) => {
        const difference = await this.#play(candidate);
        return difference !== undefined && signatureOf(difference) === signature;
      },
      this.#settings.cuts,
    );
    const last = (await this.#play(smallest)) ?? again;
    const scriptText = `  script("seed ${seed}", [\n${smallest.steps
      .map((step) => `    ${JSON.stringify(step)},`)
      .join("\n")}\n  ]),`;
    this.#report({ seed, text: `seed ${seed}: ${signature}\n${scriptText}\n${differenceText(last)}` });
  }
}

/** Differences of one kind have one cause, mostly. */
function signatureOf({ step, real, embedded }: Difference): string {
  const plain = (line: string | undefined): string =>
    (line ?? "").replace(/\d+/g, "#").replace(/"(child|other|w|a|b|t|s|u|v|x)"/g, '"…"');
  const one = plain(real[0]);
  const other = plain(embedded[0]);
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const from = Math.max(0, at - 40);
  return `${step?.kind ?? "the end"}: ${one.slice(from, at + 60)} | ${other.slice(from, at + 60)}`;
}

function differenceText({ real, embedded, at }: Difference): string {
  const pairs = real.map((line, index) => `     real: ${line}\n embedded: ${embedded[index]}`);
  return `at step ${at}\n${pairs.slice(0, 4).join("\n")}`;
}
