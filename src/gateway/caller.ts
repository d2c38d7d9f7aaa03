import type { RpcError } from "../platform/rpc-port.ts";
import { GrpcStatus } from "../platform/rpc-port.ts";
import { denied, refuse, shortened } from "./refusals.ts";
import type { QueueName, RequestFacts } from "./request-facts.ts";
import { RPC_GROUPS, type RpcGroup, type RpcRule } from "./rpc-rules.ts";

/** Who calls, and what they may do. What is left out has its default; `undefined` is refused, as it would mean all by mistake. */
export interface GatewayCaller {
  /** For logs and limits: callers of one name share them. Never a secret. */
  readonly name: string;
  /** Default: all. The namespace of the request decides, not a header; requests that have none are then refused. */
  readonly namespaces?: readonly string[];
  /** Default: all but `operator`. */
  readonly groups?: readonly RpcGroup[];
  /** Task queues to start on and to poll. Default: all. */
  readonly taskQueues?: readonly string[];
  /** Calls per second, on average over a second. Default: that of the gateway's limits. */
  readonly requestsPerSecond?: number;
  /** Polls of workers under way at a time. Default: that of the gateway's limits. */
  readonly maxPolls?: number;
}

const DEFAULT_GROUPS: readonly RpcGroup[] = RPC_GROUPS.filter((group) => group !== "operator");
/** Asked by every client before anything else, and of no namespace. */
const FOR_ALL: ReadonlySet<string> = new Set(["GetSystemInfo", "GetClusterInfo"]);
/**
 * Of a worker's own queue, whose name it makes up. Without a UUID in it, it could be somebody's ordinary queue, asked for under
 * this pretext.
 */
const MADE_UP = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/i;

/** Whether anything about a caller depends on what a request says. */
function isLimited({ namespaces, taskQueues }: GatewayCaller): boolean {
  return namespaces !== undefined || taskQueues !== undefined;
}

/** Why a caller may not use a method that this API does not know; undefined: they may. */
export function unknownMethodRefusal(caller: GatewayCaller, path: string): RpcError | undefined {
  if (!isLimited(caller) && RPC_GROUPS.every((group) => groupsOf(caller).includes(group))) return undefined;
  return refuse(
    GrpcStatus.UNIMPLEMENTED,
    `the gateway does not know ${shortened(path)}, and passes it on only for callers without limits`,
  );
}

/** Why a caller may not make a call; undefined: they may. */
export function accessRefusal(
  caller: GatewayCaller,
  rule: RpcRule,
  facts: RequestFacts,
): RpcError | undefined {
  if (FOR_ALL.has(rule.name)) return undefined;
  const group = rule.groups.find((needed) => !groupsOf(caller).includes(needed));
  if (group !== undefined) return denied(`${rule.name} needs the group ${JSON.stringify(group)}`);
  return (
    namespaceRefusal(caller, rule, facts) ??
    queueRefusal(caller, rule, facts.taskQueues) ??
    callbackRefusal(caller, rule, facts) ??
    unknownPartRefusal(caller, rule, facts)
  );
}

function groupsOf({ groups = DEFAULT_GROUPS }: GatewayCaller): readonly RpcGroup[] {
  return groups;
}

function namespaceRefusal(
  { namespaces }: GatewayCaller,
  rule: RpcRule,
  facts: RequestFacts,
): RpcError | undefined {
  if (namespaces === undefined) return undefined;
  if (rule.namespace === undefined) return denied(`${rule.name} is of no namespace`);
  if (facts.namespaces.length === 0) return denied(`${rule.name} names no namespace`);
  const foreign = [...facts.namespaces, ...facts.otherNamespaces].find((name) => !namespaces.includes(name));
  return foreign === undefined
    ? undefined
    : denied(`${rule.name} in namespace ${JSON.stringify(shortened(foreign))}`);
}

function queueRefusal(
  { taskQueues }: GatewayCaller,
  rule: RpcRule,
  named: readonly QueueName[],
): RpcError | undefined {
  if (taskQueues === undefined) return undefined;
  const foreign = named.find((queue) => !mayUse(taskQueues, queue));
  return foreign === undefined
    ? undefined
    : denied(`${rule.name} on task queue ${JSON.stringify(shortened(foreign.name))}`);
}

/**
 * The server makes these calls: to URLs that it can reach and the caller perhaps not, or, inside of itself, to workflows of any
 * namespace. Who needs them is a worker that handles Nexus operations.
 */
function callbackRefusal(
  caller: GatewayCaller,
  { name }: RpcRule,
  { callbacks }: RequestFacts,
): RpcError | undefined {
  if (callbacks === "none") return undefined;
  if (!groupsOf(caller).includes("worker")) {
    return denied(`${name} with completion callbacks needs the group "worker"`);
  }
  return callbacks === "internal" && caller.namespaces !== undefined
    ? denied(`${name} with a callback inside of the server`)
    : undefined;
}

function unknownPartRefusal(
  caller: GatewayCaller,
  { name, closed }: RpcRule,
  { unknownField }: RequestFacts,
): RpcError | undefined {
  if (unknownField === undefined || !isLimited(caller)) return undefined;
  return denied(
    `${name} with field ${closed?.path}.${unknownField}, which this gateway does not know, and passes on only for callers without limits`,
  );
}

function mayUse(allowed: readonly string[], { name, normalName }: QueueName): boolean {
  if (allowed.includes(name)) return true;
  if (normalName === undefined || !MADE_UP.test(name)) return false;
  return normalName === "" || allowed.includes(normalName);
}
