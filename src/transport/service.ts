import { GrpcStatus, type RpcAnswer, RpcError } from "../platform/rpc-port.ts";
import type { CallOptions } from "./unary-call.ts";

/** One unary method, as the generated tables list them. */
export interface RpcMethod {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly encode: (request: never) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}

/** A service: its methods by name. */
export type ServiceMethods = Readonly<Record<string, RpcMethod>>;

/** A service as users call it: request in, response out. Calls fail with {@link RpcError}. */
export type RpcService<T> = {
  readonly [K in keyof T]: T[K] extends {
    readonly encode: (request: infer Request) => Uint8Array;
    readonly decode: (bytes: Uint8Array) => infer Response;
  }
    ? (request: Request, options?: CallOptions) => Promise<Response>
    : never;
};

/** Sends an encoded request; `namespace` is that of the request, if it has one. */
export type Invoke = (
  path: string,
  bytes: Uint8Array,
  options: CallOptions & { readonly namespace?: string | undefined },
) => Promise<RpcAnswer>;

/**
 * Makes a callable service of a table of methods.
 *
 * @example
 * ```ts
 * const health = buildService(HealthMethods, invoke);
 * await health.check({ service: "temporal.api.workflowservice.v1.WorkflowService" });
 * ```
 */
export function buildService<T extends ServiceMethods>(methods: T, invoke: Invoke): RpcService<T> {
  const service: Record<string, unknown> = {};
  for (const [name, { path, encode, decode }] of Object.entries(methods)) {
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
