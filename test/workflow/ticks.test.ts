import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { ActivityResolution, FailureData, Job } from "../../src/core/activation.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import type { MarkerTime } from "../../src/core/local-activity-jobs.ts";
import { type RecordedWorkflowFields, workflowJob } from "./tick-jobs.ts";
import { cancelJob, type Harness, harness, payload, signalJob, timerJob, updateJob } from "./vm-harness.ts";

/**
 * Compares how many microtasks each API call takes with what was recorded under the official SDK.
 */
interface Table {
  readonly interceptors: { readonly [set: string]: Part };
}
interface Part {
  readonly alone: {
    readonly [label: string]: Measured & { readonly step: number | null; readonly began: string[] };
  };
  readonly issued: { readonly [label: string]: readonly (readonly [string, number])[] };
  readonly pairs: { readonly [labels: string]: Measured & { readonly log: readonly Noted[] } };
}
interface Measured {
  readonly activations: readonly (readonly RecordedJob[])[];
}
type Noted = readonly [label: string, step: number];
type RecordedJob = { readonly [kind: string]: RecordedFields };
interface RecordedFields extends RecordedWorkflowFields {
  readonly isLocal: boolean;
  readonly signalName: string;
  readonly id: string;
  readonly name: string;
  readonly runValidator: boolean;
  readonly input: readonly { readonly data: string }[];
  readonly result: {
    readonly completed?: object;
    readonly failed?: { readonly failure: object };
    readonly cancelled?: { readonly failure: object };
    readonly backoff?: { readonly attempt: number; readonly backoffDuration: MarkerTime };
  };
}

const folder = new URL("../", import.meta.url);
const table: Table = JSON.parse(
  await readFile(new URL("histories/ticks/official-1.24.0.json", folder), "utf8"),
) as Table;
const workflows = new URL("conformance/workflows/ticks.ts", folder);
const interceptorModules: { readonly [set: string]: readonly string[] } = {
  none: [],
  oneAwaiting: ["one-awaiting"],
  twoAwaiting: ["two-awaiting"],
  oneReturning: ["one-returning"],
  twoReturning: ["two-returning"],
};

// `yield*` in async generators takes other ticks when esbuild lowers it than when swc does: no matter of this runtime.
const isCovered = (label: string): boolean => label !== "callForAwaitDelegated";

function sandbox(set: string): Promise<Harness> {
  const file = (name: string): URL => new URL(`conformance/workflows/tick-interceptors/${name}.ts`, folder);
  return harness({
    workflows,
    interceptors: (interceptorModules[set] ?? []).map(file),
  });
}

function measure(
  { start }: Pick<Harness, "start">,
  labels: readonly string[],
  activations: readonly (readonly Job[])[],
): { began: string[]; commands: string[]; log: readonly Noted[] } {
  const run = start("ticks", { args: labels });
  if (run.first.kind === "failure") throw new Error(run.first.failure.message);
  const began = run.first.commands.map(inWords);
  let commands: readonly WorkflowCommand[] = [];
  for (const jobs of activations) commands = run.commands(jobs);
  const log = run.query("readLog") as readonly Noted[];
  run.close();
  return { began, commands: commands.map(inWords), log };
}

const recordedJobs = (measured: Measured, marks: boolean): Job[][] =>
  measured.activations.map((jobs) => jobs.map((job) => toJob(job, marks)));

function toJob(recorded: RecordedJob, marks: boolean): Job {
  const [[kind, fields]] = Object.entries(recorded) as [[string, RecordedFields]];
  if (kind === "fireTimer") return timerJob(fields.seq);
  if (kind === "cancelWorkflow") return cancelJob;
  if (kind === "signalWorkflow") {
    if (fields.signalName === "startRuler") return signalJob("startRuler", marks);
    const args = fields.input.map(({ data }): unknown => JSON.parse(atob(data)));
    return signalJob(fields.signalName, ...args);
  }
  if (kind === "doUpdate") {
    const args = fields.input.map(({ data }): unknown => JSON.parse(atob(data)));
    return updateJob(fields.name, { args, updateId: fields.id, runValidator: fields.runValidator });
  }
  const ofWorkflow = workflowJob(kind, fields, toFailure);
  if (ofWorkflow !== undefined) return ofWorkflow;
  if (kind !== "resolveActivity") throw new Error(`No job of kind ${kind} is expected`);
  const { completed, failed, cancelled, backoff } = fields.result;
  if (backoff !== undefined) {
    const { attempt, backoffDuration } = backoff;
    const resolution = {
      kind: "backoff",
      attempt,
      backoff: backoffDuration,
      originalScheduleTime: undefined,
    } as const;
    return { kind: "resolveLocalActivity", seq: fields.seq, resolution };
  }
  const resolution: ActivityResolution =
    completed !== undefined
      ? { kind: "completed", result: payload("done") }
      : failed === undefined
        ? { kind: "cancelled", failure: toFailure(cancelled!.failure) }
        : { kind: "failed", failure: toFailure(failed.failure) };
  return {
    kind: fields.isLocal === true ? "resolveLocalActivity" : "resolveActivity",
    seq: fields.seq,
    resolution,
  };
}

