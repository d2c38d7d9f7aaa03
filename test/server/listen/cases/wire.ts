/** What the real frontend answered to each of these calls, byte by byte, must come from ours too. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { encodeDescribeNamespaceRequest } from "../../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Fault } from "../../../transport/fault.ts";
import { framed, type RawAnswer, type RawCall, rawCalls } from "../raw-call.ts";
import { DESCRIBE_NAMESPACE, HISTORY, portOf, serving, WORKFLOW_SERVICE } from "../served.ts";

const NOTHING = new Uint8Array(0);
const EMPTY = framed(NOTHING);

/** A call, and the status, message, HTTP status and content type of its answer, where they are not the usual. */
interface Row extends RawCall {
  readonly name: string;
  readonly status: number;
  readonly message?: string;
  readonly http?: number;
  readonly type?: string;
}

const ROWS: readonly Row[] = [
  { name: "good", body: EMPTY, status: 0 },
  {
    name: "content type with a codec",
    headers: { "content-type": "application/grpc+proto" },
    body: EMPTY,
    status: 0,
    type: "application/grpc+proto",
  },
  {
    name: "content type with an unknown codec",
    headers: { "content-type": "application/grpc+json" },
    body: EMPTY,
    status: 0,
    type: "application/grpc+json",
  },
  {
    name: "content type with a parameter",
    headers: { "content-type": "application/grpc;x=y" },
    body: EMPTY,
    status: 0,
    type: "application/grpc+x=y",
  },
  { name: "two messages", body: Buffer.concat([EMPTY, EMPTY]), status: 0 },
  { name: "no te", headers: { te: undefined }, body: EMPTY, status: 0 },
  {
    name: "unknown method",
    path: `${WORKFLOW_SERVICE}/Nope`,
    body: EMPTY,
    status: 12,
    message: "unknown method Nope for service temporal.api.workflowservice.v1.WorkflowService",
  },
  { name: "unknown service", path: "/a.B/C", body: EMPTY, status: 12, message: "unknown service a.B" },
  {
    name: "no method at all",
    path: "/abc",
    body: EMPTY,
    status: 12,
    message: 'malformed method name: "/abc"',
  },
  {
    name: "GET",
    headers: { ":method": "GET" },
    end: false,
    status: 13,
    http: 405,
    message: 'Received a HEADERS frame with :method "GET" which should be POST',
  },
  {
    name: "timeout without a unit",
    headers: { "grpc-timeout": "abc" },
    body: EMPTY,
    status: 13,
    http: 400,
    message: 'malformed grpc-timeout: transport: timeout unit is not recognized: "abc"',
  },
  {
    name: "timeout too long",
    headers: { "grpc-timeout": "123456789S" },
    body: EMPTY,
    status: 13,
    http: 400,
    message: 'malformed grpc-timeout: transport: timeout string is too long: "123456789S"',
  },
  {
    name: "timeout below zero",
    headers: { "grpc-timeout": "-1S" },
    body: EMPTY,
    status: 13,
    http: 400,
    message: 'malformed grpc-timeout: strconv.ParseUint: parsing "-1": invalid syntax',
  },
  {
    name: "timeout of zero",
    headers: { "grpc-timeout": "0S" },
    body: EMPTY,
    status: 4,
    message: "context deadline exceeded",
  },
  {
    name: "timeout of a nanosecond",
    headers: { "grpc-timeout": "1n" },
    body: EMPTY,
    status: 4,
    message: "context deadline exceeded",
  },
  {
    name: "too large",
    body: framed(new Uint8Array(4194305)),
    status: 8,
    message: "grpc: received message larger than max (4194305 vs. 4194304)",
  },
  {
    name: "too large, by its prefix",
    body: framed(NOTHING, { length: 4194305 }),
    end: false,
    status: 8,
    message: "grpc: received message larger than max (4194305 vs. 4194304)",
  },
  { name: "no message", status: 2, message: "EOF" },
  { name: "half a prefix", body: EMPTY.subarray(0, 2), status: 2, message: "EOF" },
  {
    name: "half a message",
    body: framed(new Uint8Array(9), { length: 10 }),
    status: 2,
    message: "unexpected EOF",
  },
  {
    name: "unknown flag",
    body: framed(NOTHING, { flag: 2 }),
    status: 13,
    message: "grpc: received unexpected payload format 2",
  },
  {
    name: "packed by nothing",
    body: framed(NOTHING, { flag: 1 }),
    status: 13,
    message: "grpc: compressed flag set with identity or empty encoding",
  },
  {
    name: "unknown encoding",
    headers: { "grpc-encoding": "br" },
    body: EMPTY,
    status: 12,
    message: 'grpc: Decompressor is not installed for grpc-encoding "br"',
  },
  {
    name: "gzip",
    headers: { "grpc-encoding": "gzip" },
    body: framed(gzipSync(NOTHING), { flag: 1 }),
    status: 0,
  },
  {
    name: "gzip of too much",
    headers: { "grpc-encoding": "gzip" },
    body: framed(gzipSync(new Uint8Array(5_000_000)), { flag: 1 }),
    status: 8,
    message: "grpc: received message after decompression larger than max 4194304",
  },
  {
    name: "an error with details",
    path: DESCRIBE_NAMESPACE,
    body: framed(encodeDescribeNamespaceRequest({ namespace: "nö%\n pe" })),
    status: 5,
    message: "Namespace n%C3%B6%25%0A pe is not found.",
  },
  {
    name: "binary metadata that is none",
    headers: { "x-bin": "%%%" },
    body: EMPTY,
    status: 13,
    http: 400,
    message: 'malformed binary metadata "%25%25%25" in header "x-bin": illegal base64 data at input byte 0',
  },
  { name: "health", path: "/grpc.health.v1.Health/Check", body: EMPTY, status: 0 },
  {
    name: "health of a service",
    path: "/grpc.health.v1.Health/Check",
    body: service("temporal.api.workflowservice.v1.WorkflowService"),
    status: 0,
  },
  {
    name: "health of nothing",
    path: "/grpc.health.v1.Health/Check",
    body: service("nope"),
    status: 5,
    message: "unknown service",
  },
];

