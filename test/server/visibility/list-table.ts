import type { Exchange, Services } from "../namespaces/exchange.ts";

const namespace = "table";
const bytes = new TextEncoder();

type Request<Method extends keyof Services["workflow"]> = Parameters<Services["workflow"][Method]>[0];

interface Found {
  readonly executions: readonly { readonly execution?: { readonly workflowId: string } | undefined }[];
  readonly nextPageToken: Uint8Array;
}

function found({ executions, nextPageToken }: Found): unknown {
  return { ids: executions.map(({ execution }) => execution?.workflowId), more: nextPageToken.length > 0 };
}

function open(what: string, request: Request<"listOpenWorkflowExecutions">): Exchange {
  return {
    what: `open: ${what}`,
    call: async ({ workflow }) => found(await workflow.listOpenWorkflowExecutions({ namespace, ...request })),
  };
}

function closed(what: string, request: Request<"listClosedWorkflowExecutions">): Exchange {
  return {
    what: `closed: ${what}`,
    call: async ({ workflow }) =>
      found(await workflow.listClosedWorkflowExecutions({ namespace, ...request })),
  };
}

function list(what: string, request: Request<"listWorkflowExecutions">): Exchange {
  return {
    what: `list: ${what}`,
    call: async ({ workflow }) => found(await workflow.listWorkflowExecutions({ namespace, ...request })),
  };
}

const TOKENS = "the real server fails on what is no token of its own, or takes it for none; ours says so";
const EARLY = { seconds: 1_577_836_800 };
const LATE = { seconds: 4_102_444_800 };

/** Lists other than by query, pages and bad requests; all against the population of the query table. */
export const LIST_TABLE: readonly Exchange[] = [
  open("all", {}),
  open("from a time on", { startTimeFilter: { earliestTime: EARLY } }),
  open("up to a time", { startTimeFilter: { latestTime: EARLY } }),
  open("between times", { startTimeFilter: { earliestTime: EARLY, latestTime: LATE } }),
  open("between times the wrong way round", { startTimeFilter: { earliestTime: LATE, latestTime: EARLY } }),
  open("of a workflow", { filters: { case: "executionFilter", value: { workflowId: "order-1" } } }),
  open("of a workflow and run", {
    filters: { case: "executionFilter", value: { workflowId: "order-1", runId: "nope" } },
  }),
  open("of a type", { filters: { case: "typeFilter", value: { name: "order" } } }),
  open("of a type with a quote", { filters: { case: "typeFilter", value: { name: "it's" } } }),
  open("of an empty type", { filters: { case: "typeFilter", value: {} } }),
  open("two", { maximumPageSize: 2 }),
  open("a negative number", { maximumPageSize: -1 }),
  open("too many", { maximumPageSize: 5_000 }),
  { ...open("a bad token", { nextPageToken: bytes.encode("nonsense") }), differs: TOKENS },
  open("without a namespace", { namespace: "" }),
  closed("all", {}),
  closed("closed from a time on", { startTimeFilter: { earliestTime: EARLY } }),
  closed("closed up to a time", { startTimeFilter: { latestTime: EARLY } }),
  closed("between times", { startTimeFilter: { earliestTime: EARLY, latestTime: LATE } }),
  closed("between times the wrong way round", { startTimeFilter: { earliestTime: LATE, latestTime: EARLY } }),
  closed("of a workflow", { filters: { case: "executionFilter", value: { workflowId: "ship-1" } } }),
  closed("of a type", { filters: { case: "typeFilter", value: { name: "ship" } } }),
  closed("failed", { filters: { case: "statusFilter", value: { status: 3 } } }),
  closed("running", { filters: { case: "statusFilter", value: { status: 1 } } }),
  closed("of no status", { filters: { case: "statusFilter", value: {} } }),
  closed("of an unknown status", { filters: { case: "statusFilter", value: { status: 99 } } }),
  closed("without a namespace", { namespace: "" }),
  closed("in an unknown namespace", { namespace: "nowhere" }),
  list("a page of 3", { pageSize: 3 }),
  list("a page of all", { pageSize: 17 }),
  list("a negative number", { pageSize: -1 }),
  list("too many", { pageSize: 5_000 }),
  list("without a namespace", { namespace: "" }),
  list("in an unknown namespace", { namespace: "nowhere" }),
  { ...list("a token that is no JSON", { nextPageToken: bytes.encode("nonsense") }), differs: TOKENS },
  { ...list("a token that is a number", { nextPageToken: bytes.encode("5") }), differs: TOKENS },
  { ...list("a token that is null", { nextPageToken: bytes.encode("null") }), differs: TOKENS },
  {
    ...list("a token of the wrong types", { nextPageToken: bytes.encode('{"CloseTime":5}') }),
    differs: TOKENS,
  },
  { ...list("a token without fields", { nextPageToken: bytes.encode("{}") }), differs: TOKENS },
  {
    ...list("a token with a bad time", { nextPageToken: bytes.encode('{"CloseTime":"yesterday"}') }),
    differs: TOKENS,
  },
  list("a bad query and a bad token", { query: "Nope = 1", nextPageToken: bytes.encode("nonsense") }),
  {
    what: "list: all in pages of 4",
    call: async ({ workflow }) => {
      const pages: string[][] = [];
      let nextPageToken: Uint8Array = new Uint8Array(0);
      do {
        const page = await workflow.listWorkflowExecutions({ namespace, pageSize: 4, nextPageToken });
        pages.push(page.executions.map(({ execution }) => execution?.workflowId ?? ""));
        nextPageToken = page.nextPageToken;
      } while (nextPageToken.length > 0);
      return pages;
    },
  },
  {
    what: "scan: a query",
    call: async ({ workflow }) =>
      found(await workflow.scanWorkflowExecutions({ namespace, query: "WorkflowType = 'ship'" })),
  },
  {
    what: "scan: a page",
    call: async ({ workflow }) => found(await workflow.scanWorkflowExecutions({ namespace, pageSize: 2 })),
  },
  {
    what: "scan: a bad query",
    call: async ({ workflow }) =>
      found(await workflow.scanWorkflowExecutions({ namespace, query: "WorkflowType = ship" })),
  },
  ...["order-1", "order-3", "ship-1", "child-1", "delayed", "loop"].map(
    (id): Exchange => ({
      what: `info of ${id}`,
      call: async ({ workflow }) => {
        const query = `WorkflowId = '${id}'`;
        const { executions } = await workflow.listWorkflowExecutions({ namespace, query });
        // How long closed runs took differs from run to run, and so does the size of their histories.
        return executions.map((execution) => ({
          ...execution,
          historySizeBytes: execution.historySizeBytes > 0n,
          executionDuration: execution.executionDuration && { seconds: execution.executionDuration.seconds },
        }));
      },
    }),
  ),
];
