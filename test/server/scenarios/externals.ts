import { stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage } from "./stage.ts";

const UNKNOWN_RUN = "11111111-2222-4333-8444-555555555555";

/** Tasks of workflows that send to others. */
export const EXTERNALS: readonly Scenario[] = [
  defineScenario("external: signal and cancel arrive", async (stage) => {
    const workflowId = stage.id("target");
    await stage.start({ workflowId, taskQueue: { name: stage.id("targets") } });
    await stage.start();
    await stage.decide(
      command("signalExternalWorkflowExecution", {
        execution: { workflowId },
        signalName: "hello",
        input: json("in"),
        header: { fields: { h: json("header").payloads?.[0] } },
        control: "control",
      }),
    );
    await stage.until("externalWorkflowExecutionSignaled");
    await stage.decide(
      command("requestCancelExternalWorkflowExecution", { workflowId, reason: "enough", control: "c" }),
    );
    await stage.until("externalWorkflowExecutionCancelRequested");
    await stage.finish();
    await stage.history();
    await stage.history("target", { workflowId });
    await stop(stage, workflowId);
  }),

  defineScenario("external: signals that do not arrive", async (stage) => {
    const closed = stage.id("closed");
    const stranger = stage.id("stranger");
    await stage.start({ workflowId: closed });
    await stop(stage, closed);
    await stage.start({ workflowId: stranger, taskQueue: { name: stage.id("strangers") } });
    await stage.start();
    const executions = [
      [{ workflowId: stage.id("nobody") }, false],
      [{ workflowId: stranger, runId: UNKNOWN_RUN }, false],
      [{ workflowId: closed }, false],
      [{ workflowId: stranger }, true],
      [{ workflowId: stage.workflowId }, false],
    ] as const;
    for (const [execution, childWorkflowOnly] of executions) {
      await stage.decide(
        command("signalExternalWorkflowExecution", {
          execution,
          signalName: "s",
          childWorkflowOnly,
          control: "c",
        }),
      );
    }
    await stage.finish();
    await stage.history();
    await stop(stage, stranger);
  }),

  defineScenario("external: cancel requests that do not arrive", async (stage) => {
    const closed = stage.id("closed");
    const stranger = stage.id("stranger");
    await stage.start({ workflowId: closed });
    await stop(stage, closed);
    await stage.start({ workflowId: stranger, taskQueue: { name: stage.id("strangers") } });
    await stage.start();
    const targets = [
      { workflowId: stage.id("nobody") },
      { workflowId: stranger, runId: UNKNOWN_RUN },
      { workflowId: closed },
      { workflowId: stranger, childWorkflowOnly: true },
      { workflowId: stage.workflowId },
    ];
    for (const target of targets) {
      await stage.decide(command("requestCancelExternalWorkflowExecution", { ...target, control: "c" }));
    }
    await stage.finish();
    await stage.history();
    await stop(stage, stranger);
  }),

  defineScenario("external: a workflow that was asked to cancel before", async (stage) => {
    const workflowId = stage.id("target");
    await stage.start({ workflowId, taskQueue: { name: stage.id("targets") } });
    await stage.service.requestCancelWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: { workflowId },
    });
    await stage.start();
    await stage.decide(command("requestCancelExternalWorkflowExecution", { workflowId }));
    await stage.finish();
    await stage.history();
    await stage.history("target", { workflowId });
    await stop(stage, workflowId);
  }),

  defineScenario("external: signal commands that are refused", async (stage) => {
    const execution = { workflowId: stage.id("target") };
    const cases = [
      ["no execution", { signalName: "s" }],
      ["no id", { execution: { workflowId: "" }, signalName: "s" }],
      ["long id", { execution: { workflowId: "w".repeat(1001) }, signalName: "s" }],
      ["malformed run", { execution: { ...execution, runId: "x" }, signalName: "s" }],
      ["no name", { execution }],
      ["other namespace", { execution, signalName: "s", namespace: "temporal-system" }],
      ["unknown namespace", { execution, signalName: "s", namespace: "no-such-namespace" }],
    ] as const;
    for (const [index, [name, value]] of cases.entries())
      await refusedTask(stage, { name, index, command: command("signalExternalWorkflowExecution", value) });
  }),

  defineScenario("external: cancel commands that are refused", async (stage) => {
    const workflowId = stage.id("target");
    const cases = [
      ["no id", { workflowId: "" }],
      ["long id", { workflowId: "w".repeat(1001) }],
      ["malformed run", { workflowId, runId: "x" }],
      ["other namespace", { workflowId, namespace: "temporal-system" }],
      ["unknown namespace", { workflowId, namespace: "no-such-namespace" }],
    ] as const;
    for (const [index, [name, value]] of cases.entries()) {
      const given = command("requestCancelExternalWorkflowExecution", value);
      await refusedTask(stage, { name, index, command: given });
    }
  }),
];

/** Gives a command of which the server has to think nothing good. */
export async function refusedTask(
  stage: Stage,
  given: { readonly name: string; readonly index: number; readonly command: ReturnType<typeof command> },
): Promise<void> {
  const workflowId = stage.id(`refused${given.index}`);
  await stage.start({ workflowId });
  const task = await stage.pollTask();
  await stage.step(given.name, () => stage.complete(task, [given.command]));
  await stage.step(`${given.name}: what follows`, async () =>
    (await stage.events({ workflowId })).slice(3, 5),
  );
  await stop(stage, workflowId);
}
