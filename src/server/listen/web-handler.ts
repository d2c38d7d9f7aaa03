import type { RpcPort } from "../../platform/rpc-port.ts";
import type { FindPage } from "../../platform/server-platform.ts";
import { Cors } from "./cors.ts";
import { withGrpcWebText } from "./grpc-web-text.ts";
import { HostNames } from "./local-host.ts";
import { jsonResponse, pageResponse, type WebHandler, type WebRequest, type WebResponse } from "./web.ts";

/** What a web handler needs to know. */
export interface WebHandlerOptions {
  readonly maxRequestBytes: number;
  /** Origins of web pages that may call; `*` stands for any. */
  readonly corsOrigins: readonly string[];
  /** Metadata that those pages may send besides the usual; in lower case. Default: none. */
  readonly metadata?: readonly string[] | undefined;
  /** Where the server listens in plaintext; undefined: it is of no matter by which name it is asked. */
  readonly listensOn?: string | undefined;
  /** Pages besides the RPCs. Default: none. */
  readonly page?: FindPage | undefined;
}

/** `/package.Service/Method`: no path of the HTTP API has a dot in its first segment. */
const RPC_PATH = /^\/[A-Za-z_][\w.]*\.\w+\/\w+$/;

/**
 * Makes the handler of everything that is not gRPC over HTTP/2: gRPC-Web and Connect by the path of the method, Temporal's
 * HTTP/JSON API by its routes. The code of each is loaded with its first request.
 *
 * @example
 * ```ts
 * const handle = createWebHandler(dispatcher, { maxRequestBytes: 4194304, corsOrigins: [] });
 * const { status, body } = await handle(request);
 * ```
 */
export function createWebHandler(port: RpcPort, options: WebHandlerOptions): WebHandler {
  const cors = new Cors(options.corsOrigins, options.metadata);
  const names =
    options.listensOn === undefined ? undefined : new HostNames(options.listensOn, options.corsOrigins);
  let connect: Promise<WebHandler> | undefined;
  const answer = async (request: WebRequest): Promise<WebResponse> => {
    if (RPC_PATH.test(pathOf(request))) {
      connect ??= import("./connect/connect-api.ts").then(({ createConnectApi }) =>
        withGrpcWebText(createConnectApi(port, options.maxRequestBytes)),
      );
      return (await connect)(request);
    }
    const page = request.method === "GET" ? options.page?.(pathOf(request), request) : undefined;
    if (page !== undefined) return pageResponse(await page);
    const { answerJson } = await import("./http/json-api.ts");
    return answerJson(request, port, options.maxRequestBytes);
  };
  return async (request) => {
    try {
      return (
        names?.intercept(request) ?? cors.intercept(request) ?? cors.finish(request, await answer(request))
      );
    } catch (error) {
      // A defect of ours: whoever asked must not wait for ever.
      const message = error instanceof Error ? error.message : String(error);
      return cors.finish(request, jsonResponse(500, { code: 13, message }));
    }
  };
}

function pathOf({ target }: WebRequest): string {
  return target.split("?", 1)[0] ?? "";
}
