import type { AsyncLocal, Platform } from "../../src/platform/platform.ts";
import { notHere } from "./not-here.ts";

/** Workers of Cloudflare (workerd), edge functions and browsers: `fetch`, and nothing of Node's. */
export const platform: Platform = {
  name: "edge",
  openGrpc: () => {
    throw notHere(
      "gRPC, which needs HTTP/2 sockets,",
      'give `protocol: "http-json"`, "grpc-web" or "connect"',
    );
  },
  asyncLocal,
  identity: () => identity,
  env: () => undefined,
};

/** Isolates have no process and no host name. What is random must not be asked for while modules load. */
const identity = "perdure@edge";

interface AsyncLocalStorageLike<T> {
  getStore(): T | undefined;
  run<R>(value: T, body: () => R): R;
}

/** Some edge runtimes have AsyncLocalStorage as a global. */
const Storage = (globalThis as { AsyncLocalStorage?: new <T>() => AsyncLocalStorageLike<T> })
  .AsyncLocalStorage;

function asyncLocal<T>(): AsyncLocal<T> {
  if (Storage === undefined) {
    return {
      get: () => undefined,
      run: () => {
        throw notHere(
          "AsyncLocalStorage",
          "give deadline, metadata or abortSignal to each call instead of a function",
        );
      },
    };
  }
  const storage = new Storage<T>();
  return { get: () => storage.getStore(), run: (value, body) => storage.run(value, body) };
}
