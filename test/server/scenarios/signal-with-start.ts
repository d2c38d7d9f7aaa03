import type { Init } from "../../../src/codec-runtime/init.ts";
import type {
  SignalWithStartWorkflowExecutionRequest,
  SignalWithStartWorkflowExecutionResponse,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage } from "./stage.ts";
import { kinds, startIdle } from "./update-steps.ts";

function send(
  stage: Stage,
  more: Init<SignalWithStartWorkflowExecutionRequest> = {},
): Promise<SignalWithStartWorkflowExecutionResponse> {
  return stage.service.signalWithStartWorkflowExecution({
    namespace: stage.namespace,
    workflowId: stage.workflowId,
    workflowType: { name: "scenario" },
    taskQueue: { name: stage.taskQueue },
    identity: "starter",
    signalName: "go",
    signalInput: json("there"),
    input: json("hello"),
    requestId: crypto.randomUUID(),
    ...more,
  });
}

/** Signal-with-start in all its ways. */
export const SIGNAL_WITH_START: readonly Scenario[] = [
  defineScenario("signal-with-start starts", async (stage) => {
    const requestId = crypto.randomUUID();
    await stage.step("start", () => send(stage, { requestId }));
    await stage.step("the same request again", () => send(stage, { requestId }));
    await stage.history();
    await stage.step("another", () => send(stage));
    await kinds(stage);
  }),
  defineScenario("signal-with-start signals an open run", async (stage) => {
    await startIdle(stage);
    await stage.step("signal", () => send(stage));
    await kinds(stage);
  }),
  defineScenario("signal-with-start with a start delay, and one that cuts it short", async (stage) => {
    const delay = { workflowStartDelay: { seconds: 60n, nanos: 0 } };
    await stage.step("start", () => send(stage, delay));
    await kinds(stage, "events while it waits");
    await stage.step("signal", () => send(stage, delay));
    await kinds(stage);
  }),
  defineScenario("signal-with-start replaces an open run", async (stage) => {
    await startIdle(stage);
    await stage.step("by conflict policy", () => send(stage, { workflowIdConflictPolicy: 3 }));
    await kinds(stage);
    await stage.step("by reuse policy", () => send(stage, { workflowIdReusePolicy: 4 }));
    await kinds(stage);
  }),
  defineScenario("signal-with-start after a closed run", async (stage) => {
    await stage.start();
    await stage.decide(command("completeWorkflowExecution", {}));
    await stage.step("reuse refused", () => send(stage, { workflowIdReusePolicy: 3 }));
    await stage.step("only after a failure", () => send(stage, { workflowIdReusePolicy: 2 }));
    await stage.step("a new run", () => send(stage));
    await kinds(stage);
  }),
  defineScenario("refused signal-with-start", async (stage) => {
    const refused = (step: string, more: Parameters<typeof send>[1]): Promise<unknown> =>
      stage.step(step, () => send(stage, more));
    const long = "x".repeat(1001);
    await refused("no workflow id", { workflowId: "" });
    await refused("workflow id too long", { workflowId: long });
    await refused("no signal", { signalName: "" });
    await refused("signal too long", { signalName: long });
    await refused("no type", { workflowType: undefined });
    await refused("type too long", { workflowType: { name: long } });
    await refused("no task queue", { taskQueue: undefined });
    await refused("request id too long", { requestId: long });
    await refused("conflict policy FAIL", { workflowIdConflictPolicy: 1 });
    await refused("cron with a delay", {
      cronSchedule: "* * * * *",
      workflowStartDelay: { seconds: 1n, nanos: 0 },
    });
    await refused("policies that contradict", { workflowIdReusePolicy: 4, workflowIdConflictPolicy: 2 });
  }),
];
