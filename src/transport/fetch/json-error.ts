import type { JsonObject, JsonValue } from "../../codec-runtime/json.ts";
import { GrpcStatus, toGrpcStatus } from "../../platform/rpc-port.ts";
import type { FetchAnswer } from "./fetch-exchange.ts";
import { isJsonObject, parseJson } from "./parse-json.ts";

/** What an error in JSON says, whoever wrote it: Temporal, Connect, a gateway or a proxy in front of them. */
export interface JsonError {
  /** The status that it names; undefined when it names none that gRPC has: proxies like to put HTTP's there. */
  readonly status: GrpcStatus | undefined;
  /** Its writer's own words; empty when there are none. */
  readonly message: string;
  readonly details: JsonValue | undefined;
}

/** Where writers of errors put their words; what says most comes first. */
const MESSAGES = ["message", "error_description", "detail", "error", "title"] as const;

/** Reads the body of an answer as an error; undefined when it is not JSON, or JSON that says nothing. */
export function jsonErrorOf({ headers, body }: Pick<FetchAnswer, "headers" | "body">): JsonError | undefined {
  if (!/^application\/(?:[^;,]*\+)?json/i.test(headers.get("content-type") ?? "")) return undefined;
  let json: JsonValue;
  try {
    json = parseJson(body);
  } catch {
    return undefined;
  }
  if (typeof json === "string") return { status: undefined, message: json, details: undefined };
  if (!isJsonObject(json)) return undefined;
  const { error } = json;
  return isJsonObject(error) ? read(error) : read(json);
}

function read(error: JsonObject): JsonError {
  const { code, status, details } = error;
  const words = MESSAGES.map((name) => error[name]).find((word) => typeof word === "string" && word !== "");
  return {
    // A number in `status` is one of HTTP.
    status: statusOf(code) ?? (typeof status === "string" ? statusOf(status) : undefined),
    message: (words as string | undefined) ?? "",
    details,
  };
}

/** A status by its number or by a name of it: gRPC writes `NOT_FOUND`, Connect `not_found`. */
function statusOf(code: JsonValue | undefined): GrpcStatus | undefined {
  if (typeof code === "string" && !/^\d+$/.test(code)) {
    const name = code.toUpperCase().replace(/^CANCELED$/, "CANCELLED");
    return Object.hasOwn(GrpcStatus, name) ? known(GrpcStatus[name as keyof typeof GrpcStatus]) : undefined;
  }
  return typeof code === "number" || typeof code === "string" ? known(Number(code)) : undefined;
}

/** No error says OK, and what gRPC does not define is no status. */
function known(code: number): GrpcStatus | undefined {
  const status = toGrpcStatus(code);
  return status === code && status !== GrpcStatus.OK ? status : undefined;
}
