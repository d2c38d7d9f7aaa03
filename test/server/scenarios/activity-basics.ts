import type { PollActivityTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { answerTo, failed, schedule, scheduled, taken } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

const TEXT = new TextEncoder();
const NONE = new Uint8Array();

/** Takes activities `a` and `b`, in whatever order they come. */
async function bothActivities(
  stage: Stage,
): Promise<[PollActivityTaskQueueResponse, PollActivityTaskQueueResponse]> {
  const one = await stage.pollActivity();
  const other = await stage.pollActivity();
  return one.activityId === "a" ? [one, other] : [other, one];
}

/** Activities that end in one attempt, and answers that name no activity. */
export const ACTIVITY_BASICS: readonly Scenario[] = [
  defineScenario("an activity completes", async (stage) => {
    const { service } = stage;
    await scheduled(stage, { input: json("you"), heartbeatTimeout: seconds(5) });
    const task = await stage.step("poll", () => stage.pollActivity());
    if (!task) return;
    const request = { ...answerTo(stage, task), result: json("hello") };
    await stage.step("complete", () => service.respondActivityTaskCompleted(request));
    await stage.step("again", () => service.respondActivityTaskCompleted(request));
    await stage.step("heartbeat", () => service.recordActivityTaskHeartbeat(answerTo(stage, task)));
    await stage.finish();
    await stage.step("after close", () => service.respondActivityTaskCompleted(request));
    await stage.history();
  }),

  defineScenario("an activity fails for good", async (stage) => {
    const task = await taken(stage);
    const failure = failed("broken", { type: "Broken", nonRetryable: true });
    const request = { ...answerTo(stage, task), failure };
    await stage.step("fail", () => stage.service.respondActivityTaskFailed(request));
    await stage.step("again", () => stage.service.respondActivityTaskFailed(request));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("tokens that are none", async (stage) => {
    const { service, namespace } = stage;
    const task = await taken(stage);
    for (const [name, taskToken] of [
      ["no token", NONE],
      ["bad token", TEXT.encode("no token at all")],
    ] as const) {
      const request = { namespace, taskToken, identity: "activity-worker" };
      await stage.step(`complete, ${name}`, () => service.respondActivityTaskCompleted(request));
      await stage.step(`fail, ${name}`, () => service.respondActivityTaskFailed(request));
      await stage.step(`cancel, ${name}`, () => service.respondActivityTaskCanceled(request));
      await stage.step(`heartbeat, ${name}`, () => service.recordActivityTaskHeartbeat(request));
    }
    const wrongInfo = { message: "?", failureInfo: { case: "serverFailureInfo", value: {} } } as const;
    await stage.step("fail without application info", () =>
      service.respondActivityTaskFailed({ ...answerTo(stage, task), failure: wrongInfo }),
    );
    const identity = "i".repeat(1001);
    const long = { ...answerTo(stage, task), identity };
    await stage.step("complete, long identity", () => service.respondActivityTaskCompleted(long));
    await stage.step("fail, long identity", () => service.respondActivityTaskFailed(long));
    await stage.step("cancel, long identity", () => service.respondActivityTaskCanceled(long));
    await stage.step("heartbeat, long identity", () => service.recordActivityTaskHeartbeat(long));
    const other = { ...answerTo(stage, task), namespace: "temporal-system" };
    await stage.step("another namespace", () => service.respondActivityTaskCompleted(other));
    await stage.step("unknown namespace", () =>
      service.respondActivityTaskCompleted({ ...other, namespace: "no-such-namespace" }),
    );
    await stage.step("no namespace", () => service.respondActivityTaskCompleted({ ...other, namespace: "" }));
    await stage.step("no failure", () => service.respondActivityTaskFailed(answerTo(stage, task)));
    await stage.history();
  }),

  defineScenario("a workflow closes under its activity", async (stage) => {
    const { service, namespace } = stage;
    const task = await taken(stage);
    await service.terminateWorkflowExecution({ namespace, workflowExecution: stage.execution });
    const request = answerTo(stage, task);
    await stage.step("complete", () => service.respondActivityTaskCompleted(request));
    await stage.step("fail", () => service.respondActivityTaskFailed(request));
    await stage.step("cancel", () => service.respondActivityTaskCanceled(request));
    await stage.step("heartbeat", () => service.recordActivityTaskHeartbeat(request));
    await stage.history();
  }),

  defineScenario("too large to take", async (stage) => {
    const { service } = stage;
    const large = { payloads: [{ data: new Uint8Array(2 * 1024 * 1024 + 1) }] };
    await stage.start();
    const ids = ["result", "heartbeat", "details", "failure", "last heartbeat"];
    await stage.decide(...ids.map((activityId) => schedule(stage, { activityId })));
    const tasks = new Map<string, ReturnType<typeof answerTo>>();
    for (const _ of ids) {
      const task = await stage.pollActivity();
      tasks.set(task.activityId, answerTo(stage, task));
    }
    const of = (id: string): ReturnType<typeof answerTo> =>
      tasks.get(id) ?? answerTo(stage, { taskToken: NONE });
    await stage.step("result", () =>
      service.respondActivityTaskCompleted({ ...of("result"), result: large }),
    );
    await stage.step("heartbeat", () =>
      service.recordActivityTaskHeartbeat({ ...of("heartbeat"), details: large }),
    );
    await stage.step("details", () =>
      service.respondActivityTaskCanceled({ ...of("details"), details: large }),
    );
    const failure = failed("m".repeat(2 * 1024 * 1024), { nonRetryable: true, type: "Large" });
    await stage.step("failure", () => service.respondActivityTaskFailed({ ...of("failure"), failure }));
    await stage.step("last heartbeat", () =>
      service.respondActivityTaskFailed({
        ...of("last heartbeat"),
        failure: failed("small", { nonRetryable: true }),
        lastHeartbeatDetails: large,
      }),
    );
    await stage.history();
  }),

  defineScenario("activities end while a workflow task runs", async (stage) => {
    const { service, namespace } = stage;
    await stage.start();
    await stage.decide(schedule(stage, { activityId: "a" }), schedule(stage, { activityId: "b" }));
    const [first, second] = await bothActivities(stage);
    await service.signalWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      signalName: "wake",
      requestId: "1",
    });
    const task = await stage.pollTask();
    await service.respondActivityTaskCompleted({ ...answerTo(stage, second), result: json(2) });
    await service.signalWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      signalName: "again",
      requestId: "2",
    });
    await service.respondActivityTaskCompleted({ ...answerTo(stage, first), result: json(1) });
    await stage.complete(task, [command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) })]);
    await stage.finish();
    await stage.history();
  }),

  defineScenario("the last attempt alone stands in the history", async (stage) => {
    const { service } = stage;
    const first = await taken(stage);
    const { failures } = await service.respondActivityTaskFailed({
      ...answerTo(stage, first),
      failure: failed("once", { type: "Once" }),
      lastHeartbeatDetails: json("half"),
    });
    await stage.step("no word of the failure", async () => failures);
    await stage.step("old token", () => service.respondActivityTaskCompleted(answerTo(stage, first)));
    const task = await stage.step("second attempt", () => stage.pollActivity());
    if (!task) return;
    await stage.step("old token again", () => service.respondActivityTaskCompleted(answerTo(stage, first)));
    await service.respondActivityTaskCompleted(answerTo(stage, task));
    await stage.finish();
    await stage.history();
  }),
];
