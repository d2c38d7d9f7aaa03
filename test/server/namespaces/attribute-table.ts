import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Payload } from "../../../src/gen/codec/temporal/api/common/v1/message.ts";
import { jsonPayload } from "../visibility/population.ts";
import type { Exchange } from "./exchange.ts";

const namespace = "attributes";
const bytes = new TextEncoder();

function add(what: string, searchAttributes: Readonly<Record<string, number>>, name = namespace): Exchange {
  return {
    what,
    call: ({ operator }) => operator.addSearchAttributes({ namespace: name, searchAttributes }),
  };
}

function remove(what: string, searchAttributes: readonly string[], name = namespace): Exchange {
  return {
    what,
    call: ({ operator }) => operator.removeSearchAttributes({ namespace: name, searchAttributes }),
  };
}

function list(what: string, name = namespace): Exchange {
  return { what, call: ({ operator }) => operator.listSearchAttributes({ namespace: name }) };
}

/** Requests about search attributes, in the order in which they are sent. */
export const ATTRIBUTE_TABLE: readonly Exchange[] = [
  {
    what: "register",
    call: ({ workflow }) =>
      workflow.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 } }),
  },
  { ...list("list without custom ones"), settles: true },
  list("list without a namespace", ""),
  list("list in an unknown namespace", "nowhere"),
  add("add none", {}),
  add("add without a namespace", { A: 2 }, ""),
  add("add in an unknown namespace", { A: 2 }, "nowhere"),
  add("add one of each type", {
    CText: 1,
    CKeyword: 2,
    CInt: 3,
    CDouble: 4,
    CBool: 5,
    CDatetime: 6,
    CList: 7,
  }),
  add("add again", { CText: 1 }),
  add("add again with another type", { CText: 2 }),
  add("add with a system name", { WorkflowId: 2 }),
  add("add with a predefined name", { BuildIds: 2 }),
  add("add with a reserved name", { Memo: 2 }),
  add("add with a Temporal name", { TemporalMine: 2 }),
  add("add with an unknown type", { Mine: 9 }),
  add("add with type 0", { Mine: 0 }),
  add("add two more ints", { CInt2: 3, CInt3: 3 }),
  add("add one int too many", { CInt4: 3 }),
  add("add with an odd name", { "odd name!": 2 }),
  list("list with custom ones"),
  remove("remove none", []),
  remove("remove one", ["CInt3"]),
  remove("remove an unknown one", ["Nope"]),
  remove("remove a system one", ["WorkflowId"]),
  remove("remove a predefined one", ["BuildIds"]),
  remove("remove without a namespace", ["CInt2"], ""),
  add("add in the freed slot", { CInt5: 3 }),
  list("list after that"),
];

/** A start with search attributes. */
export type ValueExchange = Exchange & { readonly fields: Readonly<Record<string, Init<Payload>>> };

function start(
  what: string,
  fields: Readonly<Record<string, Init<Payload>>>,
  differs?: string,
): ValueExchange {
  return {
    what,
    fields,
    ...(differs === undefined ? undefined : { differs }),
    call: async ({ workflow }) => {
      const { runId } = await workflow.startWorkflowExecution({
        namespace,
        workflowId: what,
        requestId: what,
        workflowType: { name: "t" },
        taskQueue: { name: "attributes" },
        searchAttributes: { indexedFields: fields },
      });
      const { workflowExecutionInfo } = await workflow.describeWorkflowExecution({
        namespace,
        execution: { workflowId: what, runId },
      });
      return workflowExecutionInfo?.searchAttributes;
    },
  };
}

