/** What `perdure/edge` makes of everything that is not Temporal, of keys that expire and of servers that go away. */
import assert from "node:assert/strict";
import {
  defaultGrpcRetryOptions,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  RpcError,
  ServiceError,
  WorkflowNotFoundError,
} from "perdure/client";
import {
  cancelWorkflow,
  connect,
  countWorkflows,
  describeWorkflow,
  type EdgeConnection,
  grpcWeb,
  httpJson,
  listWorkflows,
  queryWorkflow,
  signalWithStartWorkflow,
  signalWorkflow,
  startWorkflow,
  terminateWorkflow,
  updateWorkflow,
  workflowResult,
} from "perdure/edge";
import {
  BROKEN,
  ERRORS_IN_JSON,
  frame,
  grpcWebAnswer,
  jsonAnswer,
  NO_MESSAGES,
  PAGES,
  page,
  RESPONSE,
  text,
} from "../../transport/fetch/strange-answers.ts";
import { type Case, type CaseWorld, rejection } from "./case.ts";

const protocols = { "grpc-web": grpcWeb, connect, "http-json": httpJson } as const;
type Protocol = keyof typeof protocols;
const NAMES = Object.keys(protocols) as Protocol[];

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A connection of each protocol to a server that is a function. */
async function onEach(
  use: (protocol: Protocol, open: (fetch: Fetch) => EdgeConnection) => Promise<void>,
): Promise<void> {
  for (const protocol of NAMES)
    await use(protocol, (fetch) => protocols[protocol]({ address: "http://server:1", fetch }));
}

const options = { workflowId: "order-1", taskQueue: "orders" };
const once = { retry: false } as const;

function goodAnswer(protocol: Protocol): Response {
  // Connect is spoken in JSON from the edge.
  if (protocol !== "grpc-web") return jsonAnswer({ runId: "run-1" });
  return grpcWebAnswer([...frame(0, RESPONSE), ...frame(0x80, text("grpc-status: 0"))]);
}

/** The cause of a start that fails, with one attempt. */
async function failureOf(temporal: EdgeConnection): Promise<RpcError> {
  return rpcErrorOf(await rejection(startWorkflow(temporal, "order", options, once)));
}

function rpcErrorOf(error: Error): RpcError {
  assert.ok(error instanceof ServiceError, `expected a ServiceError, got ${error.stack}`);
  assert.ok(error.cause instanceof RpcError, `its cause is ${error.cause}`);
  return error.cause;
}

const order = { workflowId: "order-1" };
/** Every function there is, with one attempt. */
const FUNCTIONS: Readonly<Record<string, (temporal: EdgeConnection) => Promise<unknown>>> = {
  start: (temporal) => startWorkflow(temporal, "order", options, once),
  signalWithStart: (temporal) =>
    signalWithStartWorkflow(temporal, "order", { ...options, signal: "pay" }, once),
  signal: (temporal) => signalWorkflow(temporal, order, "pay", [], once),
  query: (temporal) => queryWorkflow(temporal, order, "steps", [], once),
  update: (temporal) => updateWorkflow(temporal, order, "add", [], once),
  result: (temporal) => workflowResult(temporal, order, once),
  describe: (temporal) => describeWorkflow(temporal, order, once),
  count: (temporal) => countWorkflows(temporal, "", once),
  list: async (temporal) => {
    for await (const each of listWorkflows(temporal, {}, once)) return each;
    return undefined;
  },
  cancel: (temporal) => cancelWorkflow(temporal, order, once),
  terminate: (temporal) => terminateWorkflow(temporal, order, "enough", once),
};

const refused = (protocol: Protocol): Response =>
  protocol === "grpc-web"
    ? grpcWebAnswer([], { "grpc-status": "16", "grpc-message": "expired" })
    : protocol === "connect"
      ? jsonAnswer({ code: "unauthenticated", message: "expired" }, 401)
      : jsonAnswer({ code: 16, message: "expired" }, 401);

