import { describe, expect, test } from "vitest";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { command, type Stage, seconds } from "../scenarios/stage.ts";
import {
  ACCEPTED,
  acceptance,
  acceptanceWithRequest,
  COMPLETED,
  commandsOf,
  known,
  response,
  sendUpdate,
  startIdle,
} from "../scenarios/update-steps.ts";
import { turn, withServer } from "./faulty-server.ts";

const LOST = { status: GrpcStatus.UNAVAILABLE, details: "workflow update was aborted" };

function waitFor(stage: number): { readonly waitPolicy: { readonly lifecycleStage: number } } {
  return { waitPolicy: { lifecycleStage: stage } };
}

async function stickTo(stage: Stage, sticky: string): Promise<void> {
  await stage.start();
  await stage.complete(await stage.pollTask(), [], {
    stickyAttributes: { workerTaskQueue: { name: sticky }, scheduleToStartTimeout: seconds(10) },
  });
}

describe("lost updates", () => {
  test("one that no worker has seen is gone with its speculative task, and comes anew when it is sent again", async () => {
    await withServer(async ({ server, stage }) => {
      await startIdle(stage);
      const sent = sendUpdate(stage, "u", waitFor(COMPLETED));
      await known(stage, "u");
      server.faults.loseUpdates({ workflowId: stage.workflowId });
      await expect(sent).rejects.toMatchObject(LOST);
      const asked = stage.service.pollWorkflowExecutionUpdate({
        namespace: stage.namespace,
        updateRef: { workflowExecution: stage.execution, updateId: "u" },
      });
      await expect(asked).rejects.toMatchObject({ status: GrpcStatus.NOT_FOUND });
      expect(await stage.events()).toHaveLength(4);

      const again = sendUpdate(stage, "u", waitFor(COMPLETED));
      const task = await stage.pollTask();
      expect(task.messages.map(({ protocolInstanceId }) => protocolInstanceId)).toEqual(["u"]);
      const messages = [acceptance("u"), response("u")];
      await stage.complete(task, commandsOf(messages), { messages });
      expect((await again).outcome?.value?.case).toBe("success");
    });
  });

  test("the worker that has its speculative task is told that the task is gone", async () => {
    await withServer(async ({ server, stage }) => {
      await startIdle(stage);
      const sent = sendUpdate(stage, "u", waitFor(COMPLETED));
      const task = await stage.pollTask();
      server.faults.loseUpdates();
      await expect(sent).rejects.toMatchObject(LOST);
      const messages = [acceptance("u"), response("u")];
      await expect(stage.complete(task, commandsOf(messages), { messages })).rejects.toMatchObject({
        status: GrpcStatus.NOT_FOUND,
      });
      expect(await stage.events()).toHaveLength(4);
    });
  });

  test("a worker with an ordinary task brings the update back by its answer, and it happens once", async () => {
    await withServer(async ({ server, stage }) => {
      await stage.start();
      const sent = sendUpdate(stage, "u", waitFor(COMPLETED));
      await known(stage, "u");
      const task = await stage.pollTask();
      server.faults.loseUpdates();
      await expect(sent).rejects.toMatchObject(LOST);
      const messages = [acceptanceWithRequest("u"), response("u")];
      await stage.complete(task, commandsOf(messages), { messages });
      const again = await sendUpdate(stage, "u", waitFor(COMPLETED));
      expect(again.outcome?.value?.case).toBe("success");
      const accepted = (await stage.events()).filter(
        ({ attributes }) => attributes.case === "workflowExecutionUpdateAcceptedEventAttributes",
      );
      expect(accepted).toHaveLength(1);
    });
  });

  test("what is accepted stays; who waits for its end asks again", async () => {
    await withServer(async ({ server, stage }) => {
      await startIdle(stage);
      const sent = sendUpdate(stage, "u", waitFor(COMPLETED));
      const accepting = [acceptance("u")];
      await stage.complete(await stage.pollTask(), commandsOf(accepting), { messages: accepting });
      server.faults.loseUpdates();
      await expect(sent).rejects.toMatchObject(LOST);
      expect((await sendUpdate(stage, "u", waitFor(ACCEPTED))).stage).toBe(ACCEPTED);
      const again = sendUpdate(stage, "u", waitFor(COMPLETED));
      await stage.service.signalWorkflowExecution({
        namespace: stage.namespace,
        workflowExecution: stage.execution,
        signalName: "end",
      });
      const ending = [response("u")];
      await stage.complete(await stage.pollTask(), commandsOf(ending), { messages: ending });
      expect((await again).outcome?.value?.case).toBe("success");
    });
  });

  test("others keep theirs; closed workflows have none to lose; a workflow that there is not is told", async () => {
    await withServer(async ({ server, stage }) => {
      await startIdle(stage);
      const sent = sendUpdate(stage, "u", waitFor(ACCEPTED));
      await known(stage, "u");
      const other = { workflowId: stage.id("other"), taskQueue: { name: stage.id("elsewhere") } };
      await stage.start(other);
      server.faults.loseUpdates({ workflowId: other.workflowId });
      const messages = [acceptance("u")];
      await stage.complete(await stage.pollTask(), commandsOf(messages), { messages });
      expect((await sent).stage).toBe(ACCEPTED);

      await stage.service.terminateWorkflowExecution({
        namespace: stage.namespace,
        workflowExecution: { workflowId: other.workflowId },
      });
      server.faults.loseUpdates({ workflowId: other.workflowId });
      expect(() => server.faults.loseUpdates({ workflowId: "nobody" })).toThrow(
        'faults: there is no workflow "nobody" in namespace "default"',
      );
    });
  });
});

