/** Callers who mean no good: what they send is refused, reaches nobody, and others are served beside them. */
import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectSocket } from "node:net";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { framed, type RawCall, rawCalls } from "../../server/listen/raw-call.ts";
import {
  END_HEADERS,
  Frame,
  frame,
  HELLO,
  headerBlock,
  open,
  request,
} from "../../server/listen/raw-frames.ts";
import { type Fault, until, within } from "../../transport/fault.ts";
import { count, type Rig, SERVICE, statusOf, TOKEN, withGateway } from "./rig.ts";

const COUNT = `${SERVICE}/CountWorkflowExecutions`;
const SECRET = "payload-that-nobody-may-see";
const bearer = { authorization: `Bearer ${TOKEN}` };
const portOf = ({ listener }: Rig): number => Number(listener.address.split(":").at(-1));
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
/** Field 1, which is the namespace of most requests. */
const inNamespace = (name: string): Buffer => Buffer.from([0x0a, name.length, ...text(name)]);

/** A gateway before a server that counts what gets through, for a caller of one namespace who may read. */
function guarded(body: (rig: Rig, reached: readonly string[]) => Promise<void>): () => Promise<void> {
  return async () => {
    const reached: string[] = [];
    const auth = {
      kind: "tokens",
      tokens: [{ token: TOKEN, name: "one", namespaces: ["default"], groups: ["read"] }],
    } as const;
    const transport = {
      unary: async (path: string) => {
        reached.push(path);
        return { bytes: new Uint8Array(0), headers: {}, trailers: {} };
      },
      close: async () => {},
    };
    await withGateway({ auth, upstream: { transport } }, async (rig) => {
      await body(rig, reached);
      const before = reached.length;
      assert.equal(await statusOf(count(rig.connect({ apiKey: TOKEN }))), 0, "others are served");
      assert.equal(reached.length, before + 1);
    });
  };
}

/** The status of each raw call of gRPC, in order. */
async function grpcStatuses(rig: Rig, calls: readonly RawCall[]): Promise<(string | undefined)[]> {
  return (await rawCalls(portOf(rig), calls)).map(({ status }) => status);
}

/** What is answered to bytes that no HTTP library would send; the status of each answer. */
function rawHttp(rig: Rig, bytes: string): Promise<number[]> {
  return within(
    10_000,
    new Promise((resolve) => {
      const socket = connectSocket(portOf(rig), "127.0.0.1", () => socket.write(bytes));
      let answer = "";
      socket.on("data", (chunk: Buffer) => {
        answer += chunk.toString("latin1");
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        resolve([...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)));
      });
    }),
    "an answer",
  );
}

