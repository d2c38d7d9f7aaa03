import { isRecord } from "../common/type-guards.ts";
import type { GatewayCaller } from "./caller.ts";
import { RPC_GROUPS } from "./rpc-rules.ts";

type Rule = readonly [allowed: string, check: (value: unknown) => boolean];

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
const isPositive = (value: unknown): boolean => typeof value === "number" && value > 0;

const RULES: Readonly<Record<keyof GatewayCaller, Rule>> = {
  name: ["text that is not empty", (value) => typeof value === "string" && value !== ""],
  namespaces: ["a list of names", isTexts],
  groups: [
    `a list of ${RPC_GROUPS.join(", ")}`,
    (value) => Array.isArray(value) && value.every((item) => RPC_GROUPS.includes(item)),
  ],
  taskQueues: ["a list of names", isTexts],
  requestsPerSecond: ["a number above 0", isPositive],
  maxPolls: ["a number above 0", isPositive],
};

/**
 * Refuses a caller that says less than somebody meant: a misspelt or undefined limit would be none. Values are not told, as they may
 * be secrets.
 *
 * @throws TypeError naming the caller and what is wrong
 */
export function checkCaller(caller: unknown, option: string): asserts caller is GatewayCaller {
  if (!isRecord(caller)) throw new TypeError(`${option}: a caller must be an object with a name`);
  if (!RULES.name[1](caller["name"])) throw new TypeError(`${option}: name is not ${RULES.name[0]}`);
  for (const [key, value] of Object.entries(caller)) {
    const rule = Object.hasOwn(RULES, key) ? RULES[key as keyof GatewayCaller] : undefined;
    const whose = `${option} of ${JSON.stringify(caller["name"])}: ${JSON.stringify(key)}`;
    if (rule === undefined)
      throw new TypeError(`${whose} is nothing a caller has; there are ${Object.keys(RULES).join(", ")}`);
    if (!rule[1](value)) throw new TypeError(`${whose} is not ${rule[0]}; leave it out for its default`);
  }
}
