// Invariants
// U1. An update is remembered from the answer that left it open until one that tells its outcome, and at most `MAX_OPEN` are,
//     the oldest forgotten first.
import type { JsonObject, JsonValue } from "../../codec-runtime/json.ts";
import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";

const SERVICE = "/temporal.api.workflowservice.v1.WorkflowService/";
const UPDATE = `${SERVICE}UpdateWorkflowExecution`;
const POLL = `${SERVICE}PollWorkflowExecutionUpdate`;
const MAX_OPEN = 10_000;

/** Sends the JSON of one request. */
type Ask<Answer> = (path: string, request: JsonObject) => Promise<Answer>;

/**
 * Waits for updates over an API that cannot wait for them: it has no route for PollWorkflowExecutionUpdate. But an update that
 * is sent once more under its id is not made anew: the server waits for the one there is.
 */
export class UpdatePolls {
  readonly #open = new Map<string, JsonObject>();

  /** Sends a request; a poll of an update as that update once more. */
  send<Answer extends { readonly json: JsonValue }>(
    path: string,
    json: JsonObject,
    ask: Ask<Answer>,
  ): Promise<Answer> {
    if (path === UPDATE) return this.#update(json, ask);
    return path === POLL ? this.#poll(json, ask) : ask(path, json);
  }

  async #update<Answer extends { readonly json: JsonValue }>(
    json: JsonObject,
    ask: Ask<Answer>,
  ): Promise<Answer> {
    const key = keyOf(
      json["namespace"],
      json["workflowExecution"],
      inner(json, "request", "meta", "updateId"),
    );
    const answer = await ask(UPDATE, json);
    if (object(answer.json)["outcome"] === undefined) this.#remember(key, json);
    else this.#open.delete(key);
    return answer;
  }

  async #poll<Answer extends { readonly json: JsonValue }>(
    json: JsonObject,
    ask: Ask<Answer>,
  ): Promise<Answer> {
    const updateId = inner(json, "updateRef", "updateId");
    const key = keyOf(json["namespace"], inner(json, "updateRef", "workflowExecution"), updateId);
    const update = this.#open.get(key);
    if (update === undefined) throw notOurs(updateId);
    const waitPolicy = json["waitPolicy"] ?? {};
    return this.#update({ ...update, waitPolicy }, ask);
  }

  #remember(key: string, update: JsonObject): void {
    this.#open.delete(key);
    this.#open.set(key, update);
    if (this.#open.size <= MAX_OPEN) return;
    for (const oldest of this.#open.keys()) {
      this.#open.delete(oldest);
      return;
    }
  }
}

/** The run is not part of it: the client that sent an update may learn its run with the answer. */
function keyOf(
  namespace: JsonValue | undefined,
  execution: JsonValue | undefined,
  updateId: JsonValue | undefined,
): string {
  return JSON.stringify([namespace, object(execution)["workflowId"], updateId]);
}

function inner(json: JsonObject, ...path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((value, key) => object(value)[key], json);
}

function object(json: JsonValue | undefined): JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
}

function notOurs(updateId: JsonValue | undefined): RpcError {
  return new RpcError({
    status: GrpcStatus.UNIMPLEMENTED,
    details: `${POLL} does not exist in Temporal's HTTP API, and update ${JSON.stringify(updateId)} was not sent by this connection, which could send it once more: use gRPC, or gRPC-Web or Connect through a gateway`,
    reason: "invalid-request",
  });
}
