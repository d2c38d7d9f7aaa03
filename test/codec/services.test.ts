// Method tables against the descriptors of the services.
import { describe, expect, test } from "vitest";
import type { MethodCodec, MethodTable, RequestOf, ResponseOf } from "../../src/codec-runtime/method.ts";
import { HealthHandlers } from "../../src/gen/codec/grpc/health/v1/health.handlers.ts";
import { HealthMethods } from "../../src/gen/codec/grpc/health/v1/health.ts";
import { OperatorServiceHandlers } from "../../src/gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import { OperatorServiceMethods } from "../../src/gen/codec/temporal/api/operatorservice/v1/service.ts";
import { TestServiceHandlers } from "../../src/gen/codec/temporal/api/testservice/v1/service.handlers.ts";
import { TestServiceMethods } from "../../src/gen/codec/temporal/api/testservice/v1/service.ts";
import type { StartWorkflowExecutionResponse } from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { WorkflowServiceHandlers } from "../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { WorkflowServiceRoutes } from "../../src/gen/codec/temporal/api/workflowservice/v1/service.routes.ts";
import {
  startWorkflowExecution,
  WorkflowServiceMethods,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/service.ts";
import { registry, serviceFiles } from "./registry.ts";

const methods: Record<string, MethodTable> = {
  "grpc.health.v1.Health": HealthMethods,
  "temporal.api.operatorservice.v1.OperatorService": OperatorServiceMethods,
  "temporal.api.testservice.v1.TestService": TestServiceMethods,
  "temporal.api.workflowservice.v1.WorkflowService": WorkflowServiceMethods,
};
const handlers: Record<string, object> = {
  "grpc.health.v1.Health": HealthHandlers,
  "temporal.api.operatorservice.v1.OperatorService": OperatorServiceHandlers,
  "temporal.api.testservice.v1.TestService": TestServiceHandlers,
  "temporal.api.workflowservice.v1.WorkflowService": WorkflowServiceHandlers,
};
const services = serviceFiles.flatMap((file) => file.services);

describe("method tables", () => {
  test("there is one for each of the four services", () => {
    expect(services.map(({ typeName }) => typeName).sort()).toEqual(Object.keys(methods));
  });

  test.each(services)("$typeName has each method with the path and codecs of its messages", (service) => {
    const table = methods[service.typeName]!;
    expect(Object.keys(table)).toEqual(service.methods.map(({ localName }) => localName));
    for (const method of service.methods) {
      const request = registry.get(method.input.typeName)!;
      const response = registry.get(method.output.typeName)!;
      const kind = method.methodKind === "server_streaming" ? "serverStreaming" : method.methodKind;
      const head = { path: `/${service.typeName}/${method.name}`, name: method.name, kind };
      expect(table[method.localName]).toEqual({ ...head, encode: request.encode, decode: response.decode });
      expect((handlers[service.typeName] as Record<string, unknown>)[method.localName]).toEqual({
        ...head,
        decode: request.decode,
        encode: response.encode,
      });
    }
  });

  test("a client's type can be derived from a table", () => {
    type Client<Table> = {
      [Name in keyof Table]: (request: RequestOf<Table[Name]>) => ResponseOf<Table[Name]>;
    };
    const call: Client<WorkflowServiceMethods>["startWorkflowExecution"] = (request) => {
      expect(startWorkflowExecution.encode(request).length).toBeGreaterThan(0);
      return startWorkflowExecution.decode(new Uint8Array(0));
    };
    const response: StartWorkflowExecutionResponse = call({
      workflowId: "w",
      workflowType: { name: "order" },
    });
    expect(response.runId).toBe("");
    const known: keyof RequestOf<typeof startWorkflowExecution> = "workflowId";
    expect(startWorkflowExecution.encode({ [known]: "w" })).toEqual(Uint8Array.of(0x12, 1, 0x77));
    const one: MethodCodec<never, unknown> = startWorkflowExecution;
    expect(one).toBe(WorkflowServiceMethods.startWorkflowExecution);
  });

  test("the HTTP routes of a method, and the headers that its request asks for", () => {
    expect(WorkflowServiceRoutes.startWorkflowExecution.http).toContainEqual({
      method: "POST",
      path: "/api/v1/namespaces/{namespace}/workflows/{workflow_id}",
      body: "*",
    });
    expect(WorkflowServiceRoutes.pollWorkflowTaskQueue.http).toEqual([]);
    expect(WorkflowServiceRoutes.startWorkflowExecution.headers).toEqual({
      "temporal-resource-id": "workflow:{workflow_id}",
    });
  });
});