function toFailure(recorded: object): FailureData {
  const { canceledFailureInfo, applicationFailureInfo, ...rest } = recorded as {
    readonly canceledFailureInfo?: object;
    readonly applicationFailureInfo?: object;
  };
  return {
    ...rest,
    failureInfo:
      canceledFailureInfo === undefined
        ? { case: "applicationFailureInfo", value: { ...applicationFailureInfo } }
        : { case: "canceledFailureInfo", value: {} },
  };
}

const officialKinds: { readonly [kind: string]: string } = {
  completeWorkflow: "completeWorkflowExecution",
  failWorkflow: "failWorkflowExecution",
  continueAsNew: "continueAsNewWorkflowExecution",
  respondToUpdate: "updateResponse",
  startChildWorkflow: "startChildWorkflowExecution",
  cancelChildWorkflow: "cancelChildWorkflowExecution",
  signalExternalWorkflow: "signalExternalWorkflowExecution",
  cancelSignalExternal: "cancelSignalWorkflow",
  cancelNexusOperation: "requestCancelNexusOperation",
  requestCancelExternalWorkflow: "requestCancelExternalWorkflowExecution",
};

function inWords(command: WorkflowCommand): string {
  const parts: (string | number)[] = [officialKinds[command.kind] ?? command.kind];
  if ("seq" in command) parts.push(command.seq);
  if (command.kind === "respondToUpdate") parts.push(command.protocolInstanceId, command.response.kind);
  if (command.kind === "setPatchMarker") parts.push(command.patchId);
  if (command.kind === "startTimer") parts.push(`${command.startToFireMs}ms`);
  return parts.join(" ");
}

/** Places of commands among the timers that the ruler starts at each step. */
function amongMarks(commands: readonly string[]): (readonly [string, number])[] {
  let marks = 0;
  const placed: (readonly [string, number])[] = [];
  for (const command of commands) {
    if (/^startTimer \d+ 100\d\dms$/.test(command)) marks++;
    else placed.push([command, marks]);
  }
  return placed;
}

const only = <T>(entries: { readonly [label: string]: T }): [string, T][] =>
  Object.entries(entries).filter(([label]) => isCovered(label));

const together = ["activity", "timer", "child", "signal", "update", "localActivity", "condition"];

test("a run whose stacks are asked for takes as many ticks", async () => {
  const part = table.interceptors["oneAwaiting"]!;
  const { start } = await sandbox("oneAwaiting");
  const noticed: Pick<Harness, "start"> = {
    start: (type, options) => start(type, { ...options, facts: { keepsWaitSites: true } }),
  };
  const seen = only(part.alone).map(([label, measured]) => {
    const { log, began } = measure(noticed, [label], recordedJobs(measured, false));
    return [label, log.find(([noted]) => noted === label)?.[1] ?? null, began] as const;
  });
  expect(seen).toEqual(only(part.alone).map(([label, { step, began }]) => [label, step, began] as const));
});

describe.each(Object.keys(interceptorModules))("interceptors: %s", (set) => {
  const part = table.interceptors[set]!;

  test("each call begins with the same commands and settles after as many ticks as in the official SDK", async () => {
    const inside = await sandbox(set);
    const expected = only(part.alone).map(([label, { step, began }]) => [label, step, began] as const);
    const seen = only(part.alone).map(([label, measured]) => {
      const { log, began } = measure(inside, [label], recordedJobs(measured, false));
      return [label, log.find(([noted]) => noted === label)?.[1] ?? null, began] as const;
    });
    expect(seen).toEqual(expected);
    expect(seen.length).toBeGreaterThanOrEqual(121);
  });

  test("commands are issued at the same ticks", async () => {
    const inside = await sandbox(set);
    const ends = ["return", "fail", "continueAsNew"];
    const labels = only(part.issued).map(([label]) => label);
    const seen = labels.map((label) => {
      const isEnd = ends.includes(label);
      const jobs = isEnd
        ? [[signalJob("startRuler", true), signalJob("poke", label)]]
        : recordedJobs(part.alone[label]!, true);
      return [label, amongMarks(measure(inside, isEnd ? [] : [label], jobs).commands)] as const;
    });
    expect(seen).toEqual(only(part.issued));
    expect(seen.length).toBeGreaterThanOrEqual(45);
  });

  test("pairs that are resolved in one activation settle in the same order", async () => {
    const inside = await sandbox(set);
    const seen = only(part.pairs).map(([labels, measured]) => {
      return [labels, measure(inside, labels.split(" "), recordedJobs(measured, false)).log] as const;
    });
    expect(seen).toEqual(only(part.pairs).map(([labels, { log }]) => [labels, log]));
    expect(seen.length).toBeGreaterThanOrEqual(together.length ** 2);
  });
});
