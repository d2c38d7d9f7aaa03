import { expect, test } from "vitest";
import { GrpcStatus, RpcError, type RpcPort } from "../../../src/platform/rpc-port.ts";
import { createConnectApi } from "../../../src/server/listen/connect/connect-api.ts";

const PATH = "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo";

/** Its clock says that time is up 50 ms after others do. Whoever leaves is told that the call was cancelled. */
const late: RpcPort = {
  unary: (_path, _request, { signal, timeoutMs = 0 }) =>
    new Promise((_resolve, reject) => {
      const end = (status: GrpcStatus, details: string) => () => reject(new RpcError({ status, details }));
      signal?.addEventListener("abort", end(GrpcStatus.CANCELLED, "context canceled"));
      setTimeout(end(GrpcStatus.DEADLINE_EXCEEDED, "context deadline exceeded"), timeoutMs + 50);
    }),
  close: async () => undefined,
};
const api = createConnectApi(late, 1000);

async function answerOf(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<string> {
  const answer = await api({
    method: "POST",
    target: PATH,
    headers: new Headers(headers),
    body,
    signal,
    secure: false,
    peer: { address: "127.0.0.1", certificate: undefined },
  });
  return new TextDecoder().decode(answer.body);
}

const protocols = [
  {
    name: "gRPC-Web",
    headers: { "content-type": "application/grpc-web+proto", "grpc-timeout": "20m" },
    body: new Uint8Array(5),
    exceeded: "grpc-status: 4",
    canceled: "grpc-status: 1",
  },
  {
    name: "Connect",
    headers: { "content-type": "application/proto", "connect-timeout-ms": "20" },
    body: new Uint8Array(),
    exceeded: '"deadline_exceeded"',
    canceled: '"canceled"',
  },
] as const;

for (const { name, headers, body, exceeded, canceled } of protocols) {
  test(`${name}: a deadline that passes is never told as a cancelled call`, async () => {
    expect(await answerOf(headers, body, new AbortController().signal)).toContain(exceeded);
  });

  test(`${name}: a caller who leaves ends the call`, async () => {
    expect(await answerOf(headers, body, AbortSignal.timeout(5))).toContain(canceled);
  });
}
