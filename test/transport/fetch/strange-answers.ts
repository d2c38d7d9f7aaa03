/** What answers where Temporal was expected, with the error that each must become: for every client over `fetch`. */
import type { FetchProtocol } from "../../../src/transport/fetch/open-fetch-port.ts";

/** A StartWorkflowExecutionResponse in protobuf: run-1, started. */
export const RESPONSE: Uint8Array<ArrayBuffer> = new Uint8Array([0x0a, 5, ...text("run-1"), 0x18, 1]);

/** Bytes of a text. */
export function text(words: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(words);
}

/** A frame of gRPC-Web. */
export function frame(flags: number, payload: Uint8Array): number[] {
  return [flags, 0, 0, payload.length >> 8, payload.length & 255, ...payload];
}

/** An answer over gRPC-Web. */
export function grpcWebAnswer(
  body: readonly number[],
  headers: Record<string, string> = {},
  status = 200,
): Response {
  return new Response(new Uint8Array(body), {
    status,
    headers: { "content-type": "application/grpc-web+proto", ...headers },
  });
}

/** An answer in JSON. */
export function jsonAnswer(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
}

/** A page of a proxy. */
export function page(status: number): Response {
  const html = "<html><head><title>Bad gateway</title></head></html>";
  return new Response(html, { status, headers: { "content-type": "text/html" } });
}

/** By the HTTP status of a page: the gRPC status of the error, and whether another attempt is made. */
export const PAGES: readonly (readonly [status: number, expected: number, retried: boolean])[] = [
  [200, 2, false],
  [401, 16, false],
  [403, 7, false],
  [404, 12, false],
  [413, 2, false],
  [429, 14, true],
  [502, 14, true],
  [503, 14, true],
  [504, 14, true],
];

type Answers = readonly (readonly [
  name: string,
  protocol: FetchProtocol,
  answer: () => Response,
  words: string,
])[];

/** Answers that end too early, with words of the error. */
export const CUT_OFF: Answers = [
  ["no trailers", "grpc-web", () => grpcWebAnswer(frame(0, RESPONSE)), "it ends without trailers"],
  [
    "half a frame",
    "grpc-web",
    () => grpcWebAnswer(frame(0, RESPONSE).slice(0, 9)),
    "a frame cut off at 4 of",
  ],
  ["half a prefix", "grpc-web", () => grpcWebAnswer([0, 0, 0]), "3 bytes where a frame should begin"],
  [
    "half the trailers",
    "grpc-web",
    () => grpcWebAnswer([...frame(0, RESPONSE), 0x80, 0, 0, 0, 9, 103]),
    "a frame cut off at 1 of 9 bytes",
  ],
];

/** Answers that are garbled, with words of the error. */
export const BROKEN: Answers = [
  [
    "two messages",
    "grpc-web",
    () => grpcWebAnswer([...frame(0, RESPONSE), ...frame(0, RESPONSE)]),
    "more than one message",
  ],
  [
    "bytes behind the trailers",
    "grpc-web",
    () => grpcWebAnswer([...frame(0x80, text("grpc-status: 0")), 1]),
    "1 bytes after the trailers",
  ],
  [
    "trailers that are none",
    "grpc-web",
    () => grpcWebAnswer(frame(0x80, text("what is this"))),
    '"what is this" is not a trailer',
  ],
  [
    "OK without a message",
    "grpc-web",
    () => grpcWebAnswer(frame(0x80, text("grpc-status: 0"))),
    "it says OK and has no message",
  ],
  ["a compressed frame", "grpc-web", () => grpcWebAnswer(frame(1, RESPONSE)), "a compressed frame"],
  [
    "JSON cut off",
    "http-json",
    () => new Response('{"runId', { headers: { "content-type": "application/json" } }),
    "malformed answer",
  ],
  ["JSON of the wrong types", "http-json", () => jsonAnswer({ runId: 5 }), "field runId: expected a string"],
  ["JSON of the wrong types", "connect-json", () => jsonAnswer([]), "expected an object"],
];

/** What an error in JSON must become. */
export interface ErrorInJson {
  readonly name: string;
  readonly http: number;
  readonly json: unknown;
  readonly status: number;
  /** Its writer's own words. */
  readonly words: string;
  readonly retried: boolean;
}

const WORDS = "the token of this caller has expired";
const DETAILS = [
  null,
  7,
  "text",
  [],
  {},
  { "@type": 5 },
  { "@type": "type.googleapis.com/of.Tomorrow", value: "AQID" },
  {
    "@type": "type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure",
    namespace: { toString: 1 },
  },
  { type: "of.Tomorrow", value: "no base64 !" },
];

/** Errors in JSON as proxies, gateways and hosted namespaces write them, for every protocol; `code` is one of gRPC's where there is one. */
export const ERRORS_IN_JSON: readonly ErrorInJson[] = (
  [
    ["code, message and details", 401, { code: 16, message: WORDS, details: DETAILS }, 16, WORDS, false],
    ["a code that HTTP does not say", 400, { code: 9, message: WORDS }, 9, WORDS, false],
    ["a code that is tried again", 500, { code: 14, message: WORDS }, 14, WORDS, true],
    ["a name of gRPC", 403, { code: "RESOURCE_EXHAUSTED", message: WORDS }, 8, WORDS, true],
    ["a name of Connect", 500, { code: "canceled", message: WORDS }, 1, WORDS, false],
    ["digits", 500, { code: "7", message: WORDS }, 7, WORDS, false],
    ["a code of HTTP", 401, { code: 401, message: WORDS }, 16, WORDS, false],
    ["a code of HTTP that passes", 503, { code: 503, message: WORDS }, 14, WORDS, true],
    ["a code of nobody", 403, { code: 1e300, message: WORDS }, 7, WORDS, false],
    ["a broken code", 403, { code: 5.5, message: WORDS }, 7, WORDS, false],
    ["a code that says OK", 403, { code: 0, message: WORDS }, 7, WORDS, false],
    ["a negative code", 403, { code: -1, message: WORDS }, 7, WORDS, false],
    ["a member of all objects", 403, { code: "constructor", message: WORDS }, 7, WORDS, false],
    ["a code of other types", 403, { code: { code: 5 }, message: [WORDS] }, 7, "", false],
    ["an error within", 401, { error: { message: WORDS } }, 16, WORDS, false],
    [
      "an error within, in Google's way",
      429,
      { error: { code: 429, message: WORDS, status: "RESOURCE_EXHAUSTED" } },
      8,
      WORDS,
      true,
    ],
    ["OAuth's words", 401, { error: "invalid_token", error_description: WORDS }, 16, WORDS, false],
    [
      "a problem",
      502,
      { type: "about:blank", title: "Bad Gateway", status: 502, detail: WORDS },
      14,
      WORDS,
      true,
    ],
    ["text", 503, WORDS, 14, WORDS, true],
    ["a list", 403, [{ message: WORDS }], 7, WORDS, false],
    ["an empty object", 404, {}, 12, "HTTP 404", false],
    ["an empty list", 504, [], 14, "HTTP 504", true],
    ["null", 500, null, 2, "HTTP 500", false],
    ["a number", 401, 401, 16, "HTTP 401", false],
  ] as const
).map(([name, http, json, status, words, retried]) => ({ name, http, json, status, words, retried }));

/** JSON that is no message. */
export const NO_MESSAGES: readonly unknown[] = [[], ["x"], "x", "", 1, null, true];
