/** What takes more than one message, or other bytes than plain: watching health, and gRPC-Web in base64. */
import assert from "node:assert/strict";
import { type ClientHttp2Stream, connect } from "node:http2";
import { listen } from "../../../../runtimes/node-api/server/listener.ts";
import {
  encodeDescribeNamespaceRequest,
  encodeGetWorkflowExecutionHistoryRequest,
} from "../../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus, RpcError, type RpcPort } from "../../../../src/platform/rpc-port.ts";
import { type Fault, PROMPT_MS, until, within } from "../../../transport/fault.ts";
import { framed, rawCalls } from "../raw-call.ts";
import { NOTHING } from "../raw-frames.ts";
import { DESCRIBE_NAMESPACE, HISTORY, portOf, SYSTEM_INFO, serve, serving } from "../served.ts";

const WATCH = "/grpc.health.v1.Health/Watch";

interface Watched {
  readonly stream: ClientHttp2Stream;
  /** All that came. */
  bytes(): string;
  /** How it ended: status and message; undefined: not yet. */
  end(): string | undefined;
  close(): void;
}

/** Watches the health of a service. */
function watch(address: string, service: string, headers: Record<string, string> = {}): Watched {
  const session = connect(`http://127.0.0.1:${portOf(address)}`);
  session.on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    ":path": WATCH,
    te: "trailers",
    "content-type": "application/grpc",
    ...headers,
  });
  stream.on("error", () => {});
  let bytes = "";
  let end: string | undefined;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.toString("hex");
  });
  const note = (all: Record<string, unknown>): void => {
    if (all["grpc-status"] !== undefined) end = `${all["grpc-status"]} ${all["grpc-message"]}`;
  };
  stream.on("response", note);
  stream.on("trailers", note);
  const request =
    service === "" ? NOTHING : Buffer.from(`\n${String.fromCharCode(service.length)}${service}`);
  stream.end(framed(request));
  return { stream, bytes: () => bytes, end: () => end, close: () => session.destroy() };
}

/** One message that says a status, as it stands on the wire. */
const told = (status: number): string => `0000000002080${status}`;

async function text(url: string, body: string): Promise<{ type: string | null; bytes: Buffer }> {
  const headers = { "content-type": "application/grpc-web-text+proto", accept: "application/grpc-web-text" };
  const answer = await fetch(url, { method: "POST", headers, body });
  assert.equal(answer.status, 200);
  return { type: answer.headers.get("content-type"), bytes: Buffer.from(await answer.text(), "base64") };
}

export const streams: readonly Fault[] = [
  {
    name: "health is watched: said at once, and then nothing until the caller leaves",
    run: () =>
      serving({}, async ({ listener }) => {
        for (const [service, status] of [
          ["", 1],
          ["temporal.api.workflowservice.v1.WorkflowService", 1],
          ["nope", 3],
        ] as const) {
          const watched = watch(listener.address, service);
          await until(() => watched.bytes() === told(status), `the health of ${service}`);
          assert.equal(watched.end(), undefined);
          watched.close();
        }
      }),
  },
  {
    name: "watching ends with the caller's time, as the real server ends it, and with the listener",
    run: async () => {
      const { listener } = await serve({});
      const timed = watch(listener.address, "", { "grpc-timeout": "50m" });
      await until(() => timed.end() !== undefined, "the end");
      assert.equal(timed.end(), "1 Stream has ended.");
      const long = watch(listener.address, "", { "grpc-timeout": "9999999H" });
      await until(() => long.bytes() === told(1), "the health");
      assert.equal(long.end(), undefined);
      await within(PROMPT_MS, listener.close(), "close()");
      await until(() => long.end() !== undefined, "the end");
      assert.match(long.end() ?? "", /^14 /);
      timed.close();
      long.close();
    },
  },
  {
    name: "gRPC-Web in base64, in one piece and in several",
    run: () =>
      serving({}, async ({ listener }) => {
        const base = `http://${listener.address}`;
        const empty = framed(NOTHING).toString("base64");
        const info = await text(base + SYSTEM_INFO, empty);
        assert.equal(info.type, "application/grpc-web-text+proto");
        assert.match(info.bytes.toString("latin1"), /1\.32\.0(.|\n)*grpc-status: 0/);
        const large = framed(
          encodeGetWorkflowExecutionHistoryRequest({ nextPageToken: new Uint8Array(4_100_000) }),
        );
        const parts = [large.subarray(0, 4), large.subarray(4, 1_000_000), large.subarray(1_000_000)];
        const page = await text(base + HISTORY, parts.map((part) => part.toString("base64")).join(""));
        assert.match(page.bytes.toString("latin1"), /grpc-status: 0/);
        const missing = framed(encodeDescribeNamespaceRequest({ namespace: "x" })).toString("base64");
        const error = await text(base + DESCRIBE_NAMESPACE, missing);
        assert.match(error.bytes.toString("latin1"), /grpc-status: 5/);
        const headers = { "content-type": "application/grpc-web-text" };
        const bad = await fetch(base + SYSTEM_INFO, { method: "POST", headers, body: "%%%" });
        assert.equal(bad.headers.get("grpc-status"), "13");
        assert.equal(bad.headers.get("grpc-message"), "the body is not base64");
        await bad.text();
      }),
  },
  {
    name: "metadata of an answer that HTTP cannot carry ends the call with an error, not with silence",
    run: async () => {
      const odd = { "keep-alive": "x", connection: "close", "transfer-encoding": "chunked" };
      const port: RpcPort = {
        unary: async (path) => {
          if (path === SYSTEM_INFO) return { bytes: NOTHING, headers: odd, trailers: {} };
          throw new RpcError({ status: GrpcStatus.INTERNAL, details: "no", metadata: odd });
        },
        close: async () => {},
      };
      const listener = await listen(port, {});
      const call = { body: framed(NOTHING) };
      const answers = within(
        PROMPT_MS,
        rawCalls(portOf(listener.address), [call, { ...call, path: HISTORY }]),
        "answers",
      );
      for (const { status } of await answers) assert.notEqual(status, "0");
      await within(PROMPT_MS, listener.close(), "close()");
    },
  },
];
