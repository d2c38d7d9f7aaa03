import { Reader } from "../codec-runtime/reader.ts";
import { GrpcStatus } from "../platform/rpc-port.ts";
import { refuse } from "./refusals.ts";
import type { RpcRule } from "./rpc-rules.ts";

/** A task queue as a request names it. */
export interface QueueName {
  readonly name: string;
  /** Of a worker's own queue, the one that it goes with; undefined: this is none. */
  readonly normalName: string | undefined;
}

/**
 * What a request says about where it goes. Every occurrence of a field counts, though for the server the last one holds:
 * nobody gets past a check by saying something twice.
 */
export interface RequestFacts {
  readonly namespaces: readonly string[];
  readonly otherNamespaces: readonly string[];
  readonly taskQueues: readonly QueueName[];
  /** Whom the server is asked to call: `internal` is a part of the server itself, of whatever namespace. */
  readonly callbacks: "none" | "nexus" | "internal";
  /** Number of a field that a closed message has not; undefined: there is none. */
  readonly unknownField: number | undefined;
}

type Mark = "namespace" | "otherNamespace" | "taskQueue" | "taskQueueName" | "callback";
interface Node {
  mark?: Mark;
  /** All fields that there are; undefined: others may come. */
  closed?: ReadonlySet<number>;
  readonly below: Map<number, Node>;
}
interface Found {
  readonly namespaces: string[];
  readonly otherNamespaces: string[];
  readonly taskQueues: QueueName[];
  callbacks: RequestFacts["callbacks"];
  unknownField: number | undefined;
}

const LENGTH_DELIMITED = 2;
const VARINT = 0;
const STICKY = 2;
const MAX_DEPTH = 100;
/** Fields of a callback that are no way into the server: `nexus` and `links`. */
const OUTER_CALLBACK: ReadonlySet<number> = new Set([2, 100]);
const trees = new WeakMap<RpcRule, Node>();

/** Of a request in which nothing is looked for. */
export const NO_FACTS: RequestFacts = {
  namespaces: [],
  otherNamespaces: [],
  taskQueues: [],
  callbacks: "none",
  unknownField: undefined,
};

/**
 * Reads from an encoded request only what decides who may send it; all else is skipped by its length.
 *
 * @throws {RpcError} INVALID_ARGUMENT when the bytes are no message
 */
export function readFacts(rule: RpcRule, bytes: Uint8Array): RequestFacts {
  const found: Found = { ...NO_FACTS, namespaces: [], otherNamespaces: [], taskQueues: [] };
  const tree = treeOf(rule);
  if (tree.below.size === 0) return found;
  try {
    walk(bytes, tree, found);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(GrpcStatus.INVALID_ARGUMENT, `${rule.name}: the request cannot be decoded: ${why}`, cause);
  }
  return found;
}

function walk(bytes: Uint8Array, node: Node, found: Found): void {
  const reader = new Reader(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (node.closed !== undefined && !node.closed.has(tag >>> 3)) found.unknownField = tag >>> 3;
    const next = (tag & 7) === LENGTH_DELIMITED ? node.below.get(tag >>> 3) : undefined;
    if (next === undefined) reader.skip(tag, undefined, MAX_DEPTH);
    else if (next.mark === undefined) walk(reader.bytes(), next, found);
    else take(next.mark, reader, found);
  }
  if (reader.pos > reader.len) throw new RangeError("it ends inside of a field");
}

function take(mark: Mark, reader: Reader, found: Found): void {
  if (mark === "taskQueue") {
    const queue = queueOf(reader.bytes());
    if (queue.name !== "") found.taskQueues.push(queue);
    return;
  }
  if (mark === "callback") {
    if (isInternal(reader.bytes())) found.callbacks = "internal";
    else if (found.callbacks === "none") found.callbacks = "nexus";
    return;
  }
  const text = reader.string();
  if (text === "") return;
  if (mark === "namespace") found.namespaces.push(text);
  else if (mark === "otherNamespace") found.otherNamespaces.push(text);
  else found.taskQueues.push({ name: text, normalName: undefined });
}

/** Whether a callback is anything but one to a URL. */
function isInternal(bytes: Uint8Array): boolean {
  const reader = new Reader(bytes);
  let internal = false;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (!OUTER_CALLBACK.has(tag >>> 3)) internal = true;
    reader.skip(tag, undefined, MAX_DEPTH);
  }
  return internal;
}

function queueOf(bytes: Uint8Array): QueueName {
  const reader = new Reader(bytes);
  let name = "";
  let normalName = "";
  let sticky = false;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | LENGTH_DELIMITED)) name = reader.string();
    else if (tag === ((2 << 3) | VARINT)) sticky = reader.uint32() === STICKY;
    else if (tag === ((3 << 3) | LENGTH_DELIMITED)) normalName = reader.string();
    else reader.skip(tag, undefined, MAX_DEPTH);
  }
  return { name, normalName: sticky ? normalName : undefined };
}

function treeOf(rule: RpcRule): Node {
  let tree = trees.get(rule);
  if (tree === undefined) {
    tree = { below: new Map() };
    if (rule.namespace !== undefined) plant(tree, rule.namespace, "namespace");
    for (const path of rule.otherNamespaces) plant(tree, path, "otherNamespace");
    for (const path of rule.taskQueues) plant(tree, path, "taskQueue");
    for (const path of rule.taskQueueNames) plant(tree, path, "taskQueueName");
    for (const path of rule.callbacks) plant(tree, path, "callback");
    if (rule.closed !== undefined) nodeAt(tree, rule.closed.path).closed = rule.closed.fields;
    trees.set(rule, tree);
  }
  return tree;
}

function plant(tree: Node, path: string, mark: Mark): void {
  nodeAt(tree, path).mark = mark;
}

function nodeAt(tree: Node, path: string): Node {
  let node = tree;
  for (const field of path.split(".").map(Number)) {
    let next = node.below.get(field);
    if (next === undefined) {
      next = { below: new Map() };
      node.below.set(field, next);
    }
    node = next;
  }
  return node;
}
