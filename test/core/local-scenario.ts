import { expect } from "vitest";
import type { Init } from "../../src/codec-runtime/init.ts";
import type { ActivityCancellation, WorkflowCommand } from "../../src/core/command.ts";
import type { AttributesOf } from "../../src/core/history/event-kinds.ts";
import type { LocalActivityResult, ScheduleLocalActivity } from "../../src/core/local-activity-jobs.ts";
import { taskOf } from "./history-builder.ts";
import { PlayedRun, Transitions } from "./played-run.ts";
import { Player, startTimer } from "./player.ts";

/** Those that scenarios of the file took. */
export const transitions: Transitions = new Transitions();
const utf8 = new TextEncoder();

export function call(seq: number, more: Partial<ScheduleLocalActivity> = {}): WorkflowCommand {
  return {
    kind: "scheduleLocalActivity",
    seq,
    activityId: `${seq}`,
    activityType: "greet",
    headers: {},
    args: [],
    attempt: 1,
    startToCloseTimeoutMs: 1000,
    cancellationType: "TRY_CANCEL",
    ...more,
  };
}

export const cancel = (seq: number): WorkflowCommand => ({ kind: "requestCancelLocalActivity", seq });
export const completed = { kind: "completed", result: { data: Uint8Array.of(7) } } as const;
export const failure = {
  message: "no",
  failureInfo: { case: "applicationFailureInfo", value: { type: "No" } },
} as const;

export type Marker = Init<AttributesOf<"markerRecorded">>;

export function marker(seq: number, data: object = {}, more: Marker = {}): Marker {
  const whole = {
    seq,
    attempt: 1,
    activity_id: `${seq}`,
    activity_type: "greet",
    complete_time: null,
    ...data,
  };
  return raw(JSON.stringify(whole), more);
}

export function raw(data: string, more: Marker = {}): Marker {
  const details = { data: { payloads: [{ data: utf8.encode(data) }] } };
  return { markerName: "core_local_activity", details, ...more };
}

export class Scenario extends PlayedRun {
  constructor() {
    super(transitions);
  }

  results(...results: (Partial<LocalActivityResult> & { readonly seq: number })[]): string[] {
    const whole = results.map((result) => ({ end: completed, attempt: 1, runtimeMs: 5, ...result }));
    return this.player.step({ kind: "localResults", results: whole });
  }

  heartbeat(): string[] {
    return this.player.step({ kind: "heartbeat" });
  }

  get answer(): { readonly force: boolean | undefined } {
    return { force: this.player.effect("respond").answer.forceCreateNewWorkflowTask };
  }
}

/** A workflow whose first task called local activity 1, which runs. */
export function running(cancellationType: ActivityCancellation = "TRY_CANCEL"): Scenario {
  const s = new Scenario();
  s.task();
  expect(s.complete(call(1, { cancellationType }), startTimer(1))).toEqual([
    "localActivities run 1",
    "awaitLocals 10000",
  ]);
  return s;
}

/** Which markers of the last answer stand apart. */
export function marked(s: Scenario): boolean[] {
  return sent(s).flatMap((command) => (typeof command === "string" ? [] : [command.apart === true]));
}

/** The commands of the last answer: markers by what they hold, others by their names. */
export function sent(s: Scenario): (string | { readonly seq: number; readonly apart?: boolean })[] {
  return (s.player.effect("respond").answer.commands ?? []).map(({ attributes }) => {
    if (attributes?.case !== "recordMarkerCommandAttributes")
      return `${attributes?.case}`.replace("CommandAttributes", "");
    const data = attributes.value.details?.["data"]?.payloads?.[0]?.data;
    return JSON.parse(new TextDecoder().decode(data)) as { readonly seq: number };
  });
}

/** Replays a task with the marker events given, code making these commands in turn. */
export function replayed(
  markers: readonly Marker[],
  ...turns: readonly (readonly WorkflowCommand[])[]
): { player: Player; seen: string[][] } {
  const s = new Scenario();
  s.h.openTask();
  s.h.taskCompleted();
  for (const value of markers) s.h.add("markerRecorded", value);
  s.h.signal("go");
  s.h.openTask();
  const player = new Player({ onTransition: transitions.note });
  const seen = [player.step({ kind: "task", task: taskOf(s.h, { previousStarted: 3 }) })];
  for (const commands of turns) seen.push(player.complete(...commands));
  return { player, seen };
}
