import type { UpdateNamespaceResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Exchange, Services } from "./exchange.ts";

const DAY = { seconds: 86_400 };

function register(what: string, request: Parameters<Services["workflow"]["registerNamespace"]>[0]): Exchange {
  return { what, call: ({ workflow }) => workflow.registerNamespace(request) };
}

function describe(what: string, request: Parameters<Services["workflow"]["describeNamespace"]>[0]): Exchange {
  return { what, call: async ({ workflow }) => shown(await workflow.describeNamespace(request)) };
}

function update(what: string, request: Parameters<Services["workflow"]["updateNamespace"]>[0]): Exchange {
  return { what, call: async ({ workflow }) => shown(await workflow.updateNamespace(request)) };
}

/** A description without what each server can do, which is its own truth, and what the default namespace was started with. */
function shown({ namespaceInfo, config, ...rest }: UpdateNamespaceResponse): unknown {
  const isDefault = namespaceInfo?.name === "default";
  return {
    ...rest,
    config: isDefault ? { ...config, customSearchAttributeAliases: {} } : config,
    namespaceInfo: {
      ...namespaceInfo,
      capabilities: undefined,
      limits: undefined,
      supportsSchedules: undefined,
    },
  };
}

function remove(what: string, request: Parameters<Services["operator"]["deleteNamespace"]>[0]): Exchange {
  return {
    what,
    call: async ({ operator }) => {
      const { deletedNamespace } = await operator.deleteNamespace(request);
      // What follows is the beginning of its id.
      return deletedNamespace.replace(/[0-9a-f]{5}$/, "<id>");
    },
  };
}

