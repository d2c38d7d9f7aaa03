import { commandsOf, isSlow } from "./generate-commands.ts";
import { Random } from "./random.ts";
import type { How, Script, Span, StartOptions, Step, UpdateAnswer } from "./script.ts";

const ACTIVITIES = ["a", "b"] as const;
const UPDATES = ["u", "v", "x"] as const;

/** The script of a seed. */
export function generate(seed: number, length = 24): Script {
  const random = new Random(seed);
  const workflows = random.oneIn(3) ? ["w", "other"] : ["w"];
  const everybody = random.oneIn(2) ? [...workflows, "child"] : workflows;
  const steps: Step[] = [{ kind: "start", wf: "w", options: startOptions(random) }];
  while (steps.length < length) steps.push(...moves(random, everybody));
  return { seed, steps };
}

/** What comes next: one step, or several that belong together. */
function moves(random: Random, everybody: readonly string[]): readonly Step[] {
  const wf = random.oneIn(4) ? random.pick(everybody) : "w";
  const id = random.pick(ACTIVITIES);
  return random.weighted<() => readonly Step[]>([
    [9, () => [{ kind: "poll", wf }, respond(random, wf, everybody)]],
    [3, () => [{ kind: "poll", wf }]],
    [4, () => [respond(random, wf, everybody)]],
    [6, () => [{ kind: "poll activity", wf, id }, activity(random, wf, id)]],
    [3, () => [activity(random, wf, id)]],
    [5, () => [{ kind: "signal", wf, ...maybe(random, 4, { request: "s1" }) }]],
    [3, () => [query(random, wf)]],
    [4, () => [update(random, wf), respond(random, wf, everybody)]],
    [2, () => [update(random, wf)]],
    [2, () => [{ kind: "fail task", wf, cause: random.pick([0, 14, 21, 3]) }]],
    [
      1,
      () => [
        { kind: "poll", wf },
        { kind: "leave task", wf },
      ],
    ],
    [1, () => [{ kind: "late answer", wf }]],
    [1, () => [{ kind: "forget", wf }]],
    [2, () => [{ kind: "start", wf: notChild(wf), options: startOptions(random) }]],
    [1, () => [{ kind: "signal with start", wf: notChild(wf), options: startOptions(random) }]],
    [1, () => [updateWithStart(random, notChild(wf)), respond(random, notChild(wf), everybody)]],
    [1, () => [{ kind: "cancel", wf, ...maybe(random, 3, { request: "c1" }) }]],
    [1, () => [terminate(random, wf)]],
    [2, () => [reset(random, wf)]],
    [1, () => [pages(random, wf)]],
    [1, () => [list(random)]],
    [random.oneIn(4) ? 1 : 0, () => [{ kind: "delete", wf }]],
  ])();
}

function notChild(wf: string): string {
  return wf === "child" ? "w" : wf;
}

/** What is given, once in so many times. */
export function maybe<Value extends object>(random: Random, times: number, value: Value): Partial<Value> {
  return random.oneIn(times) ? value : {};
}

/** Mostly long, so that nothing happens by itself. */
export function span(random: Random): Span {
  return random.weighted<Span>([
    [5, "long"],
    [2, "short"],
    [1, "none"],
  ]);
}

function startOptions(random: Random): StartOptions {
  const options = anyOptions(random);
  const soon = options.runTimeout === "short" || options.executionTimeout === "short";
  if (!soon) return options;
  // What becomes due at one moment comes in an order of luck; and what waits for long can be woken, for tasks as short as the run.
  const { delay: _, eager: __, retry, ...rest } = options;
  return retry === undefined || retry === "long" ? rest : { ...rest, retry };
}

function anyOptions(random: Random): StartOptions {
  return {
    ...maybe(random, 3, { reuse: random.below(5) }),
    ...maybe(random, 3, { conflict: random.below(4) }),
    ...maybe(random, 4, { request: "r1" }),
    ...maybe(random, 12, { runTimeout: random.pick(["short", "long", "negative"] as const) }),
    ...maybe(random, 16, { executionTimeout: random.pick(["short", "long", "negative"] as const) }),
    ...maybe(random, 8, { impatient: true }),
    ...maybe(random, 14, { delay: random.pick(["short", "long", "negative"] as const) }),
    ...maybe(random, 14, { cron: random.pick(["@every 1h", "0 0 1 1 *", "nonsense"]) }),
    ...maybe(random, 6, { retry: span(random) }),
    ...maybe(random, 4, { memo: true }),
    ...maybe(random, 4, { attribute: random.pick(["good", "good", "unknown", "mistyped"] as const) }),
    ...maybe(random, 6, { attach: true }),
    ...maybe(random, 12, { eager: true }),
  };
}

function respond(random: Random, wf: string, everybody: readonly string[]): Step {
  const updates = Array.from({ length: 3 }, () =>
    random.pick<UpdateAnswer>(["accept", "reject", "complete", "complete", "ignore"]),
  );
  const commands = commandsOf(random, everybody);
  // What happens by itself soon would be due together with the time of the queue that nobody polls.
  const lost = random.oneIn(8) && !commands.some(isSlow);
  return {
    kind: "respond",
    wf,
    commands,
    updates,
    queries: random.pick(["answer", "answer", "fail", "omit"]),
    ...maybe(random, 2, { finish: true }),
    ...maybe(random, 2, { ordered: true }),
    ...maybe(random, 6, { another: true }),
    ...maybe(random, 10, { force: true }),
    ...maybe(random, 6, { sticky: true }),
    ...(lost ? { lost } : {}),
  };
}

function activity(random: Random, wf: string, id: string): Step {
  const how = random.weighted<How>([
    [4, "complete"],
    [4, "fail"],
    [1, "fail for good"],
    [2, "cancel"],
    [2, "heartbeat"],
  ]);
  return { kind: "activity", wf, id, how, byId: random.oneIn(3) };
}

function query(random: Random, wf: string): Step {
  const answer = random.pick(["answer", "answer", "fail"] as const);
  return { kind: "query", wf, answer, ...maybe(random, 4, { reject: 1 + random.below(3) }) };
}

function update(random: Random, wf: string): Step {
  return { kind: "update", wf, id: random.pick(UPDATES), stage: random.pick([1, 2, 2, 3, 3, 3, 0]) };
}

function updateWithStart(random: Random, wf: string): Step {
  const options = { ...startOptions(random), conflict: random.pick([2, 2, 1, 3]) };
  return {
    kind: "update with start",
    wf,
    id: random.pick(UPDATES),
    stage: random.pick([2, 3]),
    options,
  };
}

function terminate(random: Random, wf: string): Step {
  return { kind: "terminate", wf, ...maybe(random, 3, { run: random.pick(["first", "unknown"] as const) }) };
}

function reset(random: Random, wf: string): Step {
  return {
    kind: "reset",
    wf,
    part: random.below(100),
    any: random.oneIn(4),
    exclude: random.oneIn(3) ? [1 + random.below(4)] : [],
    ...maybe(random, 4, { reapply: 1 + random.below(3) }),
  };
}

function pages(random: Random, wf: string): Step {
  return { kind: "pages", wf, size: 1 + random.below(6), reverse: random.oneIn(2) };
}

function list(random: Random): Step {
  const queries = [
    "",
    "ExecutionStatus = 'Running'",
    "ExecutionStatus != 'Running'",
    "CustomKeyword = 'k'",
    "CustomKeyword IS NULL",
    "CloseTime IS NULL",
    "Nonsense = 1",
    "RunId",
  ];
  return { kind: "list", query: random.pick(queries), count: random.oneIn(2) };
}
