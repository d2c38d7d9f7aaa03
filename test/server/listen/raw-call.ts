/** Calls by a client that sends exactly what a test says, right or wrong. */
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";
import { SYSTEM_INFO } from "./served.ts";

export interface RawCall {
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
  /** Whether the request is ended. Default true. */
  readonly end?: boolean;
}

/** What came back, as far as tests look at it. */
export interface RawAnswer {
  readonly http: number;
  readonly type: string | undefined;
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly encoding: string | undefined;
  readonly body: Buffer;
}

/** Makes calls on one connection, one after the other. */
export async function rawCalls(port: number, calls: readonly RawCall[]): Promise<RawAnswer[]> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  const answers: RawAnswer[] = [];
  try {
    for (const call of calls) answers.push(await rawCall(session, call));
  } finally {
    session.destroy();
  }
  return answers;
}

function rawCall(session: ReturnType<typeof connect>, call: RawCall): Promise<RawAnswer> {
  const { path = SYSTEM_INFO, headers = {}, body, end = true } = call;
  const all = {
    ":method": "POST",
    ":path": path,
    te: "trailers",
    "content-type": "application/grpc",
    ...headers,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  const stream = session.request(Object.fromEntries(given));
  if (body !== undefined) stream.write(body);
  if (end) stream.end();
  return new Promise((resolve) => {
    let head: IncomingHttpHeaders & { ":status"?: number | undefined } = {};
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on("response", (got) => {
      head = got;
    });
    stream.on("trailers", (got) => {
      trailers = got;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => {});
    const finish = (): void =>
      resolve({
        http: head[":status"] ?? 0,
        type: head["content-type"],
        status: text(head["grpc-status"] ?? trailers["grpc-status"]),
        message: text(head["grpc-message"] ?? trailers["grpc-message"]),
        encoding: text(head["grpc-encoding"]),
        body: Buffer.concat(chunks),
      });
    stream.on("close", finish);
    // A stream whose request nobody reads any more does not close on every runtime.
    stream.on("end", () => setTimeout(finish, 20));
  });
}

/** A message with its five bytes before it; `flag` and `length` to say something else than is true. */
export function framed(message: Uint8Array, { flag = 0, length = message.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

function text(value: string | string[] | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : String(value);
}