/** Requests about namespaces, in the order in which they are sent. */
export const NAMESPACE_TABLE: readonly Exchange[] = [
  register("register without a name", {}),
  register("register without retention", { namespace: "ns-none" }),
  register("register with a retention of 0", { namespace: "ns-zero", workflowExecutionRetentionPeriod: {} }),
  register("register with a negative retention", {
    namespace: "ns-negative",
    workflowExecutionRetentionPeriod: { seconds: -1 },
  }),
  register("register with a retention under an hour", {
    namespace: "ns-short",
    workflowExecutionRetentionPeriod: { seconds: 3_599 },
  }),
  register("register with mixed signs", {
    namespace: "ns-signs",
    workflowExecutionRetentionPeriod: { seconds: 86_400, nanos: -1 },
  }),
  register("register with an hour", {
    namespace: "ns-hour",
    workflowExecutionRetentionPeriod: { seconds: 3_600 },
  }),
  register("register with more than 100 years", {
    namespace: "ns-long",
    workflowExecutionRetentionPeriod: { seconds: 200 * 365 * 86_400 },
  }),
  describe("describe one with more than 100 years", { namespace: "ns-long" }),
  register("register with a name of 1000 bytes", {
    namespace: "n".repeat(1_000),
    workflowExecutionRetentionPeriod: DAY,
  }),
  register("register with a name of 1001 bytes", {
    namespace: "n".repeat(1_001),
    workflowExecutionRetentionPeriod: DAY,
  }),
  register("register with blanks in the name", {
    namespace: "ns with blanks",
    workflowExecutionRetentionPeriod: DAY,
  }),
  register("register a global one", {
    namespace: "ns-global",
    workflowExecutionRetentionPeriod: DAY,
    isGlobalNamespace: true,
  }),
  register("register for another cluster", {
    namespace: "ns-cluster",
    workflowExecutionRetentionPeriod: DAY,
    activeClusterName: "elsewhere",
  }),
  register("register for several clusters", {
    namespace: "ns-clusters",
    workflowExecutionRetentionPeriod: DAY,
    clusters: [{ clusterName: "active" }, { clusterName: "elsewhere" }],
  }),
  register("register with all fields", {
    namespace: "ns-full",
    description: "everything",
    ownerEmail: "a@b.c",
    workflowExecutionRetentionPeriod: DAY,
    data: { a: "1", b: "2" },
    historyArchivalState: 2,
    historyArchivalUri: "file:///tmp",
  }),
  register("register a second time", { namespace: "ns-full", workflowExecutionRetentionPeriod: DAY }),
  register("register a second time with a bad retention", { namespace: "ns-full" }),
  register("register default", { namespace: "default", workflowExecutionRetentionPeriod: DAY }),
  register("register temporal-system", {
    namespace: "temporal-system",
    workflowExecutionRetentionPeriod: DAY,
  }),
  describe("describe default", { namespace: "default" }),
  describe("describe temporal-system", { namespace: "temporal-system" }),
  describe("describe one with all fields", { namespace: "ns-full" }),
  describe("describe with neither name nor id", {}),
  describe("describe an unknown name", { namespace: "ns-unknown" }),
  describe("describe an unknown id", { id: "00000000-0000-0000-0000-000000000001" }),
  describe("describe what is no id", { id: "nonsense" }),
  describe("describe with name and id", { namespace: "default", id: "00000000-0000-0000-0000-000000000001" }),
  describe("describe a name of 1001 bytes", { namespace: "n".repeat(1_001) }),
  {
    what: "describe by id",
    call: async ({ workflow }) => {
      const { namespaceInfo } = await workflow.describeNamespace({ namespace: "ns-full" });
      const { namespaceInfo: found } = await workflow.describeNamespace({ id: namespaceInfo?.id ?? "" });
      return found?.name;
    },
  },
  {
    what: "list all",
    call: async ({ workflow }) => {
      const { namespaces } = await workflow.listNamespaces({});
      return namespaces.map(({ namespaceInfo }) => namespaceInfo?.name ?? "").sort();
    },
  },
  {
    what: "list a negative number",
    call: ({ workflow }) => workflow.listNamespaces({ pageSize: -1 }),
    differs: "it says what its database misses, and that it is away",
  },
  {
    what: "list in pages",
    call: async ({ workflow }) => {
      const names: string[] = [];
      const sizes: number[] = [];
      let nextPageToken = new Uint8Array(0);
      do {
        const page = await workflow.listNamespaces({ pageSize: 4, nextPageToken });
        sizes.push(page.namespaces.length);
        names.push(...page.namespaces.map(({ namespaceInfo }) => namespaceInfo?.name ?? ""));
        nextPageToken = page.nextPageToken as Uint8Array<ArrayBuffer>;
      } while (nextPageToken.length > 0);
      return { sizes, names: names.sort() };
    },
  },
  update("update without a name", {}),
  update("update an unknown one", { namespace: "ns-unknown" }),
  update("update nothing", { namespace: "ns-full" }),
  update("update the description, owner and data", {
    namespace: "ns-full",
    updateInfo: { description: "changed", ownerEmail: "d@e.f", data: { b: "3", c: "4" } },
  }),
  update("update with empty texts", {
    namespace: "ns-full",
    updateInfo: { description: "", ownerEmail: "" },
  }),
  update("update the retention", {
    namespace: "ns-full",
    config: { workflowExecutionRetentionTtl: { seconds: 7_200 } },
  }),
  update("update to a retention under an hour", {
    namespace: "ns-full",
    config: { workflowExecutionRetentionTtl: { seconds: 60 } },
  }),
  update("update to a retention of 0", {
    namespace: "ns-full",
    config: { workflowExecutionRetentionTtl: {} },
  }),
  update("update with an empty config", { namespace: "ns-full", config: {} }),
  update("add bad binaries", {
    namespace: "ns-full",
    config: {
      badBinaries: { binaries: { abc: { reason: "bad", operator: "me" }, def: { reason: "worse" } } },
    },
  }),
  update("delete a bad binary", { namespace: "ns-full", deleteBadBinary: "abc" }),
  update("delete an unknown bad binary", { namespace: "ns-full", deleteBadBinary: "nope" }),
  update("too many bad binaries", {
    namespace: "ns-full",
    config: {
      badBinaries: {
        binaries: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`b${i}`, { reason: "x" }])),
      },
    },
  }),
  update("promote", { namespace: "ns-full", promoteNamespace: true }),
  update("change the active cluster", {
    namespace: "ns-full",
    replicationConfig: { activeClusterName: "elsewhere" },
  }),
  update("change the clusters", {
    namespace: "ns-full",
    replicationConfig: { clusters: [{ clusterName: "active" }, { clusterName: "elsewhere" }] },
  }),
  update("change to the same cluster", {
    namespace: "ns-full",
    replicationConfig: { activeClusterName: "active" },
  }),
  update("hand over", { namespace: "ns-full", replicationConfig: { state: 2 } }),
  update("add an alias for a slot", {
    namespace: "ns-full",
    config: { customSearchAttributeAliases: { Keyword01: "Mine" } },
  }),
  update("use the slot again", {
    namespace: "ns-full",
    config: { customSearchAttributeAliases: { Keyword01: "Other" } },
  }),
  update("use the alias again", {
    namespace: "ns-full",
    config: { customSearchAttributeAliases: { Keyword02: "Mine" } },
  }),
  update("free the slot", {
    namespace: "ns-full",
    config: { customSearchAttributeAliases: { Keyword01: "" } },
  }),
  update("change to the state it has", { namespace: "ns-full", updateInfo: { state: 1 } }),
  update("deprecate by update", { namespace: "ns-hour", updateInfo: { state: 2 } }),
  update("register again by update", { namespace: "ns-hour", updateInfo: { state: 1 } }),
  update("an unknown state", { namespace: "ns-full", updateInfo: { state: 9 } }),
  {
    what: "deprecate",
    call: ({ workflow }) => workflow.deprecateNamespace({ namespace: "ns-full" }),
  },
  { what: "deprecate twice", call: ({ workflow }) => workflow.deprecateNamespace({ namespace: "ns-full" }) },
  { what: "deprecate without a name", call: ({ workflow }) => workflow.deprecateNamespace({}) },
  {
    what: "deprecate an unknown one",
    call: ({ workflow }) => workflow.deprecateNamespace({ namespace: "ns-unknown" }),
  },
  describe("describe a deprecated one", { namespace: "ns-full" }),
  {
    what: "count in a deprecated one",
    settles: true,
    call: ({ workflow }) => workflow.countWorkflowExecutions({ namespace: "ns-full" }),
  },
  {
    what: "start in a deprecated one",
    settles: true,
    call: ({ workflow }) =>
      workflow.startWorkflowExecution({
        namespace: "ns-full",
        workflowId: "w",
        requestId: "r",
        workflowType: { name: "t" },
        taskQueue: { name: "q" },
      }),
  },
  {
    what: "signal with start in a deprecated one",
    settles: true,
    call: ({ workflow }) =>
      workflow.signalWithStartWorkflowExecution({
        namespace: "ns-full",
        workflowId: "w",
        requestId: "r",
        workflowType: { name: "t" },
        taskQueue: { name: "q" },
        signalName: "s",
      }),
  },
  { what: "count without a namespace", call: ({ workflow }) => workflow.countWorkflowExecutions({}) },
  {
    what: "count in an unknown one",
    call: ({ workflow }) => workflow.countWorkflowExecutions({ namespace: "ns-unknown" }),
  },
  {
    what: "count in one with too long a name",
    call: ({ workflow }) => workflow.countWorkflowExecutions({ namespace: "n".repeat(1_001) }),
  },
  {
    what: "a task token without a namespace",
    call: ({ workflow }) => workflow.respondWorkflowTaskCompleted({ namespace: "default" }),
  },
  { what: "search attributes of the cluster", call: ({ workflow }) => workflow.getSearchAttributes({}) },
  {
    what: "system info",
    call: async ({ workflow }) => (await workflow.getSystemInfo({})).serverVersion,
  },
  {
    what: "cluster info",
    call: async ({ workflow }) => {
      const info = await workflow.getClusterInfo({});
      return {
        ...info,
        persistenceStore: undefined,
        visibilityStore: undefined,
        historyShardCount: undefined,
      };
    },
  },
  remove("delete without a name", {}),
  remove("delete an unknown one", { namespace: "ns-unknown" }),
  remove("delete an unknown id", { namespaceId: "00000000-0000-0000-0000-000000000001" }),
  remove("delete what is no id", { namespaceId: "nonsense" }),
  remove("delete by name and id", {
    namespace: "ns-full",
    namespaceId: "00000000-0000-0000-0000-000000000001",
  }),
  remove("delete the server's own", { namespace: "temporal-system" }),
  remove("delete one", { namespace: "ns-full" }),
  describe("describe a deleted one", { namespace: "ns-full" }),
  {
    ...remove("delete a second time", { namespace: "ns-full" }),
    settles: true,
  },
  {
    what: "delete by id",
    call: async ({ workflow, operator }) => {
      const { namespaceInfo } = await workflow.describeNamespace({ namespace: "ns-hour" });
      const { deletedNamespace } = await operator.deleteNamespace({ namespaceId: namespaceInfo?.id ?? "" });
      return deletedNamespace === `ns-hour-deleted-${namespaceInfo?.id.slice(0, 5)}`;
    },
  },
  register("register a deleted name again", {
    namespace: "ns-full",
    workflowExecutionRetentionPeriod: DAY,
  }),
  describe("describe it again", { namespace: "ns-full" }),
  remove("delete default", { namespace: "default" }),
  describe("describe default after that", { namespace: "default" }),
  {
    what: "start in a deleted one",
    settles: true,
    call: ({ workflow }) =>
      workflow.startWorkflowExecution({
        namespace: "default",
        workflowId: "w",
        requestId: "r",
        workflowType: { name: "t" },
        taskQueue: { name: "q" },
      }),
  },
];
