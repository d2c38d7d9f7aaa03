import { textOf, textsOf, UsageError } from "./command.ts";
import type { OptionTable, ParsedArgs } from "./host.ts";

/** Options of `temporal server start-dev`, and of `temporal` itself, that change nothing here, and with which it starts all the same. */
export const IGNORED: OptionTable = {
  headless: { type: "boolean", help: "Accepted: there is no web UI here." },
  "dynamic-config-value": {
    type: "string",
    value: "key=value",
    multiple: true,
    help: "Accepted with a note: nothing of it can be set here. What SDKs give to the server that they start holds anyway.",
  },
  "log-config": { type: "boolean", help: "Accepted with a note: there is no server configuration here." },
  "sqlite-pragma": {
    type: "string",
    value: "pragma=value",
    multiple: true,
    help: "Accepted with a note: there is no database here.",
  },
  "metrics-port": {
    type: "string",
    value: "number",
    help: "Accepted with a note: there are no metrics here.",
  },
  "ui-port": { type: "string", value: "number", help: "Accepted with a note: there is no web UI here." },
  "ui-ip": { type: "string", value: "address", help: "As --ui-port." },
  "ui-asset-path": { type: "string", value: "path", help: "As --ui-port." },
  "ui-codec-endpoint": { type: "string", value: "url", help: "As --ui-port." },
  "ui-public-path": { type: "string", value: "path", help: "As --ui-port." },
  "ui-disable-news-fetch": { type: "boolean", help: "As --ui-port." },
  color: { type: "string", value: "when", help: "Accepted, and without effect here, as the next ones." },
  output: { type: "string", short: "o", value: "format", help: "As --color." },
  "time-format": { type: "string", value: "format", help: "As --color." },
  "no-json-shorthand-payloads": { type: "boolean", help: "As --color." },
  "client-connect-timeout": { type: "string", value: "duration", help: "As --color." },
  "config-file": { type: "string", value: "file", help: "As --color: nothing is read of it." },
  profile: { type: "string", value: "name", help: "As --config-file." },
  "disable-config-file": { type: "boolean", help: "As --config-file." },
  "disable-config-env": { type: "boolean", help: "As --config-file." },
};

/** Why an option of the real dev server is refused: without it the server would not be what was asked for. */
const REASONS: Readonly<Record<string, string>> = {
  "db-filename": "this server keeps nothing on disk; use `temporal server start-dev` for that",
  "command-timeout": "this server runs until SIGINT or SIGTERM; put `timeout` in front of the command",
  env: "options are not read from environments of the Temporal CLI; give them as arguments",
  "env-file": "options are not read from files; give them as arguments",
};

/** The options that are refused. */
export const REFUSED: OptionTable = {
  "db-filename": {
    type: "string",
    short: "f",
    value: "file",
    help: "Refused: what this server holds is in memory only.",
  },
  "command-timeout": { type: "string", value: "duration", help: "Refused: it runs until a signal." },
  env: { type: "string", value: "name", help: "Refused: nothing is read from environments of the CLI." },
  "env-file": { type: "string", value: "file", help: "As --env." },
};

/** What SDKs set for each dev server that they start; it holds here. */
const HOLDS_ANYWAY: readonly string[] = [
  "frontend.enableServerVersionCheck",
  "frontend.enableUpdateWorkflowExecution",
  "frontend.enableUpdateWorkflowExecutionAsyncAccepted",
];

/** @throws {UsageError} when an option is given that the server cannot heed, or one that is ignored has no sense */
export function checkRealOptions(args: ParsedArgs): void {
  for (const [name, reason] of Object.entries(REASONS)) {
    if (args.values[name] !== undefined) throw new UsageError(`--${name}: ${reason}`);
  }
  for (const pair of textsOf(args, "sqlite-pragma")) halves("sqlite-pragma", pair);
  for (const pair of textsOf(args, "dynamic-config-value")) {
    const { key, value } = halves("dynamic-config-value", pair);
    if (!isJson(value)) {
      throw new UsageError(`--dynamic-config-value is '${pair}'; the value of '${key}' must be JSON`);
    }
  }
  for (const name of ["metrics-port", "ui-port"]) portOf(args, name);
}

/** What of the arguments somebody may wait for in vain, one line each. */
export function ignoredNotes(args: ParsedArgs): string[] {
  const given = Object.keys(IGNORED).filter((name) => args.values[name] !== undefined);
  const missing = [
    ["web UI", given.filter((name) => name.startsWith("ui-"))],
    ["metrics endpoint", given.filter((name) => name === "metrics-port")],
    ["server configuration", given.filter((name) => name === "log-config")],
    ["database", given.filter((name) => name === "sqlite-pragma")],
  ] as const;
  const notes = missing
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => {
      const options = names.map((name) => `--${name}`).join(", ");
      return `there is no ${what} here: ${options} without effect`;
    });
  const keys = textsOf(args, "dynamic-config-value").map((pair) => halves("dynamic-config-value", pair).key);
  const inVain = keys.filter((key) => !HOLDS_ANYWAY.includes(key));
  if (inVain.length > 0) {
    notes.push(
      `there is no dynamic configuration here: --dynamic-config-value ${inVain.join(", ")} without effect`,
    );
  }
  return notes;
}

/** @throws {UsageError} when there is no such port */
export function portOf(args: ParsedArgs, name: string): number | undefined {
  const text = textOf(args, name);
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UsageError(`--${name} is '${text}'; it must be a port from 0 (a free one) to 65535`);
  }
  return port;
}

function halves(name: string, pair: string): { readonly key: string; readonly value: string } {
  const at = pair.indexOf("=");
  if (at < 1) throw new UsageError(`--${name} is '${pair}'; it must be key=value`);
  return { key: pair.slice(0, at), value: pair.slice(at + 1) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
