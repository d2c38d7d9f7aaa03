import { describe, expect, test } from "vitest";
import { RpcError } from "../../../src/platform/rpc-port.ts";
import { NamespaceRegistry } from "../../../src/server/namespaces/namespace-registry.ts";
import { ServiceFailure } from "../../../src/server/rpc/service-failure.ts";
import { SearchAttributes } from "../../../src/server/visibility/search-attributes.ts";
import { openOwnServer } from "../harness/own-server.ts";
import { jsonPayload } from "../visibility/population.ts";

describe("namespaces that are made when they are first named", () => {
  test("a call makes one; looking one up does not", async () => {
    const own = openOwnServer({ autoCreate: true });
    const { workflow } = own.services;
    expect(await workflow.countWorkflowExecutions({ namespace: "new" })).toMatchObject({ count: 0n });
    const { namespaceInfo } = await workflow.describeNamespace({ namespace: "new" });
    expect(namespaceInfo).toMatchObject({ name: "new", state: 1 });
    await own.close();
  });

  test("an empty name is refused all the same", async () => {
    const own = openOwnServer({ autoCreate: true });
    await expect(own.services.workflow.countWorkflowExecutions({})).rejects.toThrow("Namespace is empty.");
    await own.close();
  });
});

test("errors about namespaces have the details that clients look for", async () => {
  const own = openOwnServer();
  const { workflow } = own.services;
  const missing = await failure(workflow.countWorkflowExecutions({ namespace: "nowhere" }));
  expect(detailsOf(missing)).toContain("NamespaceNotFoundFailure");
  const again = { namespace: "default", workflowExecutionRetentionPeriod: { seconds: 86_400 } };
  expect(detailsOf(await failure(workflow.registerNamespace(again)))).toContain(
    "NamespaceAlreadyExistsFailure",
  );
  await workflow.deprecateNamespace({ namespace: "default" });
  const start = workflow.startWorkflowExecution({ namespace: "default" });
  expect(detailsOf(await failure(start))).toContain("NamespaceInvalidStateFailure");
  await own.close();
});

async function failure(call: Promise<unknown>): Promise<RpcError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError) return error;
  }
  throw new Error("the call did not fail as it should");
}

function detailsOf({ rawStatusDetails }: RpcError): string {
  return new TextDecoder().decode(rawStatusDetails);
}

test("search attributes of more than 40 KiB in all are refused", () => {
  const namespaces = new NamespaceRegistry({ newId: () => "id" });
  const attributes = new SearchAttributes(namespaces);
  const names = Array.from({ length: 10 }, (_, index) => `K${index}`);
  attributes.add("default", Object.fromEntries(names.map((name) => [name, 2])));
  attributes.add("default", { L0: 7, L1: 7, L2: 7, T0: 1, T1: 1, T2: 1 });
  const long = "x".repeat(2_040);
  const predefined = ["BatcherUser", "BatcherNamespace", "TemporalScheduledById"];
  const fields = Object.fromEntries([
    ...[...names, "T0", "T1", "T2", ...predefined].map((name) => [name, jsonPayload(long)]),
    ...["L0", "L1", "L2", "BuildIds", "BinaryChecksums"].map((name) => [name, jsonPayload([long])]),
  ]);
  expect(() => attributes.check("default", fields)).toThrow(
    /^total size of search attributes \d+ exceeds size limit 40960$/,
  );
  expect(() => attributes.check("default", { K0: jsonPayload(long) })).not.toThrow();
  expect(() => attributes.check("default", { K0: {} })).toThrow(ServiceFailure);
});

test("a search attribute that is removed is shown no more, and its slot can be given again", async () => {
  const own = openOwnServer();
  const { workflow, operator } = own.services;
  const namespace = "default";
  await operator.addSearchAttributes({ namespace, searchAttributes: { Mine: 3 } });
  own.store.put({
    namespace,
    workflowId: "w",
    runId: "r",
    workflowType: "t",
    taskQueue: "q",
    status: 1,
    startTimeMs: 1,
    executionTimeMs: 1,
    closeTimeMs: undefined,
    historyLength: 1,
    historySizeBytes: 1,
    stateTransitionCount: 1,
    memo: undefined,
    searchAttributes: { Mine: jsonPayload([7]) },
    parentWorkflowId: undefined,
    parentRunId: undefined,
    rootWorkflowId: "w",
    rootRunId: "r",
  });
  const shown = async (): Promise<string[]> => {
    const { executions } = await workflow.listWorkflowExecutions({ namespace });
    const fields = executions[0]?.searchAttributes?.indexedFields ?? {};
    return Object.entries(fields).map(([name, { data }]) => `${name}=${new TextDecoder().decode(data)}`);
  };
  expect(await shown()).toEqual(["Mine=7"]);
  await operator.removeSearchAttributes({ namespace, searchAttributes: ["Mine"] });
  expect(await shown()).toEqual([]);
  await operator.addSearchAttributes({ namespace, searchAttributes: { Other: 3 } });
  const { config } = await workflow.describeNamespace({ namespace });
  expect(config?.customSearchAttributeAliases).toEqual({ Int01: "Other" });
  await own.close();
});