function service(name: string): Buffer {
  return framed(Buffer.concat([Buffer.from([10, name.length]), Buffer.from(name)]));
}

function told({ status, message, http, type }: RawAnswer): object {
  return { status: Number(status), message, http, type };
}

export const wire: readonly Fault[] = [
  ...ROWS.map(({ name, status, message, http = 200, type = "application/grpc", ...call }) => ({
    name,
    run: () =>
      serving({}, async ({ listener }) => {
        // Twice, with a good call behind it: the connection goes on.
        const answers = await rawCalls(portOf(listener.address), [call, call, { body: EMPTY }]);
        assert.deepEqual(told(answers[0]!), { status, message, http, type });
        assert.deepEqual(told(answers[1]!), { status, message, http, type });
        assert.equal(answers[2]!.status, "0");
      }),
  })),
  {
    name: "answers above 1 KiB are gzipped for other machines, and for those who gzip",
    run: async () => {
      const large = framed(Buffer.from([0x18, 0x80, 0x20]));
      const accepts = { "grpc-accept-encoding": "identity,gzip" };
      const packed = {
        body: framed(gzipSync(large.subarray(5)), { flag: 1 }),
        headers: { ...accepts, "grpc-encoding": "gzip" },
      };
      const calls = [
        { path: HISTORY, body: large, headers: accepts },
        { path: HISTORY, ...packed },
        { path: HISTORY, body: large },
        { body: EMPTY, headers: accepts },
      ];
      await serving({}, async ({ listener }) => {
        const answers = await rawCalls(portOf(listener.address), calls);
        assert.deepEqual(
          answers.map(({ encoding }) => encoding),
          [undefined, "gzip", undefined, undefined],
        );
        assert.equal(answers[0]!.body.length, 5 + 4096 + 3);
      });
      await serving({ compress: "accepted" }, async ({ listener }) => {
        const answers = await rawCalls(portOf(listener.address), calls);
        assert.deepEqual(
          answers.map(({ encoding }) => encoding),
          ["gzip", "gzip", undefined, undefined],
        );
        assert.equal(answers[0]!.body[0], 1);
        assert.ok(answers[0]!.body.length < 200);
      });
    },
  },
];
