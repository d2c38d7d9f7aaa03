import { decodeBase64, encodeBase64 } from "../../codec-runtime/base64.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { encodeMessage } from "./grpc-wire.ts";
import type { WebHandler, WebResponse } from "./web.ts";

const TEXT = /^application\/grpc-web-text(?=$|[+;])/i;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Whether a content type is that of gRPC-Web in base64, as browsers without binary bodies send it. */
export function isGrpcWebText(contentType: string | null | undefined): boolean {
  return contentType !== null && contentType !== undefined && TEXT.test(contentType);
}

/**
 * Lets a handler of binary gRPC-Web answer its text form too: the same bytes in base64. A body may be several texts in a row,
 * each with its own padding.
 *
 * @example
 * ```ts
 * const handle = withGrpcWebText(createConnectApi(port, 4194304));
 * ```
 */
export function withGrpcWebText(handle: WebHandler): WebHandler {
  return async (request) => {
    const contentType = request.headers.get("content-type") ?? "";
    if (!isGrpcWebText(contentType)) return handle(request);
    const answerType = contentType.split(";", 1)[0] ?? contentType;
    let body: Uint8Array;
    try {
      body = decodeBase64(decoder.decode(request.body));
    } catch {
      return refused(answerType, "the body is not base64");
    }
    const headers = new Headers(request.headers);
    headers.set("content-type", contentType.replace(TEXT, "application/grpc-web"));
    const response = await handle({ ...request, headers, body });
    if (!/^application\/grpc-web/i.test(response.headers["content-type"] ?? "")) return response;
    const { "content-length": _, ...kept } = response.headers;
    return {
      status: response.status,
      headers: { ...kept, "content-type": answerType },
      body: encoder.encode(encodeBase64(response.body)),
    };
  };
}

function refused(contentType: string, text: string): WebResponse {
  const headers = {
    "content-type": contentType,
    "grpc-status": String(GrpcStatus.INTERNAL),
    "grpc-message": encodeMessage(text),
  };
  return { status: 200, headers, body: new Uint8Array(0) };
}
