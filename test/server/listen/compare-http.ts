/**
 * Puts our listener in front of a real server's gRPC port, sends the same requests to it and to the real server's own HTTP port,
 * and compares the answers: status, content type, and JSON. So every difference is one of our HTTP layer.
 * `npx tsx test/server/listen/compare-http.ts`
 */
import { deepEqual } from "node:assert/strict";
import process from "node:process";
import { GrpcChannel } from "../../../runtimes/node-api/grpc/channel.ts";
import { listen } from "../../../runtimes/node-api/server/listener.ts";
import { startRealServer } from "../../harness/real-server.ts";

interface Row {
  readonly target: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** What differs on purpose: the text of an error in the request itself, which Go's JSON reader words in its own way. */
  readonly ownWords?: true;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly json: unknown;
}

const NS = "/api/v1/namespaces/default";
const FULL = { accept: "application/json+no-payload-shorthand" };

/** The requests; `W` is a workflow of its own on each side. */
function rows(w: string): Row[] {
  const W = `${NS}/workflows/${w}`;
  const start = { workflowType: { name: "t" }, taskQueue: { name: "q" }, requestId: "r1" };
  const post = (target: string, body?: unknown, more: Partial<Row> = {}): Row => ({
    target,
    method: "POST",
    body,
    ...more,
  });
  const odd = [[], [[]], { z: 1, a: [] }, {}, 1e21, 1e-7, 1.5, true, "é\u2028<&>\u0001/", null, ""];
  return [
    { target: "/api/v1/system-info" },
    { target: "/system-info" },
    { target: "/api/v1/cluster-info?pretty" },
    { target: NS },
    { target: "/cluster/namespaces/default" },
    { target: "/api/v1/namespaces/nope" },
    { target: "/api/v1/namespaces/nope?pretty" },
    { target: "/api/v1/namespaces/n%C3%B6" },
    { target: "/api/v1/nope" },
    { target: "/" },
    { target: `${NS}/workflows`, method: "DELETE" },
    { target: "/api/v1/system-info", method: "PUT" },
    { target: "/api/v1/system-info", method: "OPTIONS" },
    { target: "/api/v1/system-info", headers: { "grpc-timeout": "1n" } },
    { target: "/api/v1/system-info", headers: { "grpc-timeout": "abc" } },
    { target: "/api/v1/system-info", headers: { "grpc-metadata-x-bin": "%%%" } },
    post(W, {
      ...start,
      input: [1, "x", { a: 1, b: [] }, null],
      memo: { fields: { m: 5 } },
      workflowIdReusePolicy: "AllowDuplicate",
    }),
    post(W, { ...start, requestId: "r2" }),
    post(W, { ...start, taskQueue: undefined }),
    post(`${NS}/workflows/${w}-2`),
    post(`${NS}/workflows/${w}-2`, "{bad", { ownWords: true }),
    post(`${NS}/workflows/${w}-2`, [], { ownWords: true }),
    post(`${NS}/workflows/${w}-2`, { nope: 1 }, { ownWords: true }),
    post(`${NS}/workflows/${w}-2`, { workflowType: 5 }, { ownWords: true }),
    post(`${NS}/workflows/${w}-2`, { workflowIdReusePolicy: "Nope" }, { ownWords: true }),
    post(`${NS}/workflows/${w}-2`, { workflowExecutionTimeout: "5" }, { ownWords: true }),
    post(`${W}/signal/s1`, { input: odd, header: { fields: { h: null, g: "x" } } }),
    post(`${W}/signal/s2`, {
      input: { payloads: [{ metadata: { encoding: "YmluYXJ5L3BsYWlu" }, data: "MQ==" }, 2] },
    }),
    post(`${W}/signal/s3`, {
      input: [
        { _protoMessageType: "a.B", x: [] },
        { metadata: 1 },
        { metadata: { encoding: "%%%" }, data: "MQ==" },
      ],
    }),
    post(`${W}/signal/s4`, {
      input: [{ metadata: { encoding: "anNvbi9wbGFpbg==", x: "YQ==" }, data: "MQ==" }, 2],
    }),
    post(`${W}/signal/s5`, { input: [{ _protoMessageType: 5 }] }),
    post(`${W}/signal/s6`, { input: "x" }, { ownWords: true }),
    post(
      `${W}/signal/s7`,
      { input: [1] },
      { headers: { "content-type": "application/json+no-payload-shorthand" }, ownWords: true },
    ),
    post(`${W}/signal/s8`, { input: ["a".repeat(4_200_000)] }),
    { target: `${W}/history` },
    { target: `${W}/history`, headers: FULL },
    { target: `${W}/history?pretty&noPayloadShorthand` },
    { target: `${W}/history?maximum_page_size=1` },
    { target: `${W}/history?maximumPageSize=abc` },
    { target: `${W}/history?maximumPageSize=1&maximumPageSize=2` },
    { target: `${W}/history?historyEventFilterType=CLOSE_EVENT` },
    { target: `${W}/history?historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_ALL_EVENT` },
    { target: `${W}/history?historyEventFilterType=1&nope=1&execution.nope=2&namespace=other` },
    { target: `${W}/history?waitNewEvent=maybe` },
    { target: `${W}/history?execution=abc` },
    { target: `${W}/history?execution.runId=abc` },
    { target: `${W}/history?nextPageToken=%%%` },
    { target: `${W}/history/` },
    { target: `${NS}/workflows/a%2Fb/history` },
    { target: `${NS}/workflows/a%20b/history` },
    { target: W },
    { target: `${W}/history-reverse?maximumPageSize=2` },
    { target: `${NS}/workflows?query=nope%3D` },
    { target: `${NS}/workflow-count?query=WorkflowId+%3D+'nope'` },
    { target: `${NS}/search-attributes` },
    { target: "/cluster/namespaces/default/search-attributes" },
    { target: `${NS}/task-queues/q` },
    { target: "/api/v1/nexus/endpoints" },
    post(`${W}/cancel`, { reason: "why" }),
    post(`${W}/terminate`, { reason: "why", details: ["x"] }),
    post(`${W}/terminate`, {}),
    { target: `${W}/history?historyEventFilterType=2` },
  ];
}

