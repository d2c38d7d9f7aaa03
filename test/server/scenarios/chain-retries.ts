import { completing, failing, histories, nextRun, signal, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

const quick = { initialInterval: seconds(1), backoffCoefficient: 1, maximumAttempts: 2 };

/** Runs that follow others because those failed, or ran out of time. */
export const CHAIN_RETRIES: readonly Scenario[] = [
  defineScenario("retry: until the attempts are used up", async (stage) => {
    const first = await stage.start({
      retryPolicy: quick,
      input: json("in"),
      memo: { fields: { note: json("memo").payloads?.[0] } },
      header: { fields: { h: json("header").payloads?.[0] } },
      searchAttributes: { indexedFields: { CustomKeyword: keyword("sa") } },
      workflowRunTimeout: seconds(30),
      workflowExecutionTimeout: seconds(60),
      workflowTaskTimeout: seconds(5),
      priority: { priorityKey: 2 },
      userMetadata: { summary: json("sum").payloads?.[0] },
    });
    await stage.decide(
      command("modifyWorkflowProperties", { upsertedMemo: { fields: { more: json("x").payloads?.[0] } } }),
      failing("first", { type: "Oops" }),
    );
    const second = await nextRun(stage, first);
    await signal(stage);
    await stage.history("the second waits", { workflowId: stage.workflowId, runId: second });
    await stage.decide(failing("second", { type: "Oops" }));
    await histories(stage, [first, second]);
  }),

  defineScenario("retry: kinds of failure that end a chain", async (stage) => {
    const cases = [
      ["not retryable", {}, failing("x", { nonRetryable: true })],
      ["by its type", { nonRetryableErrorTypes: ["Bad"] }, failing("x", { type: "Bad" })],
      ["without a failure info", { maximumAttempts: 1 }, command("failWorkflowExecution", { failure: {} })],
      [
        "cancelled",
        {},
        command("failWorkflowExecution", {
          failure: { message: "c", failureInfo: { case: "canceledFailureInfo", value: {} } },
        }),
      ],
      ["no policy", undefined, failing("x")],
    ] as const;
    for (const [name, policy, closing] of cases) {
      await stage.start(policy === undefined ? {} : { retryPolicy: policy });
      await stage.decide(closing);
      await stage.step(name, async () => (await stage.events()).slice(-1));
    }
  }),

  defineScenario("retry: no time is left for another attempt", async (stage) => {
    await stage.start({
      retryPolicy: { initialInterval: seconds(30) },
      workflowExecutionTimeout: seconds(10),
    });
    await stage.decide(failing("x"));
    await stage.history();
  }),

  defineScenario("retry: the failure says when", async (stage) => {
    const first = await stage.start({ retryPolicy: { initialInterval: seconds(30) } });
    await stage.decide(
      command("failWorkflowExecution", {
        failure: {
          message: "later",
          failureInfo: { case: "applicationFailureInfo", value: { nextRetryDelay: seconds(2) } },
        },
      }),
    );
    const second = await nextRun(stage, first);
    await histories(stage, [first, second]);
    await stop(stage);
  }),

  defineScenario("retry: a run that timed out", async (stage) => {
    const first = await stage.start({ retryPolicy: quick, workflowRunTimeout: seconds(1) });
    await stage.pollTask();
    const second = await nextRun(stage, first);
    await stage.until("workflowExecutionTimedOut", { workflowId: stage.workflowId, runId: second });
    await histories(stage, [first, second]);
  }),

  defineScenario("retry: the whole execution timed out", async (stage) => {
    const first = await stage.start({
      retryPolicy: { ...quick, maximumAttempts: 0 },
      workflowExecutionTimeout: seconds(5),
      workflowRunTimeout: seconds(2),
    });
    const second = await nextRun(stage, first);
    await stage.until("workflowExecutionTimedOut", { workflowId: stage.workflowId, runId: second });
    await histories(stage, [first, second]);
  }),

  defineScenario("retry: cancelled and terminated while it backs off", async (stage) => {
    const { namespace, service } = stage;
    const first = await stage.start({ retryPolicy: { initialInterval: seconds(60) } });
    await stage.decide(failing("x"));
    const second = await nextRun(stage, first);
    await stage.step("cancel", () =>
      service.requestCancelWorkflowExecution({
        namespace,
        workflowExecution: stage.execution,
        firstExecutionRunId: first,
        identity: "c",
      }),
    );
    await stage.step("terminate", () =>
      service.terminateWorkflowExecution({
        namespace,
        workflowExecution: stage.execution,
        firstExecutionRunId: first,
        identity: "t",
        reason: "enough",
      }),
    );
    await histories(stage, [second]);
  }),

  defineScenario("retry: a cancelled run is not retried, a completed one neither", async (stage) => {
    await stage.start({ retryPolicy: quick });
    await stage.decide(command("cancelWorkflowExecution", { details: json("bye") }));
    await stage.history("cancelled");
    await stage.start({ retryPolicy: quick });
    await stage.decide(completing());
    await stage.history("completed");
  }),

  defineScenario("retry: defaults of the policy", async (stage) => {
    await stage.start({ retryPolicy: {} });
    await stage.history();
    await describeChain(stage);
    await stop(stage);
  }),
];

async function describeChain(stage: Stage): Promise<void> {
  const { namespace, execution } = stage;
  await stage.step("describe", () => stage.service.describeWorkflowExecution({ namespace, execution }));
}

/** A keyword as SDKs send it. */
export function keyword(value: string): NonNullable<NonNullable<ReturnType<typeof json>["payloads"]>[0]> {
  const text = new TextEncoder();
  return {
    metadata: { encoding: text.encode("json/plain"), type: text.encode("Keyword") },
    data: text.encode(JSON.stringify(value)),
  };
}
