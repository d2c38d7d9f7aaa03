import type { Step } from "../fuzz/script.ts";
import { script } from "../fuzz/scripted.ts";
import type { Scenario } from "./scenario.ts";

const start: Step = { kind: "start", wf: "w", options: {} };
const poll: Step = { kind: "poll", wf: "w" };

function respond(
  commands: Extract<Step, { readonly kind: "respond" }>["commands"],
  more: Partial<Extract<Step, { readonly kind: "respond" }>> = {},
): Step {
  return { kind: "respond", wf: "w", commands, updates: ["complete"], queries: "answer", ...more };
}

/** What `npm run fuzz:server` found, each with the seed that it was found with, cut to what is needed. */
export const FUZZED: readonly Scenario[] = [
  script("5: the task that nobody had is shown when the run is terminated", [
    start,
    { kind: "terminate", wf: "w" },
    { kind: "cancel", wf: "w" },
  ]),
  script("3: a run made by a reset has the time of it, and the start's request id", [
    { kind: "start", wf: "w", options: { memo: true } },
    poll,
    { kind: "fail task", wf: "w", cause: 3 },
    { kind: "reset", wf: "w", part: 41, any: false, exclude: [1] },
  ]),
  script("6: a transient task is not in the history once something else has come", [
    start,
    poll,
    respond([{ kind: "activity", id: "b", startToClose: "negative", attempts: 3 }]),
    { kind: "signal", wf: "w" },
  ]),
  script("118: a timer without time fires at once", [
    start,
    poll,
    respond([{ kind: "timer", id: "s", span: "none" }]),
  ]),
  script("119: a timer with negative time", [
    start,
    poll,
    respond([{ kind: "timer", id: "t", span: "negative" }]),
  ]),
  script("136: a timer twice", [
    start,
    poll,
    respond([
      { kind: "timer", id: "t", span: "long" },
      { kind: "timer", id: "t", span: "long" },
    ]),
  ]),
  script("228: a timer that is cancelled and was not started", [
    start,
    poll,
    respond([{ kind: "cancel timer", id: "s" }]),
  ]),
  script("101: what is checked first of a signal with start", [
    { kind: "signal with start", wf: "w", options: { delay: "long", cron: "nonsense" } },
    { kind: "signal with start", wf: "w", options: { executionTimeout: "negative", cron: "nonsense" } },
    { kind: "signal with start", wf: "w", options: { reuse: 4, conflict: 1 } },
    { kind: "signal with start", wf: "w", options: { conflict: 1, runTimeout: "negative" } },
    { kind: "signal with start", wf: "w", options: { conflict: 1, delay: "negative" } },
    { kind: "signal with start", wf: "w", options: { conflict: 1 } },
    start,
    { kind: "signal with start", wf: "w", options: { delay: "long", cron: "nonsense" } },
  ]),
  script("326: what is checked first of a start", [
    { kind: "start", wf: "w", options: { executionTimeout: "negative", cron: "nonsense" } },
    { kind: "start", wf: "w", options: { executionTimeout: "negative", retry: "negative" } },
    { kind: "start", wf: "w", options: { delay: "negative", cron: "nonsense" } },
  ]),
  script("125: a reset to a task that no worker had", [
    start,
    poll,
    { kind: "reset", wf: "w", part: 33, any: false, exclude: [3] },
    poll,
  ]),
  script("202: a reset behind a task that timed out", [
    { kind: "start", wf: "w", options: { impatient: true } },
    poll,
    { kind: "signal", wf: "w", request: "s1" },
    { kind: "leave task", wf: "w" },
    { kind: "reset", wf: "w", part: 81, any: true, exclude: [], reapply: 1 },
    poll,
  ]),
  script("309: a reset behind a task that failed", [
    start,
    poll,
    { kind: "fail task", wf: "w", cause: 21 },
    { kind: "signal", wf: "w", request: "s1" },
    { kind: "reset", wf: "w", part: 81, any: true, exclude: [], reapply: 1 },
    poll,
  ]),
  script("221: the task that is returned brings an update, and a signal has come meanwhile", [
    start,
    poll,
    { kind: "update", wf: "w", id: "x", stage: 3 },
    respond([{ kind: "signal other", to: "w", child: true }], { another: true }),
    respond([]),
  ]),
  script("317: a signal that was seen, after the end", [
    start,
    { kind: "signal", wf: "w", request: "s1" },
    { kind: "terminate", wf: "w" },
    { kind: "signal", wf: "w", request: "s1" },
    { kind: "signal", wf: "w", request: "s2" },
  ]),
  script("20007: after a reset a signal counts that was seen before", [
    start,
    poll,
    respond([]),
    { kind: "signal", wf: "w", request: "s1" },
    { kind: "reset", wf: "w", part: 0, any: false, exclude: [] },
    { kind: "signal", wf: "w", request: "s1" },
  ]),
  script("1076: an update accepted behind continue-as-new", [
    start,
    { kind: "update", wf: "w", id: "x", stage: 3 },
    respond([{ kind: "continue" }]),
  ]),
  script("1064: an update has a run continue before its cron schedule begins it", [
    { kind: "start", wf: "w", options: { cron: "0 0 1 1 *" } },
    { kind: "update", wf: "w", id: "x", stage: 3 },
    respond([{ kind: "continue" }], { updates: ["reject"] }),
  ]),
  script("2154: the task of an update fails in a run that waits for its delay", [
    { kind: "start", wf: "w", options: { delay: "long" } },
    { kind: "update", wf: "w", id: "x", stage: 2 },
    respond([{ kind: "marker", name: "" }]),
    poll,
  ]),
  script("5084: an activity of a run that is over goes to nobody", [
    start,
    poll,
    respond([{ kind: "activity", id: "a", attempts: 3, interval: "long" }]),
    { kind: "reset", wf: "w", part: 28, any: false, exclude: [] },
    { kind: "poll activity", wf: "w", id: "a" },
    poll,
    respond([{ kind: "activity", id: "a" }]),
    { kind: "poll activity", wf: "w", id: "a" },
  ]),
  script("5030: the end of the execution comes before that of its task", [
    { kind: "start", wf: "w", options: { executionTimeout: "short", eager: true } },
  ]),
  script("2050: a request id that waits in the buffer", [
    start,
    poll,
    { kind: "start", wf: "w", options: { reuse: 2, conflict: 2, attach: true } },
    respond([]),
  ]),
  script("2166: an execution with a cron schedule expires while it waits", [
    { kind: "start", wf: "w", options: { executionTimeout: "short", cron: "@every 1h" } },
  ]),
  script("2022: a run that fails at once is tried again no sooner than after a second", [
    { kind: "start", wf: "w", options: { retry: "short" } },
    poll,
    respond([{ kind: "fail", forGood: false }]),
    poll,
    respond([{ kind: "complete" }]),
  ]),
  script("20327: a signal with the request id of a start that is over starts anew", [
    { kind: "start", wf: "w", options: { request: "r1" } },
    { kind: "terminate", wf: "w" },
    { kind: "signal with start", wf: "w", options: { request: "r1" } },
  ]),
  script("40267: a signal with the request id of a start that is over, and the id may not be used again", [
    { kind: "start", wf: "w", options: { request: "r1" } },
    { kind: "terminate", wf: "w" },
    { kind: "signal with start", wf: "w", options: { request: "r1", reuse: 3 } },
  ]),
  script("40627: a signal with the request id of the start ends what runs", [
    { kind: "start", wf: "w", options: { request: "r1" } },
    { kind: "signal with start", wf: "w", options: { request: "r1", conflict: 3 } },
  ]),
  script("20200: the parent of a child that is reset hears of the end of the new run alone", [
    start,
    poll,
    respond([{ kind: "child", id: "child", closePolicy: 1, reuse: 1 }]),
    { kind: "poll", wf: "child" },
    { kind: "reset", wf: "child", part: 0, any: false, exclude: [] },
    { kind: "poll", wf: "child" },
    {
      kind: "respond",
      wf: "child",
      commands: [{ kind: "complete" }],
      updates: ["complete"],
      queries: "answer",
    },
  ]),
  script("20052: what attached itself to a run holds after a reset, whatever is left out", [
    start,
    poll,
    respond([{ kind: "timer", id: "t", span: "long" }]),
    { kind: "start", wf: "w", options: { conflict: 2, attach: true } },
    { kind: "signal", wf: "w" },
    { kind: "start", wf: "w", options: { conflict: 2, attach: true, request: "r7" } },
    { kind: "reset", wf: "w", part: 50, any: false, exclude: [], reapply: 2 },
    { kind: "start", wf: "w", options: { conflict: 2, attach: true, request: "r7" } },
  ]),
  script("a worker that is gone, and an activity that it took along", [
    start,
    poll,
    respond([{ kind: "activity", id: "a", eager: true }], { lost: true }),
    { kind: "activity", wf: "w", id: "a", how: "complete", byId: false },
    poll,
    respond([], { lost: true }),
    { kind: "update", wf: "w", id: "u", stage: 3 },
    respond([], { lost: true }),
    { kind: "forget", wf: "w" },
    { kind: "signal", wf: "w" },
    poll,
  ]),
  script("90090: an update with the start that was there, and the run fails under both", [
    { kind: "start", wf: "w", options: { request: "r1" } },
    { kind: "update with start", wf: "w", id: "x", stage: 2, options: { request: "r1" } },
    respond([{ kind: "fail", forGood: false }], { updates: ["complete"], queries: "omit" }),
  ]),
  script("90771: a cancel request to the child of a run that was taken back, when that child is over", [
    start,
    poll,
    respond([{ kind: "child", id: "child", closePolicy: 1, reuse: 3, runTimeout: "short" }]),
    { kind: "reset", wf: "w", part: 17, any: false, exclude: [], reapply: 3 },
    poll,
    respond([{ kind: "cancel other", to: "child", child: true }], { ordered: true }),
  ]),
  script("110099: the queue of a task for an update, when the sticky queue was forgotten meanwhile", [
    start,
    poll,
    respond([], { updates: ["ignore"], queries: "omit", sticky: true }),
    { kind: "update", wf: "w", id: "x", stage: 2 },
    { kind: "forget", wf: "w" },
    { kind: "signal", wf: "w" },
    poll,
    respond([]),
  ]),
];
