import { expect, test } from "vitest";
import { HostCalls } from "../../src/engine/host-calls.ts";
import { awaitReply, clearReply, newReplyMemory, writeReply } from "../../src/engine/host-reply.ts";
import type { FromThread } from "../../src/engine/protocol.ts";

type Call = Extract<FromThread, { kind: "hostCall" }>;

const info = { workflowId: "w" };

function asked(message: FromThread): Call {
  if (message.kind !== "hostCall") throw new Error(message.kind);
  return message;
}

test("a thread of its own gets the answer through shared memory", () => {
  const calls: Call[] = [];
  const answers = [true, false, { error: "nö" }];
  const host = new HostCalls((message) => {
    const call = asked(message);
    calls.push(call);
    writeReply(call.reply!, answers[calls.length - 1]!);
  }, true);
  expect(answers.map((_, index) => host.activatePatch("r", `p${index}`, info))).toEqual(answers);
  expect(calls.map(({ callId, argument, workflowInfo }) => [callId, argument, workflowInfo])).toEqual([
    [1, "p0", info],
    [2, "p1", info],
    [3, "p2", info],
  ]);
});

test("in the main thread the answer comes as a message, before the question returns", () => {
  const host: HostCalls = new HostCalls((message) => {
    const { callId, argument, reply } = asked(message);
    expect(reply).toBeUndefined();
    if (argument === "silent") return;
    const error = argument === "bad" ? { error: "no" } : {};
    host.answer({ kind: "hostResult", callId, value: argument === "yes", ...error });
  }, false);
  expect(host.activatePatch("r", "yes", info)).toBe(true);
  expect(host.activatePatch("r", "other", info)).toBe(false);
  expect(host.activatePatch("r", "bad", info)).toEqual({ error: "no" });
  const { error } = host.activatePatch("r", "silent", info) as { error: string };
  expect(error).toBe(
    "patchActivationCallback can't be asked about patch 'silent': this runtime shares no memory between threads",
  );
});

test("facts that cannot be sent are an error", () => {
  const host = new HostCalls(() => {
    throw new TypeError("could not be cloned");
  }, true);
  expect(host.activatePatch("r", "p", info)).toEqual({
    error: "patchActivationCallback can't be asked about patch 'p': could not be cloned",
  });
});

test("a text that does not fit is cut, and the memory serves again", () => {
  const memory = newReplyMemory()!;
  writeReply(memory, { error: "x".repeat(10_000) });
  expect((awaitReply(memory) as { error: string }).error).toBe("x".repeat(4096));
  clearReply(memory);
  writeReply(memory, false);
  expect(awaitReply(memory)).toBe(false);
});
