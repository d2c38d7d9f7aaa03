/** What every fault test shares: plain functions and `node:assert`, so that they run on Node, Bun and Deno alike. */
import assert from "node:assert/strict";
import { GrpcChannel } from "../../runtimes/node-api/grpc/channel.ts";
import type { GrpcChannelOptions, GrpcStatus, RpcErrorReason } from "../../src/platform/rpc-port.ts";
import { RpcError } from "../../src/platform/rpc-port.ts";

/** One test. */
export interface Fault {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export const PATH = "/perdure.test.Echo/Say";
export const HELLO: Uint8Array = new TextEncoder().encode("hello");

/**
 * What must not wait for anything has ended by then, on a slow and busy machine too, and what waits for one of our limits has not: the
 * shortest of those that are not set by a test is ten seconds.
 */
export const PROMPT_MS = 9_000;

export function openChannel(address: string, options: Partial<GrpcChannelOptions> = {}): GrpcChannel {
  return new GrpcChannel({ address, ...options });
}

/** Runs `body` with a channel, closes it, and asserts that nothing of it is left. */
export async function withChannel(
  address: string,
  options: Partial<GrpcChannelOptions>,
  body: (channel: GrpcChannel) => Promise<void>,
): Promise<void> {
  const channel = openChannel(address, options);
  try {
    await body(channel);
  } finally {
    await within(PROMPT_MS, channel.close(), "close() of the channel");
  }
  assert.deepEqual(channel.stats, { sessions: 0, connecting: 0, waiting: 0 });
}

/** The error of a call that must fail, and within a time. */
export async function failureOf(call: Promise<unknown>, withinMs = PROMPT_MS): Promise<RpcError> {
  try {
    await within(withinMs, call, "the call");
  } catch (error) {
    assert.ok(error instanceof RpcError, `not an RpcError: ${error instanceof Error ? error.stack : error}`);
    return error;
  }
  assert.fail("the call did not fail");
}

/** Asserts how a call fails. */
export async function fails(
  call: Promise<unknown>,
  expected: { status: GrpcStatus; reason: RpcErrorReason; details?: RegExp; withinMs?: number },
): Promise<RpcError> {
  const error = await failureOf(call, expected.withinMs);
  assert.deepEqual({ status: error.status, reason: error.reason }, pick(expected), error.stack);
  if (expected.details) assert.match(error.details, expected.details);
  return error;
}

function pick({ status, reason }: { status: GrpcStatus; reason: RpcErrorReason }): object {
  return { status, reason };
}

/** Rejects when a promise takes longer than it may. */
export async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until something holds, looking often; fails after `ms`, by default half a minute: a guard, not a measure. */
export async function until(condition: () => boolean, what: string, ms = 30_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    assert.ok(performance.now() < end, `${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A promise and what settles it. */
export function signal<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
