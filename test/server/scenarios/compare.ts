import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { SearchAttributeType } from "../../../src/common/search-attributes.ts";
import type { ServerInsides } from "../../../src/server/server.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { configArguments, SEARCH_ATTRIBUTES, startRealServer } from "../../harness/real-server.ts";
import { openEmbedded } from "../harness/embedded.ts";
import type { LogEntry, Scenario } from "./scenario.ts";
import { Stage } from "./stage.ts";

type Logs = Readonly<Record<string, readonly LogEntry[] | { readonly broke: string }>>;

interface Recorded {
  /** Version of the server that said this, and how it was started. */
  readonly server: string;
  readonly command: string;
  readonly scenarios: Logs;
}

const REAL = Boolean(process.env["TEMPORAL_CLI"] || process.env["TEMPORAL_ADDRESS"]);
const RECORD = REAL && process.env["RECORD_SCENARIOS"] === "1";
const AT_ONCE = 16;
const ONLY = process.env["RECORD_ONLY"] ? new RegExp(process.env["RECORD_ONLY"]) : undefined;

/** What both servers are started with besides the usual. */
export interface ServerSettings {
  /** For the real one: `--dynamic-config-value`. */
  readonly dynamicConfig: Readonly<Record<string, string>>;
  /** The same for the embedded one. */
  readonly limits: NonNullable<ServerInsides["limits"]>;
}

/** Tests that the embedded server says in each scenario what the real one said, and still says where it can be had. */
export function compareScenarios(
  subject: string,
  scenarios: readonly Scenario[],
  settings?: ServerSettings,
): void {
  const fromEmbedded = once(() => playEmbedded(scenarios, settings));
  const fromReal = once(() => playReal(subject, scenarios, settings));
  describe(`scenarios of ${subject}`, () => {
    const others = RECORD ? undefined : test;
    others?.("nothing else is recorded", () => {
      const names = scenarios.map(({ name }) => name);
      expect(Object.keys(readRecorded(subject).scenarios).sort()).toEqual(names.sort());
    });
    for (const { name } of scenarios) {
      test(`embedded: ${name}`, { timeout: 120_000 }, async () => {
        const expected = RECORD ? await fromReal() : readRecorded(subject);
        const logs = await fromEmbedded();
        expectSame(logs[name], expected.scenarios[name]);
      });
      if (!REAL || RECORD) continue;
      test(`real: ${name}`, { timeout: 120_000 }, async () => {
        const { scenarios: logs } = await fromReal();
        expectSame(logs[name], readRecorded(subject).scenarios[name]);
      });
    }
  });
}

function expectSame(got: Logs[string] | undefined, recorded: Logs[string] | undefined): void {
  expect(recorded, "there is no record of this scenario: see scenario.ts").toBeDefined();
  const lines = linesOf(got);
  const expected = linesOf(recorded);
  const differences: string[] = [];
  for (let index = 0; index < Math.max(lines.length, expected.length); index += 1) {
    if (lines[index] === expected[index]) continue;
    differences.push(`recorded: ${expected[index]}`, `     now: ${lines[index]}`);
  }
  expect(differences, `\n${differences.join("\n")}\n`).toEqual([]);
}

