import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import { EmbeddedServer } from "../../../src/server/mod.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { answerTo, schedule } from "../scenarios/activity-steps.ts";
import { command, json, Stage, seconds } from "../scenarios/stage.ts";
import {
  ACCEPTED,
  acceptance,
  COMPLETED,
  commandsOf,
  response,
  sendUpdate,
  startIdle,
} from "../scenarios/update-steps.ts";

const namespace = "default";
let server: EmbeddedServer;
let connection: Connection;

beforeAll(() => {
  server = new EmbeddedServer();
  connection = Connection.lazy({ transport: server, interceptors: [] });
});

afterAll(async () => {
  await connection.close();
  await server.close();
});

type Proof = (stage: Stage) => Promise<void>;

async function attributesOf(stage: Stage, name: string): Promise<unknown> {
  const events = await stage.events();
  return events.find(({ attributes }) => attributes.case === `${name}EventAttributes`)?.attributes.value;
}

/** A worker accepts the update, and completes it if asked to. */
async function answerUpdate(stage: Stage, completes: boolean): Promise<void> {
  const messages = completes ? [acceptance("u"), response("u")] : [acceptance("u")];
  await stage.complete(await stage.pollTask(), commandsOf(messages), { messages });
}

/** What shows that each capability of the server, as GetSystemInfo tells them, is there. */
const SYSTEM: Readonly<Record<string, Proof>> = {
  signalAndQueryHeader: async (stage) => {
    const header = { fields: { trace: json("t").payloads?.[0] } };
    const { service, execution } = stage;
    await stage.start();
    await stage.decide();
    const query = { queryType: "q", header };
    const asked = service.queryWorkflow({ namespace, execution, query });
    const task = await stage.pollTask();
    expect(Object.keys(task.query?.header?.fields ?? {})).toEqual(["trace"]);
    const { taskToken } = task;
    await service.respondQueryTaskCompleted({ namespace, taskToken, completedType: 1 });
    await asked;
    await service.signalWorkflowExecution({
      namespace,
      workflowExecution: execution,
      signalName: "s",
      header,
    });
    const signaled = await attributesOf(stage, "workflowExecutionSignaled");
    expect(signaled).toMatchObject({ header: { fields: { trace: {} } } });
  },
  internalErrorDifferentiation: async (stage) => {
    // What is the caller's fault never looks like a fault of the server.
    const refused = stage.service.startWorkflowExecution({ namespace });
    await expect(refused).rejects.toMatchObject({ status: GrpcStatus.INVALID_ARGUMENT });
    const broken = server.unary(
      "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution",
      Uint8Array.from([255, 255]),
      {},
    );
    await expect(broken).rejects.toMatchObject({ status: GrpcStatus.INTERNAL });
  },
  activityFailureIncludeHeartbeat: async (stage) => {
    await stage.start();
    await stage.decide(schedule(stage, { retryPolicy: { initialInterval: seconds(0.01) } }));
    const first = await stage.pollActivity();
    await stage.service.respondActivityTaskFailed({
      ...answerTo(stage, first),
      failure: { message: "no", failureInfo: { case: "applicationFailureInfo", value: {} } },
      lastHeartbeatDetails: json("half"),
    });
    const second = await stage.pollActivity();
    expect(new TextDecoder().decode(second.heartbeatDetails?.payloads[0]?.data)).toBe('"half"');
  },
  encodedFailureAttributes: async (stage) => {
    await stage.start();
    const encodedAttributes = json({ message: "secret" }).payloads?.[0];
    const failure = { message: "Encoded failure", encodedAttributes };
    await stage.decide(command("failWorkflowExecution", { failure }));
    const failed = await attributesOf(stage, "workflowExecutionFailed");
    expect(failed).toMatchObject({ failure: { encodedAttributes: { data: expect.any(Uint8Array) } } });
  },
  upsertMemo: async (stage) => {
    await stage.start();
    const upsertedMemo = { fields: { note: json("n").payloads?.[0] } };
    await stage.decide(command("modifyWorkflowProperties", { upsertedMemo }));
    const { workflowExecutionInfo } = await stage.service.describeWorkflowExecution({
      namespace,
      execution: stage.execution,
    });
    expect(Object.keys(workflowExecutionInfo?.memo?.fields ?? {})).toEqual(["note"]);
  },
  eagerWorkflowStart: async (stage) => {
    const { eagerWorkflowTask } = await stage.service.startWorkflowExecution({
      namespace,
      workflowId: stage.workflowId,
      workflowType: { name: "w" },
      taskQueue: { name: stage.taskQueue },
      requestId: "r",
      requestEagerExecution: true,
    });
    expect(eagerWorkflowTask?.history?.events).toHaveLength(3);
  },
  sdkMetadata: async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.complete(task, [], { sdkMetadata: { coreUsedFlags: [1], sdkName: "perdure" } });
    const completed = await attributesOf(stage, "workflowTaskCompleted");
    expect(completed).toMatchObject({ sdkMetadata: { coreUsedFlags: [1], sdkName: "perdure" } });
  },
  countGroupByExecutionStatus: async (stage) => {
    await stage.start();
    const query = `WorkflowId = '${stage.workflowId}' GROUP BY ExecutionStatus`;
    const { groups } = await stage.service.countWorkflowExecutions({ namespace, query });
    expect(groups.map(({ count }) => count)).toEqual([1n]);
  },
};

