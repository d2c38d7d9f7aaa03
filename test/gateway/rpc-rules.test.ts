import type { DescField, DescMessage, DescService } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { readFacts } from "../../src/gateway/request-facts.ts";
import { findRule, type RpcRule } from "../../src/gateway/rpc-rules.ts";
import {
  encodePollWorkflowTaskQueueRequest,
  encodeStartWorkflowExecutionRequest,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { OperatorService } from "../../src/gen/es/temporal/api/operatorservice/v1/service_pb.ts";
import { TestService } from "../../src/gen/es/temporal/api/testservice/v1/service_pb.ts";
import { WorkflowService } from "../../src/gen/es/temporal/api/workflowservice/v1/service_pb.ts";

const SERVICES: readonly DescService[] = [WorkflowService, OperatorService, TestService];
const methods = SERVICES.flatMap((service) =>
  service.methods.map((method) => ({ method, path: `/${service.typeName}/${method.name}` })),
);
/** Links name what a call came from; they give access to nothing. Payloads and failures are the user's. */
const NOT_ENTERED =
  /\.Link$|common\.v1\.(Payloads?|Memo|Header|SearchAttributes)$|failure\.v1|^google\.|history\.v1/;
/** A worker's own queue, and that by which a server controls workers: both made up by the worker. */
const MADE_UP = new Set([
  "ShutdownWorker 2",
  "PollWorkflowTaskQueue 9",
  "PollActivityTaskQueue 9",
  "RespondWorkflowTaskCompleted 20",
]);

/** Ids of namespaces, in requests that take a name or an id. */
const BY_ID = new Set(["DescribeNamespace 2", "DeleteNamespace 2"]);

interface Found {
  readonly path: string;
  readonly field: DescField;
}

function fieldsOf(
  message: DescMessage,
  above: readonly number[] = [],
  entered: readonly string[] = [],
): Found[] {
  return message.fields.flatMap((field) => {
    const at = [...above, field.number];
    const inner = field.message;
    const own = [{ path: at.join("."), field }];
    const skipped =
      inner === undefined || NOT_ENTERED.test(inner.typeName) || entered.includes(inner.typeName);
    return skipped ? own : [...own, ...fieldsOf(inner, at, [...entered, inner.typeName])];
  });
}

const isText = (field: DescField): boolean => "scalar" in field && field.scalar === 9;

test("every method of the API is known, and says what it needs", () => {
  const unknown = methods.filter(({ path }) => (findRule(path)?.groups.length ?? 0) === 0);
  expect(unknown.map(({ path }) => path)).toEqual([]);
});

test("namespaces are looked for wherever the API has them", () => {
  for (const { method, path } of methods) {
    const rule = findRule(path) as RpcRule;
    const found = fieldsOf(method.input).filter(
      ({ path: at, field }) =>
        isText(field) && (/(^|_)namespace$/.test(field.name) || BY_ID.has(`${method.name} ${at}`)),
    );
    const known = [...(rule.namespace === undefined ? [] : [rule.namespace]), ...rule.otherNamespaces];
    expect(known.sort(), path).toEqual(found.map((one) => one.path).sort());
    expect(rule.namespace === undefined, path).toBe(!found.some((one) => !one.path.includes(".")));
  }
});

test("task queues are looked for wherever the API has them", () => {
  for (const { method, path } of methods) {
    const rule = findRule(path) as RpcRule;
    const fields = fieldsOf(method.input).filter((one) => !MADE_UP.has(`${method.name} ${one.path}`));
    const messages = fields.filter(({ field }) => field.message?.typeName.endsWith(".TaskQueue"));
    const names = fields.filter(({ field }) => isText(field) && /(^|_)task_queues?$/.test(field.name));
    expect([...rule.taskQueues].sort(), path).toEqual(messages.map((one) => one.path).sort());
    expect([...rule.taskQueueNames].sort(), path).toEqual(names.map((one) => one.path).sort());
  }
});

test("callbacks are looked for wherever the API has them, and messages are closed that could get new ways out", () => {
  for (const { method, path } of methods) {
    const rule = findRule(path) as RpcRule;
    const fields = fieldsOf(method.input);
    const callbacks = fields.filter(
      ({ field }) => field.message?.typeName === "temporal.api.common.v1.Callback",
    );
    expect([...rule.callbacks].sort(), path).toEqual(callbacks.map((one) => one.path).sort());
    const parts = fields.filter(({ field }) => /\.(Command|Operation)$/.test(field.message?.typeName ?? ""));
    expect(rule.closed === undefined ? [] : [rule.closed.path], path).toEqual(parts.map((one) => one.path));
    for (const part of parts) {
      const numbers = part.field.message?.fields.map(({ number }) => number).sort((a, b) => a - b);
      expect([...(rule.closed?.fields ?? [])], path).toEqual(numbers);
    }
  }
});

const rule = (name: string): RpcRule =>
  findRule(`/temporal.api.workflowservice.v1.WorkflowService/${name}`) as RpcRule;

test("a field that comes twice is seen twice", () => {
  const first = encodeStartWorkflowExecutionRequest({ namespace: "mine", taskQueue: { name: "a" } });
  const second = encodeStartWorkflowExecutionRequest({ namespace: "theirs", taskQueue: { name: "b" } });
  const facts = readFacts(rule("StartWorkflowExecution"), Buffer.concat([first, second]));
  expect(facts.namespaces).toEqual(["mine", "theirs"]);
  expect(facts.taskQueues.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("a worker's own queue comes with the queue that it belongs to", () => {
  const taskQueue = { name: "me-1", kind: 2, normalName: "orders" };
  const facts = readFacts(
    rule("PollWorkflowTaskQueue"),
    encodePollWorkflowTaskQueueRequest({ namespace: "n", taskQueue }),
  );
  expect(facts.taskQueues).toEqual([{ name: "me-1", normalName: "orders" }]);
});

test.each([
  ["cut off", [0x0a, 9, 0x61]],
  ["of a wrong wire type", [0x0f]],
  ["of field 0", [0x02, 0]],
  ["a varint without end", [0x08, 0xff, 0xff]],
])("bytes that are %s are refused as no message", (_, bytes) => {
  expect(() => readFacts(rule("StartWorkflowExecution"), Uint8Array.from(bytes))).toThrow(
    /StartWorkflowExecution: the request cannot be decoded/,
  );
});
