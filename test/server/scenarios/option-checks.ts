import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Link } from "../../../src/gen/codec/temporal/api/common/v1/message.ts";
import type { StartWorkflowExecutionRequest } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

type Variant = NonNullable<Init<Link>["variant"]>;

const EVENT = { namespace: "n", workflowId: "w", runId: "r" };
const OPERATION = { namespace: "n", operationId: "o", runId: "r" };
const ACTIVITY = { namespace: "n", activityId: "a", runId: "r" };

const LINKS: Readonly<Record<string, Variant | undefined>> = {
  "of no kind": undefined,
  "to an event": { case: "workflowEvent", value: EVENT },
  "to an event without namespace": { case: "workflowEvent", value: { ...EVENT, namespace: "" } },
  "to an event without workflow": { case: "workflowEvent", value: { ...EVENT, workflowId: "" } },
  "to an event without run": { case: "workflowEvent", value: { ...EVENT, runId: "" } },
  "to an event of no type": {
    case: "workflowEvent",
    value: { ...EVENT, reference: { case: "eventRef", value: { eventId: 3 } } },
  },
  "to an event by type": {
    case: "workflowEvent",
    value: { ...EVENT, reference: { case: "eventRef", value: { eventType: 1 } } },
  },
  "to an event by an empty request id": {
    case: "workflowEvent",
    value: { ...EVENT, reference: { case: "requestIdRef", value: {} } },
  },
  "of 5 KB": { case: "workflowEvent", value: { ...EVENT, workflowId: "x".repeat(5_000) } },
  "to a batch": { case: "batchJob", value: { jobId: "j" } },
  "to no batch": { case: "batchJob", value: {} },
  "to an operation": { case: "nexusOperation", value: OPERATION },
  "to an operation without namespace": { case: "nexusOperation", value: { ...OPERATION, namespace: "" } },
  "to an operation without id": { case: "nexusOperation", value: { ...OPERATION, operationId: "" } },
  "to an operation without run": { case: "nexusOperation", value: { ...OPERATION, runId: "" } },
  "to an activity": { case: "activity", value: ACTIVITY },
  "to an activity without namespace": { case: "activity", value: { ...ACTIVITY, namespace: "" } },
  "to an activity without id": { case: "activity", value: { ...ACTIVITY, activityId: "" } },
  "to an activity without run": { case: "activity", value: { ...ACTIVITY, runId: "" } },
  "to a workflow": { case: "workflow", value: { namespace: "n", workflowId: "w", runId: "r" } },
};

type Links = readonly Init<Link>[];

/** The calls that take links. */
function linked(stage: Stage): Readonly<Record<string, (links: Links) => Promise<unknown>>> {
  const { service, namespace, execution: workflowExecution } = stage;
  const nobody = { namespace, workflowExecution: { workflowId: stage.id("nobody") } };
  const start = {
    namespace,
    workflowType: { name: "scenario" },
    taskQueue: { name: stage.taskQueue },
    requestId: stage.id("request"),
  };
  let started = 0;
  const workflowId = (): string => stage.id(`started-${started++}`);
  return {
    start: (links) => service.startWorkflowExecution({ ...start, workflowId: workflowId(), links }),
    "signal with start": (links) =>
      service.signalWithStartWorkflowExecution({
        ...start,
        workflowId: workflowId(),
        signalName: "s",
        links,
      }),
    signal: (links) =>
      service.signalWorkflowExecution({ namespace, workflowExecution, signalName: "s", links }),
    cancel: (links) => service.requestCancelWorkflowExecution({ ...nobody, links }),
    terminate: (links) => service.terminateWorkflowExecution({ ...nobody, links }),
  };
}

const PINNED = { behavior: 1, version: { deploymentName: "d", buildId: "b" } } as const;

const OPTIONS: Readonly<Record<string, Init<StartWorkflowExecutionRequest>>> = {
  "time skipping": { timeSkippingConfig: { enabled: true } },
  "time skipping that is off": { timeSkippingConfig: {} },
  "an override of nothing": { versioningOverride: {} },
  "an override of nothing and time skipping": { versioningOverride: {}, timeSkippingConfig: {} },
  "an override and a bad priority": { versioningOverride: {}, priority: { priorityKey: -1 } },
  "an override and a bad link": { versioningOverride: {}, links: [{}] },
  "an override to upgrade": { versioningOverride: { override: { case: "autoUpgrade", value: true } } },
  "an override not to upgrade": { versioningOverride: { override: { case: "autoUpgrade", value: false } } },
  "an override of old to upgrade": { versioningOverride: { behavior: 2 } },
  "pinned without a version": {
    versioningOverride: { override: { case: "pinned", value: { behavior: 1 } } },
  },
  "pinned without a behaviour": {
    versioningOverride: { override: { case: "pinned", value: { version: PINNED.version } } },
  },
  "links and a bad policy": { links: [{}], workflowIdReusePolicy: 4, workflowIdConflictPolicy: 2 },
  "links and a long request id": { links: [{}], requestId: "r".repeat(1_001) },
};

/** Links, and options of features that need other parts: how they are checked. */
export const OPTION_CHECKS: readonly Scenario[] = [
  defineScenario("options: links", async (stage) => {
    await stage.start();
    for (const [call, send] of Object.entries(linked(stage))) {
      const refused = (what: string, links: Links): Promise<unknown> =>
        stage.step(
          `${call}, ${what}`,
          () => send(links),
          () => "taken",
        );
      for (const [what, variant] of Object.entries(LINKS)) {
        await refused(`a link ${what}`, [variant === undefined ? {} : { variant }]);
      }
      const link = { variant: { case: "workflowEvent", value: EVENT } } as const;
      await refused(
        "10 links",
        Array.from({ length: 10 }, () => link),
      );
      await refused(
        "11 links",
        Array.from({ length: 11 }, () => link),
      );
    }
  }),

  defineScenario("options: those of a start that need other parts", async (stage) => {
    for (const [what, options] of Object.entries(OPTIONS)) {
      await stage.step(
        what,
        () => stage.start({ workflowId: stage.id(what), ...options }),
        () => "taken",
      );
    }
    const { namespace, service, taskQueue } = stage;
    const start = { namespace, workflowType: { name: "w" }, taskQueue: { name: taskQueue }, signalName: "s" };
    await stage.step("time skipping, signal with start", () =>
      service.signalWithStartWorkflowExecution({ ...start, workflowId: "w", timeSkippingConfig: {} }),
    );
    await stage.step("an override of nothing, signal with start", () =>
      service.signalWithStartWorkflowExecution({ ...start, workflowId: "w", versioningOverride: {} }),
    );
  }),
];
