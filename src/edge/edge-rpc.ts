import type { JsonObject } from "../codec-runtime/json.ts";
import type { HttpRule } from "../codec-runtime/method.ts";
import { malformed } from "../transport/fetch/answer-error.ts";

/**
 * One method of the workflow service, as edge clients know it. A bundle holds those whose functions are imported, and nothing of the
 * others.
 */
export interface EdgeRpc<Response> {
  /** `StartWorkflowExecution` */
  readonly name: string;
  /** How Temporal's HTTP API reaches it; undefined: it does not. */
  readonly http: HttpRule | undefined;
  /** Reads an answer in JSON. */
  readonly fromJson: (json: JsonObject) => Response;
  /** Reads an answer in protobuf's binary form. */
  readonly fromBinary: (bytes: Uint8Array) => Response;
}

/** The path of a method. */
export function pathOf({ name }: { readonly name: string }): string {
  return `/temporal.api.workflowservice.v1.WorkflowService/${name}`;
}

/** The rule of a call that asks by path and query. */
export function get(path: string): HttpRule {
  return { method: "GET", path: `/api/v1/namespaces/{namespace}/${path}`, body: "" };
}

/** The rule of a call whose request is the body, but for what the path says. */
export function post(path: string): HttpRule {
  return { method: "POST", path: `/api/v1/namespaces/{namespace}/${path}`, body: "*" };
}

/**
 * Reads an answer.
 *
 * @throws RpcError when it is not one
 */
export function answerOf<Response>(path: string, read: () => Response): Response {
  try {
    return read();
  } catch (cause) {
    throw malformed(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