const post = (path: string, type: string, body: string, more = ""): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
const get = (path: string, more = ""): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}Connection: close\r\n\r\n`;
const KNOWN = `Authorization: Bearer ${TOKEN}\r\n`;

export const hostile: readonly Fault[] = [
  {
    name: "a caller of one namespace gets no other by any spelling of path, query or body",
    run: guarded(async (rig, reached) => {
      const refused = [
        "/api/v1/namespaces/other/workflow-count",
        "/api/v1/namespaces/DEFAULT/workflow-count",
        "/api/v1/namespaces/default%20/workflow-count",
        "/api/v1/namespaces/default%00/workflow-count",
        "/api/v1/namespaces/other/workflow-count?namespace=default",
        "//api/v1/namespaces/other/workflow-count",
        "/api//v1/namespaces/other/workflow-count",
        "/api/v1/namespaces/default/../other/workflow-count",
        "/api/v1/namespaces/default%2f..%2fother/workflow-count",
        "/API/v1/namespaces/other/workflow-count",
        "/api/v1/namespaces/other/workflow-count/",
        "/api/v1/namespaces/other/workflow-count%3f",
        "/api/v1/namespaces/other/workflow-count;x",
        "http://localhost/api/v1/namespaces/other/workflow-count",
        "/api/v1/namespaces/%6fther/workflow-count",
        "/api/v1/namespaces",
        "/cluster/namespaces/other",
      ];
      for (const path of refused) {
        const statuses = await rawHttp(rig, get(path, KNOWN));
        assert.ok(statuses.length === 1 && statuses[0] !== 200, `${path}: ${statuses}`);
      }
      assert.deepEqual(reached, []);
      // The path holds, whatever the query says: this is the caller's own.
      const own = "/api/v1/namespaces/default/workflow-count?namespace=other";
      assert.deepEqual(await rawHttp(rig, get(own, KNOWN)), [200]);
      assert.equal(reached.length, 1);
    }),
  },
  {
    name: "HTTP/JSON and Connect routes are no way around the groups of RPCs",
    run: guarded(async (rig, reached) => {
      const workflow = "/api/v1/namespaces/default/workflows/w";
      const asked = [
        post(workflow, "application/json", '{"workflowType":{"name":"t"},"taskQueue":{"name":"q"}}', KNOWN),
        post(`${workflow}/signal/s`, "application/json", "{}", KNOWN),
        post(`${workflow}/terminate`, "application/json", "{}", KNOWN),
        post("/api/v1/namespaces", "application/json", '{"namespace":"mine"}', KNOWN),
        post("/cluster/namespaces", "application/json", '{"namespace":"mine"}', KNOWN),
        post(`${SERVICE}/StartWorkflowExecution`, "application/json", '{"namespace":"default"}', KNOWN),
        post(`${SERVICE}/startWorkflowExecution`, "application/json", '{"namespace":"default"}', KNOWN),
        post(`/${SERVICE}/StartWorkflowExecution`, "application/json", '{"namespace":"default"}', KNOWN),
        post(`${SERVICE}/StartWorkflowExecution/`, "application/json", '{"namespace":"default"}', KNOWN),
        post(`${SERVICE.toUpperCase()}/StartWorkflowExecution`, "application/json", "{}", KNOWN),
        post(`${SERVICE}%2fStartWorkflowExecution`, "application/json", "{}", KNOWN),
        post(`${SERVICE}/StartWorkflowExecution`, "application/connect+json", "{}", KNOWN),
        get(`${SERVICE}/StartWorkflowExecution?encoding=json&message=%7B%7D&connect=v1`, KNOWN),
        post(workflow, "application/json", "{}", `${KNOWN}X-HTTP-Method-Override: GET\r\n`),
      ];
      for (const bytes of asked) {
        const statuses = await rawHttp(rig, bytes);
        assert.ok(statuses.length === 1 && statuses[0] !== 200, `${bytes.slice(0, 90)}: ${statuses}`);
      }
      const paths = [
        `${SERVICE}/StartWorkflowExecution`,
        `${SERVICE}/startWorkflowExecution`,
        `/${SERVICE}/StartWorkflowExecution`,
        `${SERVICE}/StartWorkflowExecution/`,
        `${SERVICE}/CountWorkflowExecutions?x`,
        `${SERVICE}/../StartWorkflowExecution`,
        "/temporal.server.api.adminservice.v1.AdminService/DescribeCluster",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "//",
      ];
      const body = framed(inNamespace("default"));
      const statuses = await grpcStatuses(
        rig,
        paths.map((path) => ({ path, headers: bearer, body })),
      );
      assert.ok(
        statuses.every((status) => status === "7" || status === "12"),
        statuses.join(),
      );
      assert.deepEqual(reached, []);
    }),
  },
  {
    name: "a token said twice, in part, in another case or place is none",
    run: guarded(async (rig, reached) => {
      const headers = [
        `Authorization: Bearer wrong\r\n${KNOWN}`,
        `Authorization: ${TOKEN}\r\n`,
        `Authorization: Bearer ${TOKEN.toUpperCase()}\r\n`,
        `Authorization: Bearer ${TOKEN} ${TOKEN}\r\n`,
        `Authorization: Bearer ${TOKEN},${TOKEN}\r\n`,
        `Authorization: Bearer ${TOKEN}\u00a0\r\n`,
        `Authorization : Bearer ${TOKEN}\r\n`,
        `Authorization-Extras: Bearer ${TOKEN}\r\n`,
        `Grpc-Metadata-Authorization-: Bearer ${TOKEN}\r\n`,
        `Cookie: authorization=Bearer ${TOKEN}\r\n`,
        `X-Forwarded-Authorization: Bearer ${TOKEN}\r\n`,
        `Proxy-Authorization: Bearer ${TOKEN}\r\n`,
      ];
      for (const header of headers) {
        const statuses = await rawHttp(rig, get("/api/v1/namespaces/default/workflow-count", header));
        assert.ok(
          statuses.length === 1 && (statuses[0] === 401 || statuses[0] === 400),
          `${header}: ${statuses}`,
        );
      }
      const body = framed(inNamespace("default"));
      const [twice, none] = await grpcStatuses(rig, [
        { path: COUNT, headers: { "x-authorization": `Bearer ${TOKEN}` }, body },
        { path: `${COUNT}?authorization=Bearer%20${TOKEN}`, body },
      ]);
      assert.deepEqual([twice, none], ["16", "16"]);
      assert.deepEqual(reached, []);
    }),
  },
  {
    name: "requests in one another's bodies are none: lengths, chunks, pipelines",
    run: guarded(async (rig, reached) => {
      const inner = get("/api/v1/namespaces/default/workflow-count", KNOWN);
      const path = "/api/v1/namespaces/default/workflows/w/signal/s";
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
      const smuggled = [
        `${head}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
        `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${inner}`,
        `${head}Transfer-Encoding: xchunked\r\n\r\n${inner}`,
        `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
        `${head}Content-Length: 2\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
        `${head}Content-Length: +${inner.length}\r\n\r\n${inner}`,
        `${head}Content-Length: 0x10\r\n\r\n${inner}`,
        `${head}Content-Length:\r\n\r\n${inner}`,
        `${head}X: y\nContent-Length: 0\r\n\r\n${inner}`,
      ];
      for (const bytes of smuggled) {
        const statuses = await rawHttp(rig, `${bytes}${get("/never", "")}`);
        assert.ok(!statuses.includes(200), `${JSON.stringify(bytes.slice(90, 170))}: ${statuses}`);
      }
      assert.deepEqual(reached, []);
    }),
  },
  {
    name: "messages that are none, too long, packed or of a strange kind",
    run: guarded(async (rig, reached) => {
      const bomb = gzipSync(Buffer.concat([inNamespace("default"), Buffer.alloc(64e6)]), { level: 9 });
      const before = process.memoryUsage().rss;
      const calls: RawCall[] = [
        { body: framed(Buffer.from([0x0a, 99])) },
        { body: framed(Buffer.from([0x0b, 0x0b, 0x0b])) },
        { body: framed(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])) },
        { body: framed(Buffer.from([0x0a, 2, 0xc3, 0x28])) },
        { body: framed(inNamespace("default"), { flag: 1 }) },
        { body: framed(inNamespace("default"), { flag: 7 }) },
        { body: framed(inNamespace("default"), { length: 1_000 }) },
        { body: framed(inNamespace("default"), { length: 0xffffffff }) },
        { body: framed(bomb, { flag: 1 }), headers: { "grpc-encoding": "gzip" } },
        { body: framed(inNamespace("default"), { flag: 1 }), headers: { "grpc-encoding": "br" } },
        { body: framed(inNamespace("default")), headers: { "grpc-timeout": "99999999999S" } },
        { body: framed(inNamespace("default")), headers: { "x-bad-bin": "!!!" } },
        { body: framed(inNamespace("default")), headers: { ":method": "GET" } },
        { body: framed(Buffer.concat([inNamespace("default"), inNamespace("other")])) },
        { body: framed(Buffer.concat([inNamespace("other"), inNamespace("default")])) },
      ];
      const statuses = await grpcStatuses(
        rig,
        calls.map((call) => ({ path: COUNT, ...call, headers: { ...bearer, ...call.headers } })),
      );
      assert.ok(!statuses.includes("0"), statuses.join());
      const base = `http://${rig.listener.address}`;
      const types = [
        ["application/grpc-web+proto", Buffer.from([0, 0, 0, 0, 99, 1])],
        ["application/grpc-web-text", text("not base64 !")],
        ["application/proto", Buffer.from([0x0a, 99])],
        ["application/json", text('{"namespace":')],
        ["application/json", text(`{"namespace":${"[".repeat(200_000)}`)],
        ["application/json; charset=utf-7", text("+ACI-")],
        ["application/connect+proto", Buffer.from([0, 0, 0, 0, 0])],
        ["text/plain", text('{"namespace":"default"}')],
        ["application/x-www-form-urlencoded", text("namespace=default")],
        ["multipart/form-data; boundary=x", text("--x--")],
      ] as const;
      for (const [type, body] of types) {
        const headers = { ...bearer, "content-type": type };
        const answer = await fetch(base + COUNT, { method: "POST", headers, body: Buffer.from(body) });
        const status = answer.headers.get("grpc-status");
        const said = await answer.text();
        assert.ok(
          answer.status !== 200 ||
            (status !== null && status !== "0") ||
            /grpc-status: ?[1-9]/.test(said) ||
            /Z3JwYy1zdGF0dXM/.test(said),
          `${type}: ${answer.status} ${status} ${JSON.stringify(said.slice(0, 100))}`,
        );
      }
      const packed = await fetch(base + COUNT, {
        method: "POST",
        headers: { ...bearer, "content-type": "application/proto", "content-encoding": "gzip" },
        body: bomb,
      });
      assert.equal(packed.status, 429);
      await packed.text();
      assert.deepEqual(reached, []);
      const grown = process.memoryUsage().rss - before;
      assert.ok(grown < 400e6, `${Math.round(grown / 1e6)} MB more`);
    }),
  },
  {
    name: "connections that say nothing, something slowly, or too much in headers",
    run: guarded(async (rig, reached) => {
      const openings = [
        Buffer.alloc(0),
        Buffer.from("POST /api/v1/namespaces/x HTTP/1.1\r\nhost: localhost\r\nconte"),
        Buffer.from("POST /api/v1/namespaces/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"),
        Buffer.concat([HELLO, request(1, COUNT, undefined)]),
        Buffer.concat([HELLO, frame(Frame.headers, 0, 1, headerBlock(COUNT))]),
        Buffer.concat([
          HELLO,
          ...Array.from({ length: 200 }, (_, n) =>
            frame(Frame.headers, END_HEADERS, 1 + 2 * n, headerBlock(COUNT)),
          ),
        ]),
      ];
      const sockets = await Promise.all(
        Array.from({ length: 120 }, (_, n) => open(rig.listener, openings[n % openings.length])),
      );
      const large = await rawHttp(rig, get("/healthz", `X-Large: ${"a".repeat(200_000)}\r\n`));
      assert.ok(
        large.every((status) => status === 431 || status === 400),
        large.join(),
      );
      assert.equal(await statusOf(count(rig.connect({ apiKey: TOKEN }))), 0);
      assert.equal(reached.length, 1);
      for (const socket of sockets) socket.destroy();
    }),
  },
  {
    name: "more than 100 watchers of the health on one connection are refused",
    run: guarded(async (rig) => {
      const session = connectHttp2(`http://${rig.listener.address}`);
      session.on("error", () => {});
      let refused = 0;
      let told = 0;
      for (let n = 0; n < 130; n++) {
        const stream = session.request({
          ":method": "POST",
          ":path": "/grpc.health.v1.Health/Watch",
          te: "trailers",
          "content-type": "application/grpc",
        });
        stream.on("error", () => {});
        stream.on("response", (head) => {
          if (head["grpc-status"] === "8") refused += 1;
        });
        stream.on("data", () => {
          told += 1;
        });
        stream.end(framed(Buffer.alloc(0)));
      }
      await until(() => refused === 30 && told === 100, "30 refusals and 100 answers", 20_000);
      session.destroy();
    }),
  },
  {
    name: "what is in payloads stands in no line of the log, whatever goes wrong",
    run: async () => {
      const lines: string[] = [];
      const log = (entry: object): void => void lines.push(JSON.stringify(entry));
      await withGateway({ log }, async ({ connect, listener }) => {
        const payload = { metadata: { encoding: text("json/plain") }, data: text(JSON.stringify(SECRET)) };
        for (const protocol of ["grpc", "grpc-web", "connect", "http-json"] as const) {
          const { workflowService } = connect({ protocol });
          const input = { payloads: [payload] };
          const about = { namespace: "default", workflowExecution: { workflowId: `w-${protocol}` } };
          await workflowService.startWorkflowExecution({
            namespace: "default",
            workflowId: `w-${protocol}`,
            requestId: "r",
            workflowType: { name: "t" },
            taskQueue: { name: "q" },
            input,
            memo: { fields: { m: payload } },
          });
          await workflowService.signalWorkflowExecution({ ...about, signalName: "s", input });
          await statusOf(workflowService.signalWorkflowExecution({ ...about, namespace: "nowhere", input }));
          await statusOf(workflowService.queryWorkflow({ ...about, query: { queryArgs: input } }));
          await workflowService.terminateWorkflowExecution({ ...about, reason: SECRET, details: input });
        }
        // Where they are no payloads, or no message at all.
        const broken = { "content-type": "application/json" };
        for (const body of [`{"${SECRET}":`, `{"namespace":{"${SECRET}":1}}`, SECRET]) {
          const answer = await fetch(`http://${listener.address}${COUNT}`, {
            method: "POST",
            headers: broken,
            body,
          });
          await answer.text();
        }
        const portNumber = Number(listener.address.split(":").at(-1));
        await rawCalls(portNumber, [
          { path: COUNT, body: framed(Buffer.concat([Buffer.from([0x0a, 99]), text(SECRET)])) },
        ]);
      });
      assert.ok(lines.length >= 17, `${lines.length} lines`);
      const encoded = Buffer.from(JSON.stringify(SECRET)).toString("base64");
      for (const line of lines)
        assert.ok(!line.includes(SECRET) && !line.includes(encoded.slice(4, 30)), line);
    },
  },
];
