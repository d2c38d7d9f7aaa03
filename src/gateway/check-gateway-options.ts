import { origins } from "../common/option-kinds.ts";
import { isRecord, showValue } from "../common/type-guards.ts";
import { MIN_MAX_POLL_MS } from "./call-times.ts";
import type { GatewayLimits, GatewayOptions } from "./gateway-options.ts";
import { isForbidden } from "./metadata-rules.ts";

type Rule = readonly [allowed: string, check: (value: unknown) => boolean];

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
const isFunction = (value: unknown): boolean => typeof value === "function";
const isPositive = (value: unknown): boolean => typeof value === "number" && value > 0;
const positive: Rule = ["a number above 0", isPositive];
const LIMITS: ReadonlySet<string> = new Set([
  "requestsPerSecond",
  "requestsPerSecondPerCaller",
  "maxPolls",
  "maxPollsPerCaller",
  "requestsPerSecondPerAddress",
  "failuresPerMinutePerAddress",
] satisfies (keyof GatewayLimits)[]);
const KINDS: readonly string[] = ["tokens", "jwt", "verify", "pass-through", "open"];

const RULES: Readonly<Record<keyof GatewayOptions, Rule>> = {
  upstream: [
    'text such as "host:7233", or options of a connection',
    (value) => typeof value === "string" || isRecord(value),
  ],
  auth: [
    `an object with kind ${KINDS.map((kind) => JSON.stringify(kind)).join(", ")}`,
    (value) => isRecord(value) && KINDS.includes(String(value["kind"])),
  ],
  corsOrigins: [origins.allowed, origins.is],
  clientAddressHeader: [
    "the name of a header in lower case",
    (value) => typeof value === "string" && /^[a-z0-9-]+$/.test(value),
  ],
  forwardMetadata: ["a list of names", isTexts],
  maxRequestBytes: positive,
  maxResponseBytes: positive,
  limits: [
    "an object of numbers above 0",
    (value) =>
      isRecord(value) &&
      Object.entries(value).every(
        ([name, limit]) => LIMITS.has(name) && (limit === undefined || isPositive(limit)),
      ),
  ],
  maxPollMs: [
    `a number of milliseconds from ${MIN_MAX_POLL_MS}`,
    (value) => typeof value === "number" && value >= MIN_MAX_POLL_MS,
  ],
  log: ["a function", isFunction],
};

/**
 * Refuses options of the wrong kind, and names that are no options: a misspelt limit would be none.
 *
 * @throws TypeError naming the option, its value and what is allowed
 */
export function checkGatewayOptions(options: GatewayOptions): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`The options of a gateway are ${showValue(options)}, not an object`);
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof GatewayOptions] : undefined;
    if (rule === undefined) {
      throw new TypeError(
        `${name}: there is no such option of a gateway; there are ${Object.keys(RULES).join(", ")}`,
      );
    }
    // Secrets may be in `auth`: its value is not told.
    const shown = name === "auth" ? "the value" : showValue(value);
    if (value !== undefined && !rule[1](value)) throw new TypeError(`${name}: ${shown} is not ${rule[0]}`);
  }
  checkAuth(options);
  checkPassThrough(options);
  for (const name of options.forwardMetadata ?? []) {
    if (isForbidden(name)) {
      throw new TypeError(
        `forwardMetadata: ${JSON.stringify(name)} never goes on; names are in lower case, and none of the transport's or the server's own`,
      );
    }
  }
}

/** With a key of the gateway's own, whoever shows none would call by that. */
function checkPassThrough({ auth, upstream }: GatewayOptions): void {
  if (auth?.kind !== "pass-through" || typeof upstream !== "object") return;
  const names = Object.keys(upstream.metadata ?? {}).map((name) => name.toLowerCase());
  if (upstream.apiKey !== undefined || names.includes("authorization")) {
    throw new TypeError(
      'upstream: an API key of the gateway\'s own would be that of every caller who shows none; leave it out with auth.kind "pass-through"',
    );
  }
}

function checkAuth({ auth }: GatewayOptions): void {
  if (auth?.kind === "tokens" && !Array.isArray(auth.tokens)) {
    throw new TypeError("auth.tokens: must be a list of objects with token and name");
  }
  if (auth?.kind === "verify" && typeof auth.verify !== "function") {
    throw new TypeError("auth.verify: must be a function that says who calls");
  }
  if (auth?.kind !== "jwt") return;
  for (const name of ["jwksUrl", "issuer", "audience"] as const) {
    if (typeof auth[name] !== "string" || auth[name] === "")
      throw new TypeError(`auth.${name}: must be text that is not empty`);
  }
  if (typeof auth.caller !== "function")
    throw new TypeError("auth.caller: must be a function that says whose the claims are");
}