describe("stickiness", () => {
  test("once it has expired, the next task goes to the common queue with the whole history", async () => {
    await withServer(async ({ server, stage }) => {
      const sticky = stage.id("sticky");
      const stays = stage.pollTask(sticky);
      await stickTo(stage, sticky);
      server.faults.expireStickiness({ workflowId: stage.workflowId });
      await stage.service.signalWorkflowExecution({
        namespace: stage.namespace,
        workflowExecution: stage.execution,
        signalName: "go",
      });
      const task = await stage.pollTask();
      expect(task.history?.events[0]?.eventId).toBe(1n);
      await stage.complete(task, [command("completeWorkflowExecution", {})]);

      await stage.start({ workflowId: stage.id("end"), taskQueue: { name: sticky } });
      expect((await stays).workflowExecution?.workflowId).toBe(stage.id("end"));
    });
  });
});

describe("late visibility", () => {
  async function count(stage: Stage): Promise<bigint> {
    return (await stage.service.countWorkflowExecutions({ namespace: stage.namespace })).count;
  }

  test("delays add up, with each other and with the server's own, and end each by itself", async () => {
    const wall = new ManualWall(Date.UTC(2026, 0, 1));
    await withServer(
      async ({ server, stage }) => {
        const one = server.faults.delayVisibility(1_000);
        const two = server.faults.delayVisibility(5_000);
        await stage.start({ workflowId: "a" });
        wall.advance(6_099);
        expect(await count(stage)).toBe(0n);
        wall.advance(1);
        expect(await count(stage)).toBe(1n);

        one[Symbol.dispose]();
        one[Symbol.dispose]();
        await stage.start({ workflowId: "b" });
        wall.advance(5_099);
        expect(await count(stage)).toBe(1n);
        wall.advance(1);
        expect(await count(stage)).toBe(2n);

        two[Symbol.dispose]();
        await stage.start({ workflowId: "c" });
        wall.advance(99);
        expect(await count(stage)).toBe(2n);
        wall.advance(1);
        expect(await count(stage)).toBe(3n);
      },
      { visibilityDelayMs: 100 },
      { wall },
    );
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, "5"])("%j is refused", async (ms) => {
    await withServer(async ({ server, stage }) => {
      // As a program without types would say it.
      expect(() => server.faults.delayVisibility(ms as number)).toThrow(TypeError);
      await stage.start();
      await turn();
      expect(await count(stage)).toBe(1n);
    });
  });
});
