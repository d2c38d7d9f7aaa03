import { expect, test } from "vitest";
import type { Init } from "../../src/codec-runtime/init.ts";
import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import { encodeHistory, type HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { type ReplayHistory, type ReplayResult, Worker } from "../../src/worker/mod.ts";
import { type JsonEvent, mutations } from "./mutations.ts";
import { recorded, subjects } from "./recorded.ts";
import { bundleOf } from "./workflow-code.ts";

/*
 * Histories that no server writes. Whatever they are, each ends in a result or in an error that says what is wrong, in bounded time,
 * and the replayer goes on with the next one.
 */

const workflowBundle = { code: await bundleOf("mod.ts") };
/** What errors say that nobody foresaw. */
const UNFORESEEN =
  /Cannot read prop|is not a function|is not iterable|undefined is not|Maximum call stack|\[object Object\]/;
/** Workflow code that writes out a value which is too deep for that: its own error, told with where it came from. */
const OF_WORKFLOW_CODE = /RangeError: Maximum call stack size exceeded\n +at Array\.(join|toString)/;

interface Hostile {
  readonly name: string;
  readonly history: ReplayHistory;
}

async function replayed(given: readonly Hostile[]): Promise<ReplayResult[]> {
  const histories = given.map(({ name, history }) => ({ workflowId: name, history }));
  const results: ReplayResult[] = [];
  for await (const result of Worker.runReplayHistories({ workflowBundle }, histories)) results.push(result);
  return results;
}

function unclear({ workflowId, error }: ReplayResult): string[] {
  if (error === undefined) return [];
  if (OF_WORKFLOW_CODE.test(error.message)) return [];
  const isKnown = error.name === "ReplayError" || error.name === "DeterminismViolationError";
  return isKnown && !UNFORESEEN.test(error.message) ? [] : [`${workflowId}: ${error.name}: ${error.message}`];
}

/** Mulberry32: the same histories on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function mutated(): Hostile[] {
  const random = randomFrom(20261122);
  const names = Object.keys(mutations);
  const made: Hostile[] = [];
  for (const [index, subject] of subjects.entries()) {
    const { events } = historyToJson({ events: recorded(subject).events }) as unknown as {
      events: JsonEvent[];
    };
    for (let nth = 0; nth < 3; nth++) {
      // Every mutation in turn, so that each meets about 20 histories.
      const name = names[(index * 3 + nth) % names.length]!;
      const at = Math.floor(random() * events.length);
      const history = { events: mutations[name]!(structuredClone(events), at) };
      made.push({ name: `${subject}: ${name}, at ${at + 1}`, history: JSON.stringify(history) });
    }
  }
  return made;
}

test("every mutation of recorded histories ends in a result or a clear error", {
  timeout: 240_000,
}, async () => {
  const given = mutated();
  expect(given.length).toBeGreaterThanOrEqual(528);
  const results = await replayed(given);
  expect(results.map(({ workflowId }) => workflowId)).toEqual(given.map(({ name }) => name));
  expect(results.flatMap(unclear)).toEqual([]);
  // They are not all refused at the door, nor do all of them pass.
  for (const kind of ["DeterminismViolationError", "ReplayError", undefined]) {
    expect(results.filter(({ error }) => error?.name === kind).length, kind).toBeGreaterThan(20);
  }
});

/** How many histories are spoilt by chance, and by which; without the variables the same ones each time. */
const SPOILT = Number(process.env["SPOILT_HISTORIES"] ?? 300);
const SPOILT_SEED = Number(process.env["SPOILT_SEED"] ?? 20261123);

/** Any history, spoilt once to four times: what one change has made, the next one finds. */
function spoilt(): Hostile[] {
  const random = randomFrom(SPOILT_SEED);
  const names = Object.keys(mutations);
  const below = (end: number): number => Math.floor(random() * end);
  return Array.from({ length: SPOILT }, (_, nth) => {
    const subject = subjects[below(subjects.length)]!;
    const { events } = historyToJson({ events: recorded(subject).events }) as unknown as {
      events: JsonEvent[];
    };
    let left = structuredClone(events);
    const done: string[] = [];
    for (let times = 1 + below(4); times > 0 && left.length > 0; times--) {
      const [name, at] = [names[below(names.length)]!, below(left.length)];
      // Some leave what is no event: the next change is for those that are.
      if (left.some((event) => typeof event !== "object" || event === null)) break;
      left = mutations[name]!(left, at) as JsonEvent[];
      done.push(`${name}, at ${at + 1}`);
    }
    return { name: `${nth} ${subject}: ${done.join("; ")}`, history: JSON.stringify({ events: left }) };
  });
}

test("histories that are spoilt several times over", { timeout: 60_000 + SPOILT * 500 }, async () => {
  const given = spoilt();
  const results = await replayed(given);
  expect(results.map(({ workflowId }) => workflowId)).toEqual(given.map(({ name }) => name));
  expect(results.flatMap(unclear).join("\n")).toBe("");
});

test("bytes that are cut or changed anywhere", { timeout: 120_000 }, async () => {
  const random = randomFrom(7);
  const bytes = encodeHistory({ events: [...recorded("child-with-options").events] });
  const given: Hostile[] = [];
  for (let nth = 0; nth < 150; nth++) {
    const at = Math.floor(random() * bytes.length);
    given.push({ name: `cut at ${at}`, history: bytes.slice(0, at) });
    given.push({ name: `changed at ${at}`, history: bytes.with(at, Math.floor(random() * 256)) });
  }
  expect((await replayed(given)).flatMap(unclear)).toEqual([]);
});

function signalled(count: number): Uint8Array {
  const [started] = recorded("signal-one").events;
  const signals = Array.from(
    { length: count },
    (_, index): Init<HistoryEvent> => ({
      eventId: index + 2,
      eventType: EventType.WORKFLOW_EXECUTION_SIGNALED,
      attributes: { case: "workflowExecutionSignaledEventAttributes", value: { signalName: "s" } },
    }),
  );
  return encodeHistory({ events: [started!, ...signals] });
}

test("a million events", { timeout: 120_000 }, async () => {
  const [result] = await replayed([{ name: "long", history: signalled(1_000_000) }]);
  expect(result).toMatchObject({ events: 1_000_001 });
  expect(unclear(result!)).toEqual([]);
});

test("a failure that is its own cause", async () => {
  const events = structuredClone([...recorded("activity-failure-not-caught").events]);
  const failed = events.find(({ attributes }) => attributes.case === "activityTaskFailedEventAttributes");
  if (failed?.attributes.case !== "activityTaskFailedEventAttributes") throw new Error("no failed activity");
  const { failure } = failed.attributes.value;
  failure!.cause = failure;
  const [result] = await replayed([{ name: "cyclic", history: { events } }]);
  expect(result?.error).toMatchObject({ name: "ReplayError", reason: "badHistory" });
  expect(unclear(result!)).toEqual([]);
});

test("JSON deeper than any stack", async () => {
  const text = `{"events":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`;
  const [result] = await replayed([{ name: "deep", history: text }]);
  expect(result?.error).toMatchObject({ name: "ReplayError", reason: "badHistory" });
});
