import { describe, expect, test } from "vitest";
import type { FailureData } from "../../src/core/activation.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import { update } from "../../src/core/machines/update.ts";
import type { Message } from "../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import {
  decodeAcceptance,
  decodeRejection,
  decodeResponse,
} from "../../src/gen/codec/temporal/api/update/v1/message.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { Transitions } from "./played-run.ts";
import { cancelActivity, complete, Player, scheduleActivity, startTimer } from "./player.ts";
import { message, request, say } from "./update-words.ts";

const transitions = new Transitions();
const failure: FailureData = { message: "no" };
const accept = (id: string): WorkflowCommand => say(id, { kind: "accepted" });
const reject = (id: string): WorkflowCommand => say(id, { kind: "rejected", failure });
const finish = (id: string): WorkflowCommand =>
  say(id, { kind: "completed", result: { data: Uint8Array.of(7) } });

/** A run whose first task (events 1 to 3) is answered with `first`, played live. */
class Live {
  readonly h = new HistoryBuilder();
  readonly player = new Player({
    onTransition: transitions.note,
  });
  #from = 1;
  #previous = 0;

  constructor() {
    this.h.started();
  }

  task(messages: (sequencing: number) => Message[] = () => []): string[] {
    if (this.#previous !== 0) this.player.answered();
    const started = this.h.openTask();
    const task = taskOf(this.h, { from: this.#from, previousStarted: this.#previous });
    this.#from = started + 1;
    this.#previous = started;
    return this.player.step({ kind: "task", task: { ...task, messages: messages(started - 1) } });
  }

  complete(...commands: WorkflowCommand[]): string[] {
    return this.player.complete(...commands);
  }

  get messages(): readonly { readonly id?: string | undefined; readonly body?: unknown }[] {
    return this.player.effect("respond").answer.messages ?? [];
  }

  get ids(): unknown[] {
    return this.messages.map(({ id }) => id);
  }
}

function bodyOf<T>(live: Live, index: number, decode: (bytes: Uint8Array) => T): T {
  const body = live.messages[index]?.body as { value: Uint8Array };
  return decode(body.value);
}

const accepted = (h: HistoryBuilder, id: string, sequencing: number): number =>
  h.add("workflowExecutionUpdateAccepted", {
    protocolInstanceId: id,
    acceptedRequestMessageId: `${id}/request`,
    acceptedRequestSequencingEventId: sequencing,
    acceptedRequest: request(id),
  });
const completed = (h: HistoryBuilder, id: string): number =>
  h.add("workflowExecutionUpdateCompleted", { meta: { updateId: id } });

describe("an update", () => {
  test("is accepted and completed in one task: two messages, each at its place among the commands", () => {
    const live = new Live();
    expect(live.task((id) => [message("u", id)])).toEqual(["activate initializeWorkflow, doUpdate"]);
    const [, job] = live.player.activation.jobs;
    expect(job).toMatchObject({
      kind: "doUpdate",
      updateId: "u",
      protocolInstanceId: "u",
      updateName: "set",
      identity: "me",
      runValidator: true,
    });
    expect(live.complete(startTimer(1), accept("u"), finish("u"), startTimer(2))).toEqual([
      "respond startTimer, protocolMessage, protocolMessage, startTimer",
    ]);
    expect(live.ids).toEqual(["u/request/accept", "u/request/complete"]);
    expect(bodyOf(live, 0, decodeAcceptance)).toMatchObject({
      acceptedRequestMessageId: "u/request",
      acceptedRequestSequencingEventId: 2n,
      acceptedRequest: { meta: { updateId: "u" }, input: { name: "set" } },
    });
    expect(bodyOf(live, 1, decodeResponse)).toMatchObject({
      meta: { updateId: "u" },
      outcome: { value: { case: "success", value: { payloads: [{ data: Uint8Array.of(7) }] } } },
    });
    live.h.taskCompleted();
    live.h.timerStarted(1);
    accepted(live.h, "u", 2);
    completed(live.h, "u");
    live.h.timerStarted(2);
    live.h.signal("go");
    expect(live.task()).toEqual(["activate signalWorkflow go"]);
    expect(live.player.run.updates.size).toBe(0);
    expect(live.complete(complete)).toEqual(["respond completeWorkflowExecution"]);
    expect(live.ids).toEqual([]);
  });

  test("is completed in a later task, or fails there", () => {
    const live = new Live();
    live.task((id) => [message("a", id), message("b", id)]);
    expect(live.complete(accept("a"), accept("b"))).toEqual(["respond protocolMessage, protocolMessage"]);
    live.h.taskCompleted();
    accepted(live.h, "a", 2);
    accepted(live.h, "b", 2);
    live.h.signal("go");
    live.task();
    expect(live.complete(finish("b"), reject("a"))).toEqual(["respond protocolMessage, protocolMessage"]);
    expect(live.ids).toEqual(["b/request/complete", "a/request/complete"]);
    expect(bodyOf(live, 1, decodeResponse).outcome?.value).toMatchObject({
      case: "failure",
      value: { message: "no" },
    });
    live.h.taskCompleted();
    completed(live.h, "b");
    completed(live.h, "a");
    live.h.signal("go");
    expect(live.task()).toEqual(["activate signalWorkflow go"]);
    expect(live.player.run.updates.size).toBe(0);
  });

  test("is completed in a later activation of the task that accepted it", () => {
    const live = new Live();
    live.task((id) => [message("u", id)]);
    expect(live.complete(accept("u"), scheduleActivity(1), cancelActivity(1))).toEqual([
      "activate resolveActivity 1 cancelled",
    ]);
    expect(live.complete(finish("u"))).toEqual(["respond protocolMessage, protocolMessage"]);
  });

  test("bug class 47: is completed though the workflow ended before it in the same activation", () => {
    const live = new Live();
    live.task((id) => [message("u", id)]);
    expect(live.complete(accept("u"), complete, finish("u"))).toEqual([
      "respond protocolMessage, protocolMessage, completeWorkflowExecution",
    ]);
    expect(live.ids).toEqual(["u/request/accept", "u/request/complete"]);
  });

  test("that is rejected leaves a message and no command", () => {
    const live = new Live();
    live.task((id) => [message("u", id)]);
    expect(live.complete(reject("u"))).toEqual(["respond"]);
    expect(live.ids).toEqual(["u/request/reject"]);
    expect(bodyOf(live, 0, decodeRejection)).toMatchObject({
      rejectedRequestMessageId: "u/request",
      rejectedRequest: { meta: { updateId: "u" } },
      failure: { message: "no" },
    });
    expect(live.player.run.updates.size).toBe(0);
  });

  test("is delivered where its sequencing event says, after the signals before it", () => {
    const live = new Live();
    live.h.signal("a");
    const after = live.h.lastId;
    live.h.signal("b");
    expect(live.task(() => [message("u", after)])).toEqual([
      "activate initializeWorkflow, signalWorkflow a, doUpdate, signalWorkflow b",
    ]);
  });

  test.each([
    ["accepted twice", [accept("u"), accept("u")]],
    ["completed before it is accepted", [finish("u")]],
    ["completed twice", [accept("u"), finish("u"), finish("u")]],
  ])("%s is nondeterminism", (_, commands) => {
    const live = new Live();
    live.task((id) => [message("u", id)]);
    expect(live.complete(...commands)).toEqual(["respondFailed 24", "evict nondeterminism"]);
  });

  test("that was never given cannot be answered", () => {
    const live = new Live();
    live.task();
    expect(live.complete(accept("u"))).toEqual(["respondFailed 14", "evict fatal"]);
  });
});

describe("messages that cannot be dealt with fail the task", () => {
  test.each<[string, Partial<Message>]>([
    ["no body", { body: undefined }],
    [
      "another type",
      { body: { typeUrl: "type.googleapis.com/temporal.api.update.v1.Response", value: new Uint8Array(0) } },
    ],
    ["bytes that are no message", { body: { ...message("u", 1).body!, value: Uint8Array.of(255, 255) } }],
    ["no name and no id", { body: { ...message("u", 1).body!, value: new Uint8Array(0) } }],
    ["a command index", { sequencingId: { case: "commandIndex", value: 1n } }],
    ["no place", { sequencingId: { case: undefined } }],
  ])("%s", (_, more) => {
    expect(new Live().task((id) => [message("u", id, more)])).toEqual(["respondFailed 14", "evict fatal"]);
  });
});

describe("replay", () => {
  /** Events 1 to 3, completed 4, then the update, then an open task. */
  function replayed(write: (h: HistoryBuilder) => void): { readonly player: Player; step: string[] } {
    const h = new HistoryBuilder();
    h.started();
    h.fullTask();
    write(h);
    h.signal("go");
    h.openTask();
    const player = new Player({
      onTransition: transitions.note,
    });
    return { player, step: player.step({ kind: "task", task: taskOf(h, { previousStarted: 3 }) }) };
  }

  test("an accepted update is delivered in the task that accepted it, and nothing is said again", () => {
    const { player, step } = replayed((h) => {
      accepted(h, "u", 2);
      completed(h, "u");
    });
    expect(step).toEqual(["activate initializeWorkflow, doUpdate"]);
    expect(player.activation.jobs[1]).toMatchObject({ updateId: "u", runValidator: false });
    expect(player.complete(accept("u"), finish("u"))).toEqual(["activate signalWorkflow go"]);
    expect(player.complete(complete)).toEqual(["respond completeWorkflowExecution"]);
    expect(player.effect("respond").answer.messages).toEqual([]);
  });

  test("an update that code no longer accepts is nondeterminism", () => {
    const { player } = replayed((h) => accepted(h, "u", 2));
    expect(player.complete(reject("u"))).toEqual(["respondFailed 24", "evict nondeterminism"]);
  });

  test("an accepted update goes on live", () => {
    const { player } = replayed((h) => accepted(h, "u", 2));
    expect(player.complete(accept("u"))).toEqual(["activate signalWorkflow go"]);
    expect(player.complete(finish("u"))).toEqual(["respond protocolMessage"]);
    expect(player.effect("respond").answer.messages?.map(({ id }) => id)).toEqual(["u/request/complete"]);
  });

  test("an update that history admits is used for the acceptance that lacks its request", () => {
    const h = new HistoryBuilder();
    h.started();
    h.add("workflowExecutionUpdateAdmitted", { request: request("u") });
    h.fullTask();
    h.add("workflowExecutionUpdateAccepted", {
      protocolInstanceId: "u",
      acceptedRequestMessageId: "u/request",
    });
    h.signal("go");
    h.openTask();
    const player = new Player();
    expect(player.step({ kind: "task", task: taskOf(h, { previousStarted: 4 }) })).toEqual([
      "activate initializeWorkflow, doUpdate",
    ]);
  });
});

test("an admitted update is delivered when it is new", () => {
  const live = new Live();
  live.h.add("workflowExecutionUpdateAdmitted", { request: request("u") });
  expect(live.task()).toEqual(["activate initializeWorkflow, doUpdate"]);
  expect(live.complete(accept("u"))).toEqual(["respond protocolMessage"]);
  expect(bodyOf(live, 0, decodeAcceptance).acceptedRequestSequencingEventId).toBe(2n);
});

test("a discarded task takes back its own machine and flags, not those before it", () => {
  const live = new Live();
  live.task();
  live.complete(scheduleActivity(1));
  live.h.taskCompleted();
  const scheduled = live.h.activityScheduled("1");
  live.player.answered();
  const { player, h } = live;
  const known = h.lastId;
  const speculative = new HistoryBuilder();
  for (const _ of h.build()) speculative.signal("filler");
  speculative.openTask();
  const task = taskOf(h, { from: 4, previousStarted: 3, started: known + 2 });
  const events = [...h.build().slice(3), ...speculative.build().slice(known)];
  player.step({ kind: "task", task: { ...task, events, messages: [message("u", known)] } });
  const used = { kind: "success", commands: [reject("u")], usedFlags: [2], versioningBehavior: 0 } as const;
  expect(player.step({ kind: "completion", completion: used })).toEqual(["respond"]);
  expect(player.effect("respond").answer.sdkMetadata?.langUsedFlags).toEqual([2]);
  expect(player.answered(3)).toEqual([]);
  h.activityCompleted(scheduled);
  h.openTask();
  expect(player.step({ kind: "task", task: taskOf(h, { from: known + 1, previousStarted: 3 }) })).toEqual([
    "activate resolveActivity 1 completed",
  ]);
  player.complete(complete);
  expect(player.effect("respond").answer.sdkMetadata?.langUsedFlags).toEqual([2]);
});

describe("event groups", () => {
  const group = [{ variant: { case: "inboundEvent", value: { inboundEventId: 7 } } }] as const;
  const other = [{ variant: { case: "inboundUpdate", value: { inboundUpdateId: "u" } } }] as const;
  const summary = { summary: { data: Uint8Array.of(1) } };

  function cancelled(cancel: WorkflowCommand): unknown {
    const live = new Live();
    live.task();
    const command = startTimer(1) as Extract<WorkflowCommand, { kind: "startTimer" }>;
    live.complete({ ...command, userMetadata: summary, eventGroupMarkers: group });
    expect(live.player.effect("respond").answer.commands?.[0]).toMatchObject({
      eventGroupMarkers: group,
      userMetadata: summary,
    });
    live.h.taskCompleted();
    live.h.timerStarted(1);
    live.h.signal("go");
    live.task();
    live.complete(cancel);
    return live.player.effect("respond").answer.commands?.[0];
  }

  test("a cancellation inherits what the command had", () => {
    expect(cancelled({ kind: "cancelTimer", seq: 1 })).toMatchObject({
      eventGroupMarkers: group,
      userMetadata: summary,
    });
  });

  test("unless it has a group of its own", () => {
    expect(cancelled({ kind: "cancelTimer", seq: 1, eventGroupMarkers: other })).toMatchObject({
      eventGroupMarkers: other,
      userMetadata: summary,
    });
  });
});

test("every transition of the table was taken", () => {
  expect(transitions.of(update).untaken).toEqual([]);
});