/** What starts may set, and what they see of it. */
export const VALUE_TABLE: readonly ValueExchange[] = [
  { ...start("an unknown name", { Nope: jsonPayload("x") }), settles: true },
  start("a slot's name", { Keyword01: jsonPayload("x") }),
  start("a system name", { WorkflowId: jsonPayload("x") }),
  start("a predefined name", { BuildIds: jsonPayload(["x"]) }),
  start("an internal name", { TemporalWorkerDeployment: jsonPayload("x") }),
  start("a Temporal name", { TemporalMine: jsonPayload("x") }),
  start("ScheduleId", { ScheduleId: jsonPayload("x") }),
  { ...start("a keyword", { CKeyword: jsonPayload("x") }), settles: true },
  start("a keyword with another type in its metadata", {
    CKeyword: { ...jsonPayload("x"), metadata: { ...jsonPayload("x").metadata, type: bytes.encode("Int") } },
  }),
  start("a keyword with other metadata", {
    CKeyword: { ...jsonPayload("x"), metadata: { ...jsonPayload("x").metadata, mine: bytes.encode("1") } },
  }),
  start("a keyword in a list", { CKeyword: jsonPayload(["x"]) }),
  start("two keywords", { CKeyword: jsonPayload(["x", "y"]) }),
  start("no keywords", { CKeyword: jsonPayload([]) }),
  start("a null keyword", { CKeyword: jsonPayload(null) }),
  start("a binary null keyword", { CKeyword: { metadata: { encoding: bytes.encode("binary/null") } } }),
  start("a number for a keyword", { CKeyword: jsonPayload(5) }),
  start("a fraction for a keyword", { CKeyword: jsonPayload(5.25) }),
  start("a large number for a keyword", { CKeyword: jsonPayload(1e21) }),
  start("a bool for a keyword", { CKeyword: jsonPayload(true) }),
  start("an object for a keyword", { CKeyword: jsonPayload({ b: 1, a: [null, "x"] }) }),
  start("a mixed list for a keyword", { CKeyword: jsonPayload(["x", 5]) }),
  start("an empty keyword", { CKeyword: jsonPayload("") }),
  start("an int", { CInt: jsonPayload(5) }),
  start("a negative int", { CInt: jsonPayload(-5) }),
  start("an int in a list", { CInt: jsonPayload([5]) }),
  start("a fraction for an int", { CInt: jsonPayload(5.5) }),
  start("5.0 for an int", { CInt: { ...jsonPayload(5), data: bytes.encode("5.0") } }),
  start("1e3 for an int", { CInt: { ...jsonPayload(5), data: bytes.encode("1e3") } }),
  start("a large int", { CInt: { ...jsonPayload(5), data: bytes.encode("9223372036854775807") } }),
  start("too large an int", { CInt: { ...jsonPayload(5), data: bytes.encode("9223372036854775808") } }),
  start("a text for an int", { CInt: jsonPayload("5") }),
  start("a double", { CDouble: jsonPayload(1.5) }),
  start("a text for a double", { CDouble: jsonPayload("1.5") }),
  start("a bool", { CBool: jsonPayload(false) }),
  start("a number for a bool", { CBool: jsonPayload(1) }),
  start("a text for a bool", { CBool: jsonPayload("true") }),
  start("a datetime", { CDatetime: jsonPayload("2026-01-01T00:00:00Z") }),
  start("a datetime with an offset", { CDatetime: jsonPayload("2026-01-01T00:00:00.123456789+02:00") }),
  start("a day for a datetime", { CDatetime: jsonPayload("2026-01-01") }),
  start("a number for a datetime", { CDatetime: jsonPayload(5) }),
  start("a text", { CText: jsonPayload("hello world") }),
  start("a number for a text", { CText: jsonPayload(5) }),
  start("a keyword list", { CList: jsonPayload(["x", "y"]) }),
  start("a lone keyword for a list", { CList: jsonPayload("x") }),
  start("an empty keyword list", { CList: jsonPayload([]) }),
  start("nulls in a keyword list", { CList: jsonPayload([null]) }),
  start("a mixed keyword list", { CList: jsonPayload(["x", 5]) }),
  start("a number for a keyword list", { CList: jsonPayload(5) }),
  start("several", { CList: jsonPayload(["x"]), CInt: jsonPayload(1), CKeyword: jsonPayload(null) }),
  start("2048 bytes", { CKeyword: jsonPayload("x".repeat(2_046)) }),
  start("2049 bytes", { CKeyword: jsonPayload("x".repeat(2_047)) }),
  start("a namespace division", { TemporalNamespaceDivision: jsonPayload("mine") }),
  start("a schedule's id", { TemporalScheduledById: jsonPayload("mine") }),
];
