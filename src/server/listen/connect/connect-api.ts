import {
  createRegistry,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type ConnectRouter,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { toConnectError } from "../../../connect/connect-error.ts";
import { toHeaders, toMetadata } from "../../../connect/metadata-headers.ts";
import { Health } from "../../../gen/es/grpc/health/v1/health_pb.ts";
import { file_temporal_api_errordetails_v1_message } from "../../../gen/es/temporal/api/errordetails/v1/message_pb.ts";
import { file_temporal_api_failure_v1_message } from "../../../gen/es/temporal/api/failure/v1/message_pb.ts";
import { OperatorService } from "../../../gen/es/temporal/api/operatorservice/v1/service_pb.ts";
import { TestService } from "../../../gen/es/temporal/api/testservice/v1/service_pb.ts";
import { file_temporal_api_update_v1_message } from "../../../gen/es/temporal/api/update/v1/message_pb.ts";
import { WorkflowService } from "../../../gen/es/temporal/api/workflowservice/v1/service_pb.ts";
import { type Metadata, RpcError, type RpcPeer, type RpcPort } from "../../../platform/rpc-port.ts";
import { MAX_TIMER_MS } from "../../limits.ts";
import { parseTimeout } from "../grpc-wire.ts";
import { jsonResponse, type WebHandler, type WebRequest, type WebResponse } from "../web.ts";
import { gzip } from "./gzip.ts";

const SERVICES: readonly DescService[] = [WorkflowService, OperatorService, TestService, Health];
/** Headers that say nothing about the call. */
const TRANSPORT =
  /^(accept|connect-|content-|grpc-|connection$|cookie$|date$|host$|origin$|referer$|sec-|te$|transfer-|x-grpc-web$)/;

/** Who makes a call. */
const PEER = createContextKey<RpcPeer | undefined>(undefined);
/**
 * Aborts when the caller has left. That of Connect's context does so at the deadline too, and who then asks the port would hear that
 * the call was cancelled: the port has a clock of its own.
 */
const LEAVING = createContextKey<AbortSignal | undefined>(undefined);

/** Makes the handler of gRPC-Web and Connect, binary and JSON. */
export function createConnectApi(port: RpcPort, maxRequestBytes: number): WebHandler {
  const router = createConnectRouter({
    grpc: false,
    readMaxBytes: maxRequestBytes,
    acceptCompression: [gzip],
    jsonOptions: {
      registry: createRegistry(
        file_temporal_api_errordetails_v1_message,
        file_temporal_api_failure_v1_message,
        file_temporal_api_update_v1_message,
      ),
    },
  });
  for (const service of SERVICES) addService(router, service, port);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return async (request) => {
    const handler = handlers.get(request.target.split("?", 1)[0] ?? "");
    if (handler === undefined) return jsonResponse(404, { code: "unimplemented", message: "unknown method" });
    return toWebResponse(await serve(handler, request));
  };
}

function addService(router: ConnectRouter, service: DescService, port: RpcPort): void {
  const unary = service.methods.filter((method) => method.methodKind === "unary");
  const methods = unary.map(
    (method) => [method.localName, unaryMethod(method as DescMethodUnary, port)] as const,
  );
  // One function for every unary method of the descriptor: the names and kinds are those of the service.
  router.service(service, Object.fromEntries(methods) as unknown as Partial<ServiceImpl<DescService>>);
}

type Unary = (
  input: MessageShape<DescMethodUnary["input"]>,
  context: HandlerContext,
) => Promise<MessageShape<DescMethodUnary["output"]>>;

function unaryMethod(method: DescMethodUnary, port: RpcPort): Unary {
  const path = `/${method.parent.typeName}/${method.name}`;
  return async (input, context) => {
    try {
      const answer = await port.unary(path, toBinary(method.input, input), {
        timeoutMs: context.timeoutMs(),
        signal: context.values.get(LEAVING),
        metadata: callMetadata(context.requestHeader),
        peer: context.values.get(PEER),
      });
      addMetadata(answer.headers, context.responseHeader);
      addMetadata(answer.trailers, context.responseTrailer);
      return fromBinary(method.output, answer.bytes);
    } catch (error) {
      throw error instanceof RpcError ? toConnectError(error) : error;
    }
  };
}

function addMetadata(metadata: Metadata, headers: Headers): void {
  toHeaders(metadata).forEach((value, name) => {
    if (!TRANSPORT.test(name)) headers.set(name, value);
  });
}

function callMetadata(headers: Headers): Metadata {
  const kept = new Headers();
  headers.forEach((value, name) => {
    if (!TRANSPORT.test(name)) kept.set(name, value);
  });
  return toMetadata(kept);
}

function serve(handler: UniversalHandler, request: WebRequest): Promise<UniversalServerResponse> {
  return handler({
    // Of no matter for calls with one message each way.
    httpVersion: "1.1",
    method: request.method,
    url: new URL(request.target, "http://localhost").href,
    header: withCountableTimeout(request.headers),
    body: once(request.body),
    signal: request.signal,
    contextValues: createContextValues().set(PEER, request.peer).set(LEAVING, request.signal),
  });
}

/** A caller who waits longer than timers count would be told at once that its time is up. */
function withCountableTimeout(headers: Headers): Headers {
  const connect = Number(headers.get("connect-timeout-ms"));
  const text = headers.get("grpc-timeout");
  const grpc = text === null ? 0 : parseTimeout(text);
  if (!(connect > MAX_TIMER_MS) && !(typeof grpc === "number" && grpc > MAX_TIMER_MS)) return headers;
  const counted = new Headers(headers);
  if (connect > MAX_TIMER_MS) counted.set("connect-timeout-ms", String(MAX_TIMER_MS));
  else counted.set("grpc-timeout", `${Math.floor(MAX_TIMER_MS / 1000)}S`);
  return counted;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

async function toWebResponse({ status, header, body }: UniversalServerResponse): Promise<WebResponse> {
  const headers: Record<string, string> = {};
  header?.forEach((value, name) => {
    headers[name] = value;
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return { status, headers, body: only };
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return { status, headers, body: all };
}
