import { isRecord, showValue } from "../common/type-guards.ts";
import type { ConnectionOptions } from "./connection-options.ts";

type Check = (value: unknown) => boolean;
type Rule = readonly [allowed: string, check: Check];

const isObject: Check = (value) => isRecord(value) && !Array.isArray(value);
const isBytes: Check = (value) => value instanceof Uint8Array;
const isText: Check = (value) => typeof value === "string";
const isPositive: Check = (value) => typeof value === "number" && value > 0;
const number: Rule = ["a number above 0", isPositive];

/** Every option there is, with what it may be; the compiler keeps it complete. */
const RULES: Readonly<Record<keyof ConnectionOptions, Rule>> = {
  address: ['text such as "host:7233"', isText],
  protocol: [
    '"grpc", "grpc-web", "connect" or "http-json"',
    (value) => ["grpc", "grpc-web", "connect", "http-json"].includes(value as string),
  ],
  useBinaryFormat: ["true or false", (value) => typeof value === "boolean"],
  fetch: ["a function", (value) => typeof value === "function"],
  tls: ["true, false or an object", (value) => typeof value === "boolean" || isObject(value)],
  apiKey: [
    "text that is not empty, or a function that gives it",
    (value) => typeof value === "function" || (isText(value) && value !== ""),
  ],
  metadata: ["an object", isObject],
  interceptors: [
    "a list of functions",
    (value) => Array.isArray(value) && value.every((item) => typeof item === "function"),
  ],
  connectTimeout: ["a duration", (value) => isText(value) || typeof value === "number"],
  proxy: ["an object with targetHost", isObject],
  keepAlive: ["{ intervalMs, timeoutMs } or false", (value) => value === false || isObject(value)],
  maxSendBytes: number,
  maxReceiveBytes: number,
  maxConnectionAgeMs: number,
  maxConnectionCalls: number,
  transport: [
    "an object with the methods unary and close",
    (value) => isRecord(value) && typeof value["unary"] === "function",
  ],
};

const TLS_RULES: Readonly<Record<string, Rule>> = {
  serverNameOverride: ["text", isText],
  serverRootCACertificate: ["a Uint8Array of PEM", isBytes],
  clientCertPair: ["{ crt, key }, both a Uint8Array of PEM", isCertificatePair],
};

const PROXY_RULES: Readonly<Record<string, Rule>> = {
  targetHost: ['text such as "proxy:3128"', isText],
  basicAuth: [
    "{ username, password }, both text",
    (value) => isRecord(value) && isText(value["username"]) && isText(value["password"]),
  ],
};

function isCertificatePair(value: unknown): boolean {
  return isRecord(value) && isBytes(value["crt"]) && isBytes(value["key"]);
}

/**
 * Refuses options of the wrong kind, and names that are no options: a misspelt one would leave its default in force.
 *
 * @throws TypeError naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * checkConnectionOptions({ address: "temporal.internal" });
 * ```
 */
export function checkConnectionOptions(options: ConnectionOptions): void {
  if (!isObject(options)) {
    throw new TypeError(`The options of a connection are ${showValue(options)}; they must be an object`);
  }
  check(options, RULES, "");
  if (isRecord(options.tls)) check(options.tls, TLS_RULES, "tls.");
  if (options.proxy) check(options.proxy, PROXY_RULES, "proxy.");
}

function check(options: object, rules: Readonly<Record<string, Rule>>, prefix: string): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      const known = Object.keys(rules).join(", ");
      throw new TypeError(`${prefix}${name}: there is no such option of a connection; there are ${known}`);
    }
    const [allowed, isAllowed] = rule;
    if (value !== undefined && value !== null && !isAllowed(value)) {
      throw new TypeError(`${prefix}${name}: ${showValue(value)} is not ${allowed}`);
    }
  }
}
