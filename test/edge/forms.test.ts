import { describe, expect, test } from "vitest";
import type { EdgeRpc } from "../../src/edge/edge-rpc.ts";
import { countRpc, describeRpc, listRpc } from "../../src/edge/look.ts";
import { cancelRpc, terminateRpc } from "../../src/edge/manage.ts";
import { grpcWeb, httpJson } from "../../src/edge/mod.ts";
import { queryRpc } from "../../src/edge/query.ts";
import { closeEventRpc } from "../../src/edge/result.ts";
import { signalRpc } from "../../src/edge/signal.ts";
import { signalWithStartRpc, startRpc } from "../../src/edge/start.ts";
import { statusBytes } from "../../src/edge/status-bytes.ts";
import { requestJson } from "../../src/edge/to-json.ts";
import { updateRpc } from "../../src/edge/update.ts";
import { decodeStatus } from "../../src/gen/codec/google/rpc/status.ts";
import { decodeWorkflowExecutionAlreadyStartedFailure } from "../../src/gen/codec/temporal/api/errordetails/v1/message.ts";
import {
  startWorkflowExecutionRequestFromJson,
  startWorkflowExecutionRequestToJson,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.json.ts";
import { WorkflowServiceRoutes } from "../../src/gen/codec/temporal/api/workflowservice/v1/service.routes.ts";
import { GrpcStatus } from "../../src/platform/rpc-port.ts";

const rpcs: readonly EdgeRpc<unknown>[] = [
  cancelRpc,
  closeEventRpc,
  countRpc,
  describeRpc,
  listRpc,
  queryRpc,
  signalRpc,
  signalWithStartRpc,
  startRpc,
  terminateRpc,
  updateRpc,
];

describe("the forms of edge calls", () => {
  test.each(rpcs.map((rpc) => [rpc.name, rpc] as const))(
    "%s goes where Temporal's API has it",
    (name, { http }) => {
      const key = (name[0] ?? "").toLowerCase() + name.slice(1);
      const routes = WorkflowServiceRoutes[key as keyof typeof WorkflowServiceRoutes].http;
      expect(routes).toContainEqual(http);
    },
  );

  test("a request is written as the generated codec of its message writes it", () => {
    const payload = {
      metadata: { encoding: new Uint8Array([1, 250]) },
      data: new Uint8Array(300).fill(7),
      externalPayloads: [],
    };
    const request = {
      namespace: "default",
      workflowId: "a/b \u{1d11e}",
      workflowType: { name: "order" },
      taskQueue: { name: "orders" },
      input: { payloads: [payload] },
      workflowRunTimeout: { seconds: 90n, nanos: 500_000_000 },
      workflowStartDelay: { seconds: 0n, nanos: 1 },
      retryPolicy: {
        initialInterval: { seconds: 3n, nanos: 0 },
        backoffCoefficient: 1.5,
        maximumAttempts: 4,
        nonRetryableErrorTypes: ["A"],
      },
      memo: { fields: { case: payload, value: payload, seconds: payload } },
      searchAttributes: undefined,
      versioningOverride: { override: { case: "autoUpgrade", value: true } },
      requestEagerExecution: undefined,
    } as const;
    const read = startWorkflowExecutionRequestFromJson(requestJson(request));
    expect(startWorkflowExecutionRequestToJson(read)).toEqual(startWorkflowExecutionRequestToJson(request));
  });

  test("the known details of an error in JSON become those of other protocols, others are left out", () => {
    const bytes = statusBytes({
      status: GrpcStatus.ALREADY_EXISTS,
      message: "already",
      details: [
        { "@type": "type.googleapis.com/temporal.api.failure.v1.Unheard", x: 1 },
        {
          "@type": "type.googleapis.com/temporal.api.errordetails.v1.WorkflowExecutionAlreadyStartedFailure",
          startRequestId: "r".repeat(200),
          runId: "run",
        },
        null,
      ],
    });
    const { details } = decodeStatus(bytes ?? new Uint8Array(0));
    expect(details).toHaveLength(1);
    expect(
      decodeWorkflowExecutionAlreadyStartedFailure(details[0]?.value ?? new Uint8Array(0)),
    ).toMatchObject({
      startRequestId: "r".repeat(200),
      runId: "run",
    });
    expect(statusBytes({ status: GrpcStatus.NOT_FOUND, message: "none", details: undefined })).toBe(
      undefined,
    );
  });

  test.each([
    [{ address: "localhost:7243" }, /address is "localhost:7243"; it must be "https:\/\/host:port"/],
    [{ address: "https://user:secret@host" }, /without user, query and fragment/],
    [{ address: undefined }, /address is undefined/],
    [{ address: "http://host", namespace: "" }, /namespace is ""; it must be a non-empty string/],
    [{ address: "http://host", apiKey: "" }, /apiKey: must be text that is not empty/],
    [{ address: "http://host", metadata: { "grpc timeout": "1" } }, /metadata/],
  ])("options that cannot be used are named: %j", (options, message) => {
    expect(() => httpJson(options as never)).toThrow(message);
    expect(() => grpcWeb(options as never)).toThrow(message);
  });
});
