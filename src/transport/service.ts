import type { MethodTable, RequestOf, ResponseOf } from "../codec-runtime/method.ts";
import { GrpcStatus, type RpcAnswer, RpcError } from "../platform/rpc-port.ts";
import type { CallOptions } from "./unary-call.ts";

/** A service as users call it: request in, response out. Calls fail with {@link RpcError}. */
export type RpcService<T> = {
  readonly [K in keyof T]: (request: RequestOf<T[K]>, options?: CallOptions) => Promise<ResponseOf<T[K]>>;
};

/** Sends an encoded request; `namespace` is that of the request, if it has one. */
export type Invoke = (
  path: string,
  bytes: Uint8Array,
  options: CallOptions & { readonly namespace?: string | undefined },
) => Promise<RpcAnswer>;

/**
 * Makes a callable service of a table of methods; streaming methods are left out.
 *
 * @example
 * ```ts
 * const health = buildService(HealthMethods, invoke);
 * await health.check({ service: "temporal.api.workflowservice.v1.WorkflowService" });
 * ```
 */
export function buildService<T extends MethodTable>(methods: T, invoke: Invoke): RpcService<T> {
  const service: Record<string, unknown> = {};
  for (const [name, { path, kind, encode, decode }] of Object.entries(methods)) {
    if (kind !== "unary") continue;
    service[name] = async (request: never, options?: CallOptions): Promise<unknown> => {
      const answer = await invoke(path, encode(request), { ...options, namespace: namespaceOf(request) });
      try {
        return decode(answer.bytes);
      } catch (cause) {
        const text = cause instanceof Error ? cause.message : String(cause);
        const details = `${path}: the response cannot be decoded: ${text}`;
        throw new RpcError({ status: GrpcStatus.INTERNAL, details, reason: "malformed-response", cause });
      }
    };
  }
  // Filled method by method from the table that T describes.
  return service as RpcService<T>;
}

function namespaceOf(request: unknown): string | undefined {
  const namespace = (request as { readonly namespace?: unknown } | undefined)?.namespace;
  return typeof namespace === "string" && namespace !== "" ? namespace : undefined;
}
