// Records what the official SDK puts on the wire, for `golden.test.ts`:
//   npm ci --prefix test/interop && node test/converter/record-golden.mjs > test/converter/golden.json
import { createRequire } from "node:module";

const require = createRequire(new URL("../interop/package.json", import.meta.url));
const common = require("@temporalio/common");
const { temporal } = require("@temporalio/proto");
const {
  encodeUnifiedSearchAttributes,
} = require("@temporalio/common/lib/converter/payload-search-attributes");
const b64 = (T, m) => Buffer.from(T.encode(T.create(m)).finish()).toString("base64");
const P = temporal.api.common.v1.Payload,
  F = temporal.api.failure.v1.Failure;
const conv = common.defaultPayloadConverter;
const values = {
  undefined: undefined,
  null: null,
  text: "häßlich 🎉",
  number: 1.5,
  object: { a: [1, null, "x"], b: { c: true } },
  bytes: new Uint8Array([0, 1, 255]),
  emptyBytes: new Uint8Array(0),
  date: new Date(0),
  emptyText: "",
};
const payloads = Object.fromEntries(Object.entries(values).map(([k, v]) => [k, b64(P, conv.toPayload(v))]));
const st = (e, s = `${e.name}: ${e.message}\n    at user (file.ts:1:1)`) => {
  e.stack = s;
  return e;
};
const A = common.ApplicationFailure;
const failures = {
  plainError: st(new TypeError("plain")),
  application: st(
    A.create({
      message: "app",
      type: "Kind",
      nonRetryable: true,
      details: ["d", 2],
      nextRetryDelay: "1.5s",
      category: "BENIGN",
      cause: st(new Error("inner")),
    }),
  ),
  applicationBare: st(A.retryable("bare")),
  cancelled: st(new common.CancelledFailure("gone", ["why"])),
  terminated: st(new common.TerminatedFailure("killed")),
  timeout: st(new common.TimeoutFailure("late", { step: 3 }, "HEARTBEAT")),
  timeoutBare: st(new common.TimeoutFailure("late", undefined, "START_TO_CLOSE")),
  server: st(new common.ServerFailure("server", true)),
  activity: st(
    new common.ActivityFailure(
      "act",
      "charge",
      "7",
      "MAXIMUM_ATTEMPTS_REACHED",
      "me@host",
      st(A.nonRetryable("no", "T")),
    ),
  ),
  child: st(
    new common.ChildWorkflowFailure(
      "default",
      { workflowId: "w", runId: "r" },
      "childType",
      "RETRY_POLICY_NOT_SET",
      st(new common.CancelledFailure("c")),
    ),
  ),
  temporal: st(new common.TemporalFailure("base")),
};
const fc = new common.DefaultFailureConverter(),
  ec = new common.DefaultFailureConverter({ encodeCommonAttributes: true });
const out = {
  versions: {
    "@temporalio/common": require("@temporalio/common/package.json").version,
    "@temporalio/proto": require("@temporalio/proto/package.json").version,
  },
  payloads,
  failures: {},
  encodedFailures: {},
  thrown: {},
  searchAttributes: {},
};
for (const [k, e] of Object.entries(failures)) out.failures[k] = b64(F, fc.errorToFailure(e, conv));
out.encodedFailures.application = b64(F, ec.errorToFailure(failures.application, conv));
for (const [k, v] of Object.entries({ text: "oops", object: { a: 1 }, number: 7, null: null }))
  out.thrown[k] = b64(F, fc.errorToFailure(v, conv));
const SA = (t, v) => ({ key: common.defineSearchAttributeKey("k", t), value: v });
const sas = {
  TEXT: SA("TEXT", "t"),
  KEYWORD: SA("KEYWORD", "k"),
  INT: SA("INT", 5),
  DOUBLE: SA("DOUBLE", 1.25),
  BOOL: SA("BOOL", true),
  DATETIME: SA("DATETIME", new Date(86400000)),
  KEYWORD_LIST: SA("KEYWORD_LIST", ["a", "b"]),
  unset: SA("INT", null),
};
for (const [k, v] of Object.entries(sas))
  out.searchAttributes[k] = b64(P, encodeUnifiedSearchAttributes(undefined, [v]).k);
out.searchAttributes.untypedText = b64(P, encodeUnifiedSearchAttributes({ k: ["a", "b"] }).k);
out.searchAttributes.untypedDate = b64(P, encodeUnifiedSearchAttributes({ k: [new Date(0)] }).k);
console.log(JSON.stringify(out, null, 2));
