import { completing, failing, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage } from "./stage.ts";

const REUSE = ["unspecified", "allow", "failed only", "reject", "terminate"];
const CONFLICT = ["unspecified", "fail", "use", "terminate"];

/** Tries all reuse policies on a closed workflow, the refusing ones first. */
async function tryReuse(stage: Stage, how: string, workflowId: string): Promise<void> {
  for (const workflowIdReusePolicy of [3, 2] as const) {
    await stage.step(`${how}: ${REUSE[workflowIdReusePolicy]}`, async () => {
      await stage.start({ workflowId, workflowIdReusePolicy });
      return "taken";
    });
  }
  await stop(stage, workflowId);
}

/** What a start does when its workflow id is in use. */
export const START_POLICIES: readonly Scenario[] = [
  defineScenario("policies: a closed workflow", async (stage) => {
    const closings = [
      ["completed", completing()],
      ["failed", failing("x")],
      ["cancelled", command("cancelWorkflowExecution", {})],
    ] as const;
    for (const [how, closing] of closings) {
      const workflowId = stage.id(how);
      const taskQueue = stage.id(`queue-${how}`);
      await stage.start({ workflowId, taskQueue: { name: taskQueue } });
      await stage.complete(await stage.pollTask(taskQueue), [closing]);
      await tryReuse(stage, how, workflowId);
    }
    const workflowId = stage.id("terminated");
    await stage.start({ workflowId });
    await stop(stage, workflowId);
    await tryReuse(stage, "terminated", workflowId);
  }),

  defineScenario("policies: a running workflow", async (stage) => {
    const first = await stage.start({ requestId: stage.id("request") });
    const start = (more: Parameters<Stage["start"]>[0]) => () =>
      stage.service.startWorkflowExecution({
        namespace: stage.namespace,
        workflowId: stage.workflowId,
        workflowType: { name: "scenario" },
        taskQueue: { name: stage.taskQueue },
        requestId: crypto.randomUUID(),
        identity: "again",
        ...more,
      });
    await stage.step("the same request", start({ requestId: stage.id("request") }));
    for (const [number, name] of CONFLICT.entries()) {
      if (number === 3) continue;
      const workflowIdConflictPolicy = number as 0 | 1 | 2;
      await stage.step(name, start({ workflowIdConflictPolicy }));
    }
    await stage.step("reject", start({ workflowIdReusePolicy: 3 }));
    await stage.step("reject, use", start({ workflowIdReusePolicy: 3, workflowIdConflictPolicy: 2 }));
    await stage.step("attach", () =>
      start({
        workflowIdConflictPolicy: 2,
        requestId: stage.id("attached"),
        onConflictOptions: { attachRequestId: true, attachLinks: true },
      })(),
    );
    await stage.step("attached again", start({ requestId: stage.id("attached") }));
    await stage.step("attach nothing", () => start({ workflowIdConflictPolicy: 2, onConflictOptions: {} })());
    await stage.step(
      "attach links alone",
      start({ workflowIdConflictPolicy: 2, onConflictOptions: { attachLinks: true } }),
    );
    await stage.step(
      "attach callbacks alone",
      start({ workflowIdConflictPolicy: 2, onConflictOptions: { attachCompletionCallbacks: true } }),
    );
    await stage.step("options without the policy", start({ onConflictOptions: { attachRequestId: true } }));
    await stage.history("first", { workflowId: stage.workflowId, runId: first });
    await stage.step("terminate", start({ workflowIdConflictPolicy: 3 }));
    await stage.history("first ended", { workflowId: stage.workflowId, runId: first });
    await stage.step("terminate if running", start({ workflowIdReusePolicy: 4 }));
    await stage.history("third");
  }),

  defineScenario("policies: request ids attached to a run, many of them", async (stage) => {
    await stage.start();
    await stage.step("150 starts", async () => {
      for (let attached = 0; attached < 150; attached += 1) {
        await stage.start({
          requestId: crypto.randomUUID(),
          workflowIdConflictPolicy: 2,
          onConflictOptions: { attachRequestId: true },
        });
      }
      return "attached";
    });
    await stage.step(
      "described",
      () =>
        stage.service.describeWorkflowExecution({ namespace: stage.namespace, execution: stage.execution }),
      ({ workflowExtendedInfo }) => Object.keys(workflowExtendedInfo?.requestIdInfos ?? {}).length,
    );
  }),

  defineScenario("policies: terminated while a worker has its task", async (stage) => {
    const first = await stage.start();
    const task = await stage.pollTask();
    await stage.start({ workflowIdConflictPolicy: 3 });
    await stage.step("too late", () => stage.complete(task, [completing()]));
    await stage.history("first", { workflowId: stage.workflowId, runId: first });
    await stage.finish();
  }),

  defineScenario("policies: the same request after the run has closed", async (stage) => {
    const requestId = stage.id("request");
    await stage.start({ requestId });
    await stage.finish();
    await stage.step("again", () =>
      stage.service.startWorkflowExecution({
        namespace: stage.namespace,
        workflowId: stage.workflowId,
        workflowType: { name: "scenario" },
        taskQueue: { name: stage.taskQueue },
        requestId,
      }),
    );
  }),

  defineScenario("signals: what is refused, what counts once", async (stage) => {
    const { service, namespace } = stage;
    await stage.start();
    const cases = [
      ["no execution", { signalName: "s" }],
      ["no id", { workflowExecution: { workflowId: "" }, signalName: "s" }],
      ["malformed run", { workflowExecution: { workflowId: stage.workflowId, runId: "x" }, signalName: "s" }],
      ["no name", { workflowExecution: stage.execution }],
      ["long name", { workflowExecution: stage.execution, signalName: "s".repeat(1001) }],
      [
        "long request id",
        { workflowExecution: stage.execution, signalName: "s", requestId: "r".repeat(1001) },
      ],
      ["unknown", { workflowExecution: { workflowId: stage.id("nobody") }, signalName: "s" }],
      [
        "unknown run",
        {
          workflowExecution: {
            workflowId: stage.workflowId,
            runId: "11111111-2222-4333-8444-555555555555",
          },
          signalName: "s",
        },
      ],
      ["big", { workflowExecution: stage.execution, signalName: "s", input: json("x".repeat(2_200_000)) }],
      ["once", { workflowExecution: stage.execution, signalName: "s", requestId: "same", identity: "i" }],
      ["twice", { workflowExecution: stage.execution, signalName: "s", requestId: "same", identity: "i" }],
      ["two faults", { workflowExecution: { workflowId: stage.id("nobody") }, signalName: "" }],
    ] as const;
    for (const [step, request] of cases)
      await stage.step(step, () => service.signalWorkflowExecution({ namespace, ...request }));
    await stage.history();
    await stop(stage);
    await stage.step("closed", () =>
      service.signalWorkflowExecution({ namespace, workflowExecution: stage.execution, signalName: "s" }),
    );
  }),

  defineScenario("cancel and terminate: requests", async (stage) => {
    const { service, namespace } = stage;
    await stage.start();
    const unknown = { workflowId: stage.id("nobody") };
    const unknownRun = { workflowId: stage.workflowId, runId: "11111111-2222-4333-8444-555555555555" };
    const cases = [
      ["no execution", undefined],
      ["no id", { workflowId: "" }],
      ["malformed run", { workflowId: stage.workflowId, runId: "x" }],
      ["unknown", unknown],
      ["unknown run", unknownRun],
    ] as const;
    for (const [step, workflowExecution] of cases) {
      await stage.step(`cancel, ${step}`, () =>
        service.requestCancelWorkflowExecution({ namespace, workflowExecution }),
      );
      await stage.step(`terminate, ${step}`, () =>
        service.terminateWorkflowExecution({ namespace, workflowExecution }),
      );
    }
    const workflowExecution = stage.execution;
    const long = "r".repeat(1001);
    await stage.step("long request id", () =>
      service.requestCancelWorkflowExecution({ namespace, workflowExecution, requestId: long }),
    );
    await stage.step("malformed first run", () =>
      service.terminateWorkflowExecution({ namespace, workflowExecution, firstExecutionRunId: "x" }),
    );
    for (const step of ["cancel", "cancel again"]) {
      await stage.step(step, () =>
        service.requestCancelWorkflowExecution({
          namespace,
          workflowExecution,
          identity: "canceller",
          reason: "enough",
          requestId: stage.id(step),
        }),
      );
    }
    await stage.pollTask();
    await stage.step("terminate", () =>
      service.terminateWorkflowExecution({
        namespace,
        workflowExecution,
        identity: "terminator",
        reason: "really",
        details: json("why"),
      }),
    );
    await stage.history();
    await stage.step("cancel of a closed one", () =>
      service.requestCancelWorkflowExecution({ namespace, workflowExecution }),
    );
    await stage.step("terminate of a closed one", () =>
      service.terminateWorkflowExecution({ namespace, workflowExecution }),
    );
    await stage.start();
    await service.terminateWorkflowExecution({ namespace, workflowExecution });
    await stage.history("terminated without a word");
  }),
];