/** What a request says of who sends it. */
const keyOf = (init: RequestInit): string => new Headers(init.headers).get("authorization") ?? "";

export const edgeFaultCases: readonly Case[] = [
  {
    name: "edge: pages of proxies become typed errors, and another attempt is made where it may help",
    run: () =>
      onEach(async (protocol, open) => {
        for (const [status, expected, retried] of PAGES) {
          const error = await failureOf(open(async () => page(status)));
          assert.equal(error.status, expected, `${protocol}, HTTP ${status}: ${error.message}`);
          assert.match(error.details, new RegExp(`HTTP ${status}, content-type text/html, "Bad gateway"`));
          const answers = [page(status), goodAnswer(protocol)];
          const started = startWorkflow(
            open(async () => answers.shift() ?? page(500)),
            "order",
            options,
          );
          if (retried) assert.equal((await started).runId, "run-1");
          else assert.equal(rpcErrorOf(await rejection(started)).status, expected);
        }
      }),
  },
  {
    name: "edge: a redirect is not followed, and the error names where to",
    run: () =>
      onEach(async (_, open) => {
        const headers = { location: "https://login" };
        const error = await failureOf(open(async () => new Response(null, { status: 302, headers })));
        assert.match(error.details, /redirects to https:\/\/login instead of answering/);
      }),
  },
  {
    name: "edge: answers that are cut off or garbled are errors, never crashes",
    run: () =>
      onEach(async (protocol, open) => {
        const format = protocol === "connect" ? "connect-json" : protocol;
        const answers = BROKEN.filter(([, one]) => one === format);
        assert.ok(answers.length > 0);
        for (const [name, , answer] of answers) {
          const error = await failureOf(open(async () => answer()));
          assert.deepEqual([error.status, error.reason], [13, "malformed-response"], name);
          assert.match(error.details, /StartWorkflowExecution: malformed answer: /);
        }
      }),
  },
  {
    name: "edge: errors in JSON have their code and their words, whoever wrote them",
    run: () =>
      onEach(async (protocol, open) => {
        for (const { name, http, json, status, words, retried } of ERRORS_IN_JSON) {
          const error = await failureOf(open(async () => jsonAnswer(json, http)));
          assert.equal(error.status, status, `${protocol}, ${name}: ${error.message}`);
          assert.ok(error.details.includes(words), `${protocol}, ${name}: ${error.details}`);
          let calls = 0;
          const answers = [jsonAnswer(json, http), goodAnswer(protocol)];
          const temporal = open(async () => answers[calls++] ?? page(500));
          const quick = { ...defaultGrpcRetryOptions(), delayFunction: () => 1 };
          const started = startWorkflow(temporal, "order", options, { retry: quick });
          assert.equal(
            (await started.catch(rpcErrorOf)) instanceof RpcError,
            !retried,
            `${protocol}, ${name}`,
          );
          assert.equal(calls, retried ? 2 : 1, `${protocol}, ${name}`);
        }
      }),
  },
  {
    name: "edge: JSON that is no answer is an error of every function",
    run: () =>
      onEach(async (protocol, open) => {
        for (const value of NO_MESSAGES) {
          const temporal = open(async () => jsonAnswer(value));
          for (const [name, call] of Object.entries(FUNCTIONS)) {
            const error = await rejection(call(temporal));
            const cause = error instanceof RpcError ? error : error.cause;
            const what = `${name} over ${protocol}, given ${JSON.stringify(value)}: ${error.stack}`;
            assert.ok(cause instanceof RpcError, what);
            assert.equal(cause.reason, "malformed-response", what);
          }
        }
      }),
  },
  {
    name: "edge: JSON of a newer server is read, unknown fields and enum values left out",
    run: async () => {
      const newer = { runId: "run-1", status: "WORKFLOW_EXECUTION_STATUS_OF_TOMORROW", tomorrow: [1] };
      const temporal = httpJson({ address: "http://server:1", fetch: async () => jsonAnswer(newer) });
      assert.equal((await startWorkflow(temporal, "order", options)).runId, "run-1");
    },
  },
  {
    name: "edge: a server that goes away under a call is tried again; one that stays away is named",
    run: () =>
      onEach(async (protocol, open) => {
        let calls = 0;
        const temporal = open(async () => {
          calls += 1;
          if (calls < 3) throw new TypeError("terminated", { cause: new Error("other side closed") });
          return goodAnswer(protocol);
        });
        assert.equal((await startWorkflow(temporal, "order", options)).runId, "run-1");
        assert.equal(calls, 3);
        const gone = await failureOf(open(() => Promise.reject(new TypeError("fetch failed"))));
        assert.equal(gone.status, 14);
        assert.match(gone.details, /http:\/\/server:1 could not be asked: fetch failed/);
      }),
  },
  {
    name: "edge: an API key that was refused is asked for once more, and a key that stays is not sent again",
    run: async () => {
      for (const protocol of NAMES) {
        const seen: string[] = [];
        const keys = ["old", "new"];
        const temporal = protocols[protocol]({
          address: "http://server:1",
          apiKey: () => keys.shift() ?? "none",
          fetch: async (_, init) => {
            seen.push(keyOf(init));
            return keyOf(init) === "Bearer new" ? goodAnswer(protocol) : refused(protocol);
          },
        });
        assert.equal((await startWorkflow(temporal, "order", options)).runId, "run-1");
        assert.deepEqual(seen, ["Bearer old", "Bearer new"]);
        seen.length = 0;
        const stays = protocols[protocol]({
          address: "http://server:1",
          apiKey: async () => "same",
          fetch: async (_, init) => {
            seen.push(keyOf(init));
            return refused(protocol);
          },
        });
        const error = rpcErrorOf(await rejection(startWorkflow(stays, "order", options)));
        assert.deepEqual([error.status, error.details, seen], [16, "expired", ["Bearer same"]]);
      }
    },
  },
  {
    name: "edge: a deadline and the caller's signal end the request below",
    run: () =>
      onEach(async (_, open) => {
        let begun = 0;
        let ended = 0;
        let began = (): void => {};
        const temporal = open(
          (_url, { signal }) =>
            new Promise((_resolve, reject) => {
              begun += 1;
              began();
              signal?.addEventListener("abort", () => {
                ended += 1;
                reject(new Error("ended below"));
              });
            }),
        );
        const late = await rejection(
          startWorkflow(temporal, "order", options, { deadline: Date.now() + 30 }),
        );
        assert.ok(isGrpcDeadlineError(late), String(late));
        const leave = new AbortController();
        const underWay = new Promise<void>((resolve) => {
          began = resolve;
        });
        const left = rejection(startWorkflow(temporal, "order", options, { abortSignal: leave.signal }));
        await underWay;
        leave.abort();
        assert.ok(isGrpcCancelledError(await left));
        assert.equal(ended, begun);
      }),
  },
  {
    name: "edge: a port that speaks another protocol, and one where nobody listens, are told",
    run: async ({ doors, id }: CaseWorld) => {
      for (const { protocol, address } of doors) {
        const url = address.includes("://") ? address : `http://${address}`;
        for (const other of NAMES) {
          const absent = describeWorkflow(protocols[other]({ address: url }), { workflowId: id() }, once);
          const error = await rejection(absent);
          // The embedded server speaks all on one port; Temporal's HTTP port speaks one.
          if (error instanceof WorkflowNotFoundError) continue;
          assert.ok(other !== protocol, `${other} is not spoken at its own port`);
          assert.match(rpcErrorOf(error).details, /HTTP 4\d\d/, `${other} to the port of ${protocol}`);
        }
      }
      for (const protocol of NAMES) {
        const error = await failureOf(protocols[protocol]({ address: "http://127.0.0.1:1" }));
        assert.equal(error.status, 14, error.message);
        assert.match(error.details, /http:\/\/127\.0\.0\.1:1 could not be asked/);
      }
    },
  },
];
