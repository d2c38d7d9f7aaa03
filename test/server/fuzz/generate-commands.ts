import { maybe, span } from "./generate.ts";
import type { Random } from "./random.ts";
import type { CommandPlan, Span } from "./script.ts";

const ACTIVITIES = ["a", "b"] as const;
const TIMERS = ["t", "s"] as const;

/** Commands of one task. At most one of them does something that takes its time: others would follow it in an order of luck. */
export function commandsOf(random: Random, everybody: readonly string[]): readonly CommandPlan[] {
  const commands: CommandPlan[] = [];
  let slow = false;
  for (let left = random.below(4); left > 0; left -= 1) {
    const command = oneCommand(random, everybody);
    if (isSlow(command)) {
      if (slow) continue;
      slow = true;
    }
    commands.push(command);
  }
  // One that closes the run comes last, except to be refused.
  const last = commands.findIndex(({ kind }) => CLOSING.has(kind));
  if (last >= 0 && !random.oneIn(20)) commands.push(...commands.splice(last, 1));
  return commands;
}

const CLOSING: ReadonlySet<string> = new Set(["complete", "fail", "cancelled", "continue"]);

/** Whether others are needed, or time, before all that a command does has happened. */
export function isSlow(command: CommandPlan): boolean {
  switch (command.kind) {
    case "timer":
      return command.span === "short" || command.span === "none";
    case "activity":
      return [command.scheduleToStart, command.scheduleToClose, command.startToClose].includes("short");
    case "child":
    case "signal other":
    case "cancel other":
    case "complete":
    case "fail":
    case "cancelled":
    case "continue":
      return true;
    default:
      return false;
  }
}

function oneCommand(random: Random, everybody: readonly string[]): CommandPlan {
  const others = [...everybody, "nobody"];
  const child = random.oneIn(3);
  return random.weighted<() => CommandPlan>([
    [5, () => ({ kind: "timer", id: random.pick(TIMERS), span: timerSpan(random) })],
    [2, () => ({ kind: "cancel timer", id: random.pick(TIMERS) })],
    [8, () => activity(random)],
    [2, () => ({ kind: "cancel activity", id: random.pick(ACTIVITIES) })],
    [everybody.includes("child") ? 6 : 0, () => childOf(random)],
    [4, () => ({ kind: "signal other", to: random.pick(others), child })],
    [1, () => ({ kind: "cancel other", to: random.pick(others), child })],
    [2, () => ({ kind: "marker", name: random.oneIn(6) ? "" : "m" })],
    [2, () => ({ kind: "attribute", value: random.pick(["good", "none", "good", "unknown", "mistyped"]) })],
    [1, () => ({ kind: "memo", value: random.pick(["new", null]) })],
    [1, () => ({ kind: "complete" })],
    [1, () => ({ kind: "fail", forGood: random.oneIn(3) })],
    [1, () => ({ kind: "cancelled" })],
    [
      1,
      () => ({
        kind: "continue",
        ...maybe(random, 4, { delay: span(random) }),
        ...maybe(random, 12, { bad: true }),
      }),
    ],
  ])();
}

function timerSpan(random: Random): Span {
  return random.weighted<Span>([
    [6, "long"],
    [4, "short"],
    [1, "none"],
    [1, "negative"],
  ]);
}

function activity(random: Random): CommandPlan {
  return {
    kind: "activity",
    id: random.pick(ACTIVITIES),
    ...maybe(random, 8, { scheduleToStart: span(random) }),
    ...maybe(random, 5, { startToClose: random.pick(["long", "short", "none", "negative"] as const) }),
    ...maybe(random, 8, { scheduleToClose: span(random) }),
    ...maybe(random, 8, { heartbeat: span(random) }),
    ...maybe(random, 2, { attempts: random.below(4) }),
    ...maybe(random, 3, { interval: random.pick(["short", "long"] as const) }),
    ...maybe(random, 4, { eager: true }),
  };
}

function childOf(random: Random): CommandPlan {
  return {
    kind: "child",
    id: "child",
    closePolicy: random.below(4),
    reuse: random.below(4),
    ...maybe(random, 10, { runTimeout: "short" as const }),
  };
}