/** What shows that each capability of a namespace, as DescribeNamespace tells them, is there. */
const NAMESPACE: Readonly<Record<string, Proof>> = {
  eagerWorkflowStart: (stage) =>
    SYSTEM["eagerWorkflowStart"]?.(stage) ?? Promise.reject(new Error("no proof")),
  syncUpdate: async (stage) => {
    await startIdle(stage);
    const updated = sendUpdate(stage, "u", { waitPolicy: { lifecycleStage: COMPLETED } });
    await answerUpdate(stage, true);
    expect((await updated).outcome?.value.case).toBe("success");
  },
  asyncUpdate: async (stage) => {
    await startIdle(stage);
    const updated = sendUpdate(stage, "u", { waitPolicy: { lifecycleStage: ACCEPTED } });
    await answerUpdate(stage, false);
    expect(await updated).toMatchObject({ stage: 2, outcome: undefined });
  },
  workerHeartbeats: async (stage) => {
    const workerHeartbeat = [{ workerInstanceKey: "key", status: 1 }];
    await stage.service.recordWorkerHeartbeat({ namespace, workerHeartbeat });
    expect((await stage.service.countWorkers({ namespace })).count).toBe(1n);
  },
  reportedProblemsSearchAttribute: async (stage) => {
    await stage.start();
    for (let attempt = 1; attempt <= 5; attempt++) {
      const { taskToken } = await stage.pollTask();
      await stage.service.respondWorkflowTaskFailed({ namespace, taskToken, cause: 14 });
    }
    const query = `WorkflowId = '${stage.workflowId}' AND TemporalReportedProblems = 'category=WorkflowTaskFailed'`;
    expect((await stage.service.countWorkflowExecutions({ namespace, query })).count).toBe(1n);
    await stage.complete(await stage.pollTask());
    expect((await stage.service.countWorkflowExecutions({ namespace, query })).count).toBe(0n);
  },
  workerPollCompleteOnShutdown: async (stage) => {
    const { service, taskQueue } = stage;
    const request = { namespace, taskQueue: { name: taskQueue }, workerInstanceKey: "gone" };
    const poll = (): Promise<{ readonly taskToken: Uint8Array }> =>
      service.pollActivityTaskQueue(request, { deadline: Date.now() + 30_000 });
    const began = Date.now();
    const waiting = poll();
    await service.shutdownWorker({ namespace, taskQueue, workerInstanceKey: "gone" });
    expect((await waiting).taskToken).toHaveLength(0);
    expect((await poll()).taskToken).toHaveLength(0);
    expect(Date.now() - began).toBeLessThan(25_000);
  },
};

/** For each capability that is not told: a call that would need it. */
const ABSENT: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  supportsSchedules: ({ service }) => service.createSchedule({ namespace }),
  buildIdBasedVersioning: ({ service }) => service.updateWorkerVersioningRules({ namespace }),
  nexus: ({ service }) => service.pollNexusTaskQueue({ namespace }),
  serverScaledDeployments: ({ service }) => service.updateWorkerDeploymentVersionComputeConfig({ namespace }),
  workflowPause: ({ service }) => service.pauseWorkflowExecution({ namespace }),
  standaloneActivities: ({ service }) => service.startActivityExecution({ namespace }),
  standaloneNexusOperation: ({ service }) => service.startNexusOperationExecution({ namespace }),
  workerCommands: ({ service }) => service.updateWorkerConfig({ namespace }),
  standaloneActivityOperatorCommands: ({ service }) => service.pauseActivityExecution({ namespace }),
  standaloneActivityBatchOperations: ({ service }) => service.startBatchOperation({ namespace }),
};

/** Told in no call of their own: options, forms of answers and attributes. */
const WITHOUT_CALLS: readonly string[] = [
  "serverScaledProviderCloudRun",
  "pollerAutoscaling",
  "pollerAutoscalingAutoEnroll",
  "workflowUpdateCallbacks",
  "workflowTaskCompletionPagination",
  "standaloneActivityStartDelay",
];

function split(flags: object | undefined): { readonly told: string[]; readonly untold: string[] } {
  const entries = Object.entries(flags ?? {}).filter(([, value]) => typeof value === "boolean");
  return {
    told: entries.flatMap(([name, value]) => (value ? [name] : [])).sort(),
    untold: entries.flatMap(([name, value]) => (value ? [] : [name])).sort(),
  };
}

