import assert from "node:assert/strict";
import {
  decodeGetSystemInfoResponse,
  decodeGetWorkflowExecutionHistoryResponse,
  encodeDescribeNamespaceRequest,
  encodeGetWorkflowExecutionHistoryRequest,
} from "../../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus, type RpcError } from "../../../../src/platform/rpc-port.ts";
import { errorDetails } from "../../../../src/transport/error-details.ts";
import { type Fault, fails, failureOf, PROMPT_MS, until, within } from "../../../transport/fault.ts";
import { calling, DESCRIBE_NAMESPACE, HISTORY, POLL, SYSTEM_INFO, serving } from "../served.ts";

const NOTHING = new Uint8Array(0);

export const calls: readonly Fault[] = [
  {
    name: "metadata arrives, text and bytes; what belongs to the transport does not",
    run: () =>
      serving({}, ({ listener, metadata }) =>
        calling(listener.address, async (channel) => {
          const sent = { "client-name": "tests", "x-some-bin": new Uint8Array([0, 255, 7]) };
          const { bytes } = await channel.unary(SYSTEM_INFO, NOTHING, { metadata: sent, timeoutMs: 30_000 });
          assert.equal(decodeGetSystemInfoResponse(bytes).serverVersion, "1.32.0");
          const { "x-some-bin": binary, ...rest } = metadata();
          assert.deepEqual(rest, { "client-name": "tests", "user-agent": "perdure" });
          assert.deepEqual([...(binary as Uint8Array)], [0, 255, 7]);
        }),
      ),
  },
  {
    name: "an error arrives with its message and its details",
    run: () =>
      serving({}, ({ listener }) =>
        calling(listener.address, async (channel) => {
          const request = encodeDescribeNamespaceRequest({ namespace: "nö%\n pe" });
          const error = await failureOf(channel.unary(DESCRIBE_NAMESPACE, request, {}));
          assert.equal(error.status, GrpcStatus.NOT_FOUND);
          assert.equal(error.details, "Namespace nö%\n pe is not found.");
          assert.deepEqual(errorDetails(error), [
            { kind: "NamespaceNotFoundFailure", value: { namespace: "nö%\n pe" } },
          ]);
        }),
      ),
  },
  {
    name: "answers of many sizes, many at a time",
    run: () =>
      serving({}, ({ listener }) =>
        calling(listener.address, async (channel) => {
          const sizes = [0, 1, 16_000, 16_384, 70_000, 1_000_000, 4_000_000];
          const answers = await Promise.all(
            sizes.map((size) =>
              channel.unary(HISTORY, encodeGetWorkflowExecutionHistoryRequest({ maximumPageSize: size }), {}),
            ),
          );
          const got = answers.map(({ bytes }) => decodeGetWorkflowExecutionHistoryResponse(bytes));
          assert.deepEqual(
            got.map(({ nextPageToken }) => nextPageToken.length),
            sizes,
          );
        }),
      ),
  },
  {
    name: "requests of many sizes up to the limit",
    run: () =>
      serving({}, ({ listener }) =>
        calling(listener.address, async (channel) => {
          for (const size of [0, 100, 65_536, 1_000_000, 4_194_000]) {
            const request = encodeGetWorkflowExecutionHistoryRequest({ nextPageToken: new Uint8Array(size) });
            await within(PROMPT_MS, channel.unary(HISTORY, request, {}), `a request of ${size} bytes`);
          }
        }),
      ),
  },
  {
    name: "a caller who gives up is no longer waited for",
    run: () =>
      serving({}, ({ listener, waiting }) =>
        calling(listener.address, async (channel) => {
          const controller = new AbortController();
          const poll = channel.unary(POLL, NOTHING, { signal: controller.signal });
          await until(() => waiting.size === 1, "the poll");
          controller.abort();
          await fails(poll, { status: GrpcStatus.CANCELLED, reason: "aborted" });
          await until(() => waiting.size === 0, "the end of the poll");
        }),
      ),
  },
  {
    name: "a caller who leaves is no longer waited for",
    run: () =>
      serving({}, async ({ listener, waiting }) => {
        let poll: Promise<unknown> = Promise.resolve();
        await calling(listener.address, async (channel) => {
          poll = channel.unary(POLL, NOTHING, {}).catch(() => {});
          await until(() => waiting.size === 1, "the poll");
        });
        await poll;
        await until(() => waiting.size === 0, "the end of the poll");
      }),
  },
  {
    name: "a call ends when its time is up",
    run: () =>
      serving({}, ({ listener, waiting }) =>
        calling(listener.address, async (channel) => {
          const error = await failureOf(channel.unary(POLL, NOTHING, { timeoutMs: 100 }));
          assert.equal(error.status, GrpcStatus.DEADLINE_EXCEEDED);
          await until(() => waiting.size === 0, "the end of the poll");
        }),
      ),
  },
  {
    name: "2000 polls wait on one connection, and other calls go through",
    run: () =>
      serving({}, ({ listener, waiting, release }) =>
        calling(listener.address, async (channel) => {
          const polls = Array.from({ length: 2000 }, () =>
            channel.unary(POLL, NOTHING, { timeoutMs: 60_000 }),
          );
          await until(() => waiting.size === 2000, "2000 polls");
          await within(PROMPT_MS, channel.unary(SYSTEM_INFO, NOTHING, {}), "a call among the polls");
          release();
          assert.equal((await Promise.all(polls)).length, 2000);
        }),
      ),
  },
  {
    name: "2000 polls are given up at once",
    run: () =>
      serving({}, ({ listener, waiting }) =>
        calling(listener.address, async (channel) => {
          const controller = new AbortController();
          const { signal } = controller;
          const polls = Array.from({ length: 2000 }, () => channel.unary(POLL, NOTHING, { signal }));
          const ended = Promise.allSettled(polls);
          await until(() => waiting.size === 2000, "2000 polls");
          controller.abort();
          await ended;
          await until(() => waiting.size === 0, "the end of the polls");
          const again = channel.unary(SYSTEM_INFO, NOTHING, {}).catch((error: RpcError) => {
            // A server may take so many resets for an attack, and end the connection.
            assert.equal(error.status, GrpcStatus.UNAVAILABLE);
            return channel.unary(SYSTEM_INFO, NOTHING, {});
          });
          await within(PROMPT_MS, again, "a call after the polls");
        }),
      ),
  },
];
