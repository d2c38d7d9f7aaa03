/** A small server behind the listener under test: a dispatcher with handlers that say what arrived. Runs on every runtime. */
import assert from "node:assert/strict";
import { GrpcChannel } from "../../../runtimes/node-api/grpc/channel.ts";
import { listen } from "../../../runtimes/node-api/server/listener.ts";
import { HealthHandlers } from "../../../src/gen/codec/grpc/health/v1/health.handlers.ts";
import { OperatorServiceHandlers } from "../../../src/gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import { WorkflowServiceHandlers } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { type GrpcChannelOptions, GrpcStatus, type Metadata } from "../../../src/platform/rpc-port.ts";
import type { Listener, ListenOptions } from "../../../src/platform/server-platform.ts";
import { Dispatcher } from "../../../src/server/rpc/dispatcher.ts";
import { healthRpcs } from "../../../src/server/rpc/health-rpcs.ts";
import { ServiceFailure } from "../../../src/server/rpc/service-failure.ts";
import { PROMPT_MS, within } from "../../transport/fault.ts";

const NOTHING = new Uint8Array(0);

export const WORKFLOW_SERVICE = "/temporal.api.workflowservice.v1.WorkflowService";
export const SYSTEM_INFO: string = `${WORKFLOW_SERVICE}/GetSystemInfo`;
export const DESCRIBE_NAMESPACE: string = `${WORKFLOW_SERVICE}/DescribeNamespace`;
export const POLL: string = `${WORKFLOW_SERVICE}/PollWorkflowTaskQueue`;
export const HISTORY: string = `${WORKFLOW_SERVICE}/GetWorkflowExecutionHistory`;

export interface Served {
  readonly dispatcher: Dispatcher;
  readonly listener: Listener;
  /** Metadata of the last call. */
  metadata(): Metadata;
  /** How many histories were asked for. */
  histories(): number;
  /** Polls that wait. */
  readonly waiting: ReadonlySet<object>;
  /** Lets all polls answer with an empty task. */
  release(): void;
}

/** Serves while `body` runs, then asserts that the listener closes in time and nobody waits any more. */
export async function serving(
  options: ListenOptions,
  body: (served: Served) => Promise<void>,
): Promise<void> {
  const served = await serve(options);
  try {
    await body(served);
  } finally {
    await within(PROMPT_MS, served.listener.close(), "close() of the listener");
  }
  assert.equal(served.waiting.size, 0, "polls still wait after close()");
}

export async function serve(options: ListenOptions): Promise<Served> {
  let metadata: Metadata = {};
  let histories = 0;
  const waiting = new Map<object, () => void>();
  const dispatcher = new Dispatcher({
    admit: (_request, call) => {
      metadata = call.metadata;
    },
    onDefect: () => {},
  });
  for (const codecs of [WorkflowServiceHandlers, OperatorServiceHandlers, HealthHandlers])
    dispatcher.declare(codecs);
  dispatcher.register(HealthHandlers, healthRpcs);
  dispatcher.register(WorkflowServiceHandlers, {
    getSystemInfo: () => ({ serverVersion: "1.32.0", capabilities: { upsertMemo: true } }),
    describeNamespace: ({ namespace }) => {
      throw new ServiceFailure(GrpcStatus.NOT_FOUND, `Namespace ${namespace} is not found.`, {
        kind: "NamespaceNotFoundFailure",
        value: { namespace },
      });
    },
    pollWorkflowTaskQueue: (_request, { signal }) =>
      new Promise((resolve) => {
        const poll = {};
        const done = (): void => {
          waiting.delete(poll);
          resolve({});
        };
        waiting.set(poll, done);
        signal.addEventListener("abort", done);
      }),
    // As many bytes as the page size says.
    getWorkflowExecutionHistory: ({ maximumPageSize }) => {
      histories += 1;
      return { nextPageToken: new Uint8Array(maximumPageSize) };
    },
    signalWorkflowExecution: () => ({}),
  });
  const listener = await listen(dispatcher, options);
  return {
    dispatcher,
    listener,
    metadata: () => metadata,
    histories: () => histories,
    waiting: waiting as unknown as ReadonlySet<object>,
    release: () => {
      for (const done of [...waiting.values()]) done();
    },
  };
}

/** Others are served, and soon. */
export async function servesOthers(listener: Listener): Promise<void> {
  await calling(listener.address, async (channel) => {
    for (let n = 0; n < 10; n++) {
      await within(PROMPT_MS, channel.unary(SYSTEM_INFO, NOTHING, {}), "a call of somebody else");
    }
  });
  const answer = await within(
    PROMPT_MS,
    fetch(`http://${listener.address}/api/v1/system-info`),
    "a request of somebody else",
  );
  assert.equal(answer.status, 200);
  await answer.text();
}

/** Runs `body` with a client of our own. */
export async function calling(
  address: string,
  body: (channel: GrpcChannel) => Promise<void>,
  options: Partial<GrpcChannelOptions> = {},
): Promise<void> {
  const channel = new GrpcChannel({ address, ...options });
  try {
    await body(channel);
  } finally {
    await within(PROMPT_MS, channel.close(), "close() of the client");
  }
}

/** The port of an address. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