async function ask(address: string, row: Row): Promise<Answer> {
  const body = typeof row.body === "string" || row.body === undefined ? row.body : JSON.stringify(row.body);
  const response = await fetch(`http://${address}${row.target}`, {
    method: row.method ?? "GET",
    headers: { accept: "*/*", ...row.headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  // For what it does not know, the real server names the type "*".
  const type = (response.headers.get("content-type") ?? "").replace(/^\*$/, "application/json");
  return { status: response.status, type, json: text === "" ? undefined : JSON.parse(text) };
}

/** What is never the same twice. */
function normal({ status, type, json }: Answer, w: string, ownWords: boolean): unknown {
  const text = JSON.stringify(json ?? null)
    .replaceAll(w, "W")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>")
    .replace(/"\d{4}-\d\d-\d\dT[^"]*Z"/g, '"<time>"')
    .replace(
      /"(nextPageToken|taskId|executionDuration|stateTransitionCount|historySizeBytes)":"[^"]*"/g,
      '"$1":"<some>"',
    )
    .replace(/"identity":"[^"]*"/g, '"identity":"<who>"')
    .replace(
      /"(lastAccessTime|approximateBacklogAge|tasksAddRate|tasksDispatchRate)":("[^"]*"|[\d.e-]+)/g,
      '"$1":"<some>"',
    );
  const answer = JSON.parse(text) as { code?: number };
  return { status, type, json: ownWords ? { code: answer.code } : answer };
}

const real = await startRealServer({ own: true });
const channel = new GrpcChannel({ address: real.address });
const listener = await listen(channel, {});
let passed = 0;
let failed = 0;
try {
  const theirs = rows("wire-real");
  const ours = rows("wire-ours");
  for (const [index, row] of theirs.entries()) {
    const own = ours[index];
    if (own === undefined) break;
    const name = `${row.method ?? "GET"} ${row.target} ${JSON.stringify(row.body ?? "").slice(0, 60)}`;
    try {
      const expected = normal(await ask(real.httpAddress ?? "", row), "wire-real", row.ownWords === true);
      const answer = normal(await ask(listener.address, own), "wire-ours", row.ownWords === true);
      deepEqual(answer, expected);
      passed += 1;
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}\n${error instanceof Error ? error.message : error}`);
    }
  }
} finally {
  await listener.close();
  await channel.close();
  await real.stop();
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