describe("what the server says that it can do", () => {
  for (const [name, prove] of Object.entries(SYSTEM)) {
    test(`the server: ${name}`, () => prove(new Stage(connection, namespace)));
  }
  for (const [name, prove] of Object.entries(NAMESPACE)) {
    test(`a namespace: ${name}`, () => prove(new Stage(connection, namespace)));
  }

  test("is all that is proved here, and nothing else", async () => {
    const { capabilities } = await connection.workflowService.getSystemInfo({});
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    const system = split(capabilities);
    const ofNamespace = split(namespaceInfo?.capabilities);
    expect(system.told).toEqual(Object.keys(SYSTEM).sort());
    expect(ofNamespace.told).toEqual(Object.keys(NAMESPACE).sort());
    expect(namespaceInfo?.supportsSchedules).toBe(false);
    const absent = [...Object.keys(ABSENT), ...WITHOUT_CALLS].sort();
    expect([...new Set([...system.untold, ...ofNamespace.untold])].sort()).toEqual(absent);
  });

  test("limits: a blob, and a memo, of that size is taken, a larger one is not", async () => {
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    const { blobSizeLimitError = 0n, memoSizeLimitError = 0n } = namespaceInfo?.limits ?? {};
    const stage = new Stage(connection, namespace);
    const payload = (bytes: bigint): { data: Uint8Array } => ({ data: new Uint8Array(Number(bytes)) });
    await stage.start({ input: { payloads: [payload(blobSizeLimitError - 100n)] } });
    const workflowId = stage.id("second");
    await expect(
      stage.start({ workflowId, input: { payloads: [payload(blobSizeLimitError + 1n)] } }),
    ).rejects.toThrow("Blob data size exceeds limit.");
    await stage.start({ workflowId, memo: { fields: { m: payload(memoSizeLimitError - 100n) } } });
    await expect(
      stage.start({
        workflowId: stage.id("third"),
        memo: { fields: { m: payload(memoSizeLimitError + 1n) } },
      }),
    ).rejects.toThrow("Memo size exceeds limit.");
  });
});

describe("what the server does not say that it can do answers UNIMPLEMENTED", () => {
  for (const [name, call] of Object.entries(ABSENT)) {
    test(name, async () => {
      const error = await call(new Stage(connection, namespace)).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(RpcError);
      expect(error).toMatchObject({
        status: GrpcStatus.UNIMPLEMENTED,
        details: expect.stringMatching(
          /^[A-Za-z]+ is not implemented by Perdure's embedded server \([^)]+\): .+$/,
        ),
      });
    });
  }
});

const soon = (): { readonly deadline: number } => ({ deadline: Date.now() + 60_000 });

/** Options that stand for what is not here. */
const OPTIONS: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  "callbacks of a workflow": (stage) =>
    stage.start({
      completionCallbacks: [{ variant: { case: "nexus", value: { url: "http://localhost" } } }],
    }),
  "a version that a workflow keeps to": (stage) =>
    stage.start({
      versioningOverride: {
        override: { case: "pinned", value: { version: { deploymentName: "d", buildId: "b" }, behavior: 1 } },
      },
    }),
  "workflow tasks for a version by deployments": ({ service, taskQueue: name }) =>
    service.pollWorkflowTaskQueue(
      {
        namespace,
        taskQueue: { name },
        deploymentOptions: { deploymentName: "d", buildId: "b", workerVersioningMode: 2 },
      },
      soon(),
    ),
  "workflow tasks for a version by rules": ({ service, taskQueue: name }) =>
    service.pollWorkflowTaskQueue(
      {
        namespace,
        taskQueue: { name },
        workerVersionCapabilities: { buildId: "b", useVersioning: true },
      },
      soon(),
    ),
  "activity tasks for a version by deployments": ({ service, taskQueue: name }) =>
    service.pollActivityTaskQueue(
      {
        namespace,
        taskQueue: { name },
        deploymentOptions: { deploymentName: "d", buildId: "b", workerVersioningMode: 2 },
      },
      soon(),
    ),
  "activity tasks for a version by rules": ({ service, taskQueue: name }) =>
    service.pollActivityTaskQueue(
      {
        namespace,
        taskQueue: { name },
        workerVersionCapabilities: { buildId: "b", useVersioning: true },
      },
      soon(),
    ),
};

test.each(Object.entries(OPTIONS))("%s: refused, and not taken in silence", async (_, call) => {
  await expect(call(new Stage(connection, namespace))).rejects.toMatchObject({
    status: GrpcStatus.UNIMPLEMENTED,
    details: expect.stringMatching(/^[A-Z].* (is|are) not implemented by Perdure's embedded server: .+$/),
  });
});

test("a worker that is of no version gets tasks, and is shown with its deployment and build", async () => {
  const stage = new Stage(connection, namespace);
  await stage.start();
  const taskQueue = { name: stage.taskQueue };
  const deploymentOptions = { deploymentName: "d", buildId: "b", workerVersioningMode: 1 };
  const { taskToken } = await stage.service.pollWorkflowTaskQueue(
    { namespace, taskQueue, deploymentOptions },
    soon(),
  );
  expect(taskToken.length).toBeGreaterThan(0);
  const { pollers } = await stage.service.describeTaskQueue({ namespace, taskQueue, taskQueueType: 1 });
  expect(pollers).toMatchObject([{ deploymentOptions }]);
});
