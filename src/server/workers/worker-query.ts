// The queries of worker lists: the same SQL as visibility's, with rules of its own. What a query cannot ask of a worker makes it
// fit none: the real server reports only what is no SQL.
import { enumName } from "../../codec-runtime/enum-names.ts";
import type { Timestamp } from "../../gen/codec/google/protobuf/timestamp.ts";
import { workerStatusNames } from "../../gen/codec/temporal/api/enums/v1/common.json.ts";
import type { WorkerHeartbeat } from "../../gen/codec/temporal/api/worker/v1/message.ts";
import { parseInt64, parseTimeMs } from "../visibility/go-parse.ts";
import { QueryError } from "../visibility/query-error.ts";
import { parseCondition } from "../visibility/query-parser.ts";
import type { Expr } from "../visibility/query-syntax.ts";
import { timestampMs } from "../wire-time.ts";

/** Whether a worker fits a query. */
export type WorkerTest = (worker: WorkerHeartbeat) => boolean;

const TEXTS: Readonly<Record<string, (worker: WorkerHeartbeat) => string>> = {
  WorkerInstanceKey: (worker) => worker.workerInstanceKey,
  WorkerIdentity: (worker) => worker.workerIdentity,
  HostName: (worker) => worker.hostInfo?.hostName ?? "",
  TaskQueue: (worker) => worker.taskQueue,
  DeploymentName: (worker) => worker.deploymentVersion?.deploymentName ?? "",
  BuildId: (worker) => worker.deploymentVersion?.buildId ?? "",
  SdkName: (worker) => worker.sdkName,
  SdkVersion: (worker) => worker.sdkVersion,
  WorkerStatus: statusName,
  // A keyword of SQL, which is read in lower case.
  status: statusName,
};

const TIMES: Readonly<Record<string, (worker: WorkerHeartbeat) => Timestamp | undefined>> = {
  StartTime: (worker) => worker.startTime,
  HeartbeatTime: (worker) => worker.heartbeatTime,
};

/** A query asks what cannot be asked of a worker. */
class Unanswerable extends Error {
  readonly code = "UNANSWERABLE" as const;
}

/**
 * Makes a test of a query.
 *
 * @throws {QueryError} when it is no SQL
 */
export function workerTest(text: string): WorkerTest {
  const trimmed = text.trim();
  if (text === "") return () => true;
  if (trimmed === "") throw new QueryError("malformed query: syntax error at position 1");
  if (/^(where|select) /i.test(trimmed)) throw new QueryError(`invalid filter: ${trimmed}`);
  const { where, limited } = parse(trimmed);
  if (limited) throw new QueryError("operation is not supported: 'limit' clause");
  if (where === undefined) throw new QueryError("operation is not supported: 'where' clause is missing");
  return (worker) => {
    try {
      return fits(where, worker);
    } catch (error) {
      if (error instanceof Unanswerable) return false;
      throw error;
    }
  };
}

function parse(text: string): ReturnType<typeof parseCondition> {
  try {
    return parseCondition(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new QueryError(error.message.replace(/^malformed SQL query/, "malformed query"));
  }
}

function fits(expr: Expr, worker: WorkerHeartbeat): boolean {
  switch (expr.kind) {
    case "and":
      return fits(expr.left, worker) && fits(expr.right, worker);
    case "or":
      return fits(expr.left, worker) || fits(expr.right, worker);
    case "paren":
      return fits(expr.expr, worker);
    case "comparison":
      return compare(expr, worker);
    case "range":
      return inRange(expr, worker);
    case "is":
      return isNull(expr, worker);
    default:
      throw new Unanswerable();
  }
}

function compare(expr: Expr & { readonly kind: "comparison" }, worker: WorkerHeartbeat): boolean {
  const name = nameOf(expr.left);
  if (expr.right.kind !== "value") throw new Unanswerable();
  const text = TEXTS[name];
  if (text) return compareText(text(worker), expr.operator, expr.right);
  const value = timeOf(name, worker) ?? 0;
  const wanted = readTime(expr.right);
  switch (expr.operator) {
    case "=":
      return value === wanted;
    case "!=":
      return value !== wanted;
    case "<":
      return value < wanted;
    case "<=":
      return value <= wanted;
    case ">":
      return value > wanted;
    case ">=":
      return value >= wanted;
    default:
      throw new Unanswerable();
  }
}

function compareText(
  value: string,
  operator: string,
  { type, text }: Expr & { readonly kind: "value" },
): boolean {
  if (type !== "string" || text === "") throw new Unanswerable();
  switch (operator) {
    case "=":
      return value === text;
    case "!=":
      return value !== text;
    case "starts_with":
      return value.startsWith(text);
    case "not starts_with":
      return !value.startsWith(text);
    default:
      throw new Unanswerable();
  }
}

function inRange(expr: Expr & { readonly kind: "range" }, worker: WorkerHeartbeat): boolean {
  if (expr.from.kind !== "value" || expr.to.kind !== "value") throw new Unanswerable();
  const value = timeOf(nameOf(expr.left), worker);
  const from = readTime(expr.from);
  const to = readTime(expr.to);
  return value !== undefined && (value >= from && value <= to) !== expr.negated;
}

function isNull(expr: Expr & { readonly kind: "is" }, worker: WorkerHeartbeat): boolean {
  const name = nameOf(expr.expr);
  if (expr.suffix !== "is null" && expr.suffix !== "is not null") throw new Unanswerable();
  const text = TEXTS[name];
  const empty = text ? text(worker) === "" : timeOf(name, worker) === undefined;
  return empty === (expr.suffix === "is null");
}

function nameOf(expr: Expr): string {
  if (expr.kind !== "column") throw new Unanswerable();
  const name = expr.path.join(".");
  if (!Object.hasOwn(TEXTS, name) && !Object.hasOwn(TIMES, name)) throw new Unanswerable();
  return name;
}

function timeOf(name: string, worker: WorkerHeartbeat): number | undefined {
  const time = TIMES[name]?.(worker);
  return time && timestampMs(time);
}

function readTime({ type, text }: Expr & { readonly kind: "value" }): number {
  const whole = parseInt64(text);
  const ms = type === "string" ? parseTimeMs(text) : whole === undefined ? undefined : Number(whole) / 1e6;
  if (ms === undefined) throw new Unanswerable();
  return ms;
}

function statusName({ status }: WorkerHeartbeat): string {
  const name = enumName(workerStatusNames, status)?.slice(workerStatusNames.prefix.length) ?? String(status);
  return name.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