/** Each step and each event on a line of its own. */
function linesOf(log: Logs[string] | undefined): readonly string[] {
  if (log === undefined || "broke" in log) return [JSON.stringify(log)];
  return log.flatMap((entry) => {
    const { step, answer, ...rest } = entry;
    if (!Array.isArray(answer)) return [JSON.stringify(entry)];
    return [JSON.stringify({ step, ...rest }), ...answer.map((each) => JSON.stringify(each))];
  });
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function playEmbedded(scenarios: readonly Scenario[], settings?: ServerSettings): Promise<Logs> {
  const limits = settings?.limits ?? {};
  const server = await openEmbedded({ searchAttributes: searchAttributes() }, { limits });
  const connection = Connection.lazy({ transport: server.port, interceptors: [] });
  try {
    return await play(connection, server.namespace, scenarios);
  } finally {
    await connection.close();
    await server.close();
  }
}

async function playReal(
  subject: string,
  scenarios: readonly Scenario[],
  settings?: ServerSettings,
): Promise<Recorded> {
  // A server with settings of its own is one of its own.
  const options = settings && { own: true, dynamicConfig: settings.dynamicConfig };
  // Servers that start at the same moment may draw the same free port: the loser tries again.
  const server = await startRealServer(options).catch(() => startRealServer(options));
  const connection = await Connection.connect({ address: server.address, interceptors: [] });
  try {
    const chosen = scenarios.filter(({ name }) => !RECORD || !ONLY || ONLY.test(name));
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    const logs = await play(connection, server.namespace, chosen);
    const before = RECORD && ONLY ? readRecorded(subject).scenarios : {};
    const recorded: Recorded = {
      server: `Temporal ${serverVersion}`,
      command: ["temporal server start-dev --headless", ...configArguments(settings?.dynamicConfig)].join(
        " ",
      ),
      scenarios: { ...before, ...logs },
    };
    if (RECORD) writeRecorded(subject, recorded);
    return recorded;
  } finally {
    await connection.close();
    await server.stop();
  }
}

/** Those that the real server is started with. */
function searchAttributes(): Readonly<Record<string, SearchAttributeType>> {
  const types = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => {
    const upper = type.replace(/(?<=[a-z])L/, "_L").toUpperCase();
    return [name, upper as SearchAttributeType] as const;
  });
  return Object.fromEntries(types);
}

/** Many at once: most of their time is waiting. */
async function play(
  connection: Connection,
  namespace: string,
  scenarios: readonly Scenario[],
): Promise<Logs> {
  const logs = new Map<string, Logs[string]>(scenarios.map(({ name }) => [name, []]));
  const left = [...scenarios];
  const next = async (): Promise<void> => {
    for (let scenario = left.shift(); scenario !== undefined; scenario = left.shift()) {
      logs.set(scenario.name, await playOne(new Stage(connection, namespace), scenario));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return Object.fromEntries(logs);
}

async function playOne(stage: Stage, { run }: Scenario): Promise<Logs[string]> {
  try {
    await run(stage);
    return stage.log;
  } catch (error) {
    const after = stage.log.at(-1)?.step ?? "the start";
    return { broke: stage.normaliser.text(`after ${after}: ${String(error)}`) };
  }
}

function pathOf(subject: string): string {
  return fileURLToPath(new URL(`../recorded/${subject}.json`, import.meta.url));
}

function readRecorded(subject: string): Recorded {
  const path = pathOf(subject);
  if (!existsSync(path)) return { server: "", command: "", scenarios: {} };
  return JSON.parse(readFileSync(path, "utf8")) as Recorded;
}

function writeRecorded(subject: string, recorded: Recorded): void {
  const broken = Object.entries(recorded.scenarios).filter(([, log]) => "broke" in log);
  if (broken.length > 0) throw new Error(`on the real server: ${JSON.stringify(broken)}`);
  mkdirSync(new URL("../recorded/", import.meta.url), { recursive: true });
  writeFileSync(pathOf(subject), text(recorded));
}

/** JSON with one line for each step. */
function text({ server, command, scenarios }: Recorded): string {
  const logs = Object.entries(scenarios).map(([name, log]) => {
    const steps = (log as readonly LogEntry[]).map((entry) => `      ${JSON.stringify(entry)}`);
    return `    ${JSON.stringify(name)}: [\n${steps.join(",\n")}\n    ]`;
  });
  const head = `  "server": ${JSON.stringify(server)},\n  "command": ${JSON.stringify(command)},\n`;
  return `{\n${head}  "scenarios": {\n${logs.join(",\n")}\n  }\n}\n`;
}
