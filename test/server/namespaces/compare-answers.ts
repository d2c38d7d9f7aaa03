import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { EmbeddedServer } from "../../../src/server/mod.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { startRealServer } from "../../harness/real-server.ts";
import { type OwnServer, openOwnServer } from "../harness/own-server.ts";
import { eventually } from "../visibility/population.ts";
import { type Answer, type Exchange, exchange, type Services } from "./exchange.ts";

interface Recorded {
  /** Version of the server that said this, and how it was started. */
  readonly server: string;
  readonly command: string;
  /** What the real server was prepared with, as far as ours needs it. */
  readonly given?: unknown;
  readonly answers: Readonly<Record<string, Answer>>;
}

/** A table of requests, and what both servers are prepared with. */
export interface Subject {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
  /** Brings the real server where the table starts, and says what it has become. */
  readonly prepareReal?: (services: Services) => Promise<unknown>;
  /** Brings ours to the same place. */
  readonly prepareOwn?: (own: OwnServer, given: unknown) => void;
  /** How ours is asked; default: as the real one is. */
  readonly askOwn?: (own: OwnServer, asked: Exchange) => Promise<Answer>;
}

const REAL = Boolean(process.env["TEMPORAL_CLI"]);
const RECORD = REAL && process.env["RECORD_SCENARIOS"] === "1";

/** Tests that ours answers as the real server did, and that the real one still does where it can be had. */
export function compareAnswers(subject: Subject): void {
  const { name, exchanges } = subject;
  if (new Set(exchanges.map(({ what }) => what)).size < exchanges.length) {
    throw new Error(`${name}: two requests with one name`);
  }
  describe(`answers about ${name}`, () => {
    const opened: OwnServer[] = [];
    afterAll(async () => {
      for (const own of opened) await own.close();
    });
    if (REAL) {
      test("the real server answers as recorded", { timeout: 180_000 }, async () => {
        const answers = await askReal(subject, RECORD ? undefined : readRecorded(name));
        const recorded = readRecorded(name).answers;
        const unlike = exchanges
          .map(({ what }) => ({ what, answer: answers[what], expected: recorded[what] }))
          .filter(({ answer, expected }) => !alike(answer, expected));
        expect(unlike, JSON.stringify(unlike, undefined, 1)).toEqual([]);
      });
    }
    test("its parts answer as recorded, but where they say why not", { timeout: 60_000 }, async () => {
      const recorded = readRecorded(name);
      const own = openOwnServer();
      opened.push(own);
      subject.prepareOwn?.(own, recorded.given);
      const ask = subject.askOwn;
      const unlike = await unlikeOf(exchanges, recorded, (asked) =>
        ask ? ask(own, asked) : exchange(asked, own.services),
      );
      expect(unlike, JSON.stringify(unlike, undefined, 1)).toEqual([]);
    });
    test("the whole server answers as recorded, but where it says why not", { timeout: 60_000 }, async () => {
      const server = new EmbeddedServer();
      const connection = Connection.lazy({ transport: server, interceptors: [] });
      const services = { workflow: connection.workflowService, operator: connection.operatorService };
      try {
        await subject.prepareReal?.(services);
        const unlike = await unlikeOf(exchanges, readRecorded(name), (asked) => exchange(asked, services));
        expect(unlike, JSON.stringify(unlike, undefined, 1)).toEqual([]);
      } finally {
        await connection.close();
        await server.close();
      }
    });
  });
}

/** Where answers are not as recorded although they should be, or are although they should not. */
async function unlikeOf(
  exchanges: readonly Exchange[],
  recorded: Recorded,
  ask: (asked: Exchange) => Promise<Answer>,
): Promise<readonly unknown[]> {
  const unlike: unknown[] = [];
  for (const asked of exchanges) {
    const answer = await ask(asked);
    const expected = recorded.answers[asked.what];
    if (alike(answer, expected) === (asked.differs !== undefined)) {
      unlike.push({ what: asked.what, answer, expected });
    }
  }
  return unlike;
}

function alike(left: unknown, right: unknown): boolean {
  try {
    expect(left).toEqual(right);
    return true;
  } catch {
    return false;
  }
}

async function askReal(
  subject: Subject,
  recorded: Recorded | undefined,
): Promise<Readonly<Record<string, Answer>>> {
  const server = await startRealServer({ own: true });
  const connection = await Connection.connect({ address: server.address });
  const services = { workflow: connection.workflowService, operator: connection.operatorService };
  try {
    const given = await subject.prepareReal?.(services);
    const answers: Record<string, Answer> = {};
    for (const asked of subject.exchanges) {
      answers[asked.what] = await ask(asked, services, recorded?.answers[asked.what]);
    }
    if (recorded === undefined) {
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      const command = "temporal server start-dev --headless";
      writeRecorded(subject.name, { server: `Temporal ${serverVersion}`, command, given, answers });
    }
    return answers;
  } finally {
    await connection.close();
    await server.stop();
  }
}

/** The real server's caches of namespaces lag: what is known beforehand is waited for, and when recording time is given. */
async function ask(asked: Exchange, services: Services, expected: Answer | undefined): Promise<Answer> {
  if (asked.settles && expected === undefined) await new Promise((resolve) => setTimeout(resolve, 3_000));
  let answer: Answer | undefined;
  const attempt = async (): Promise<Answer> => {
    answer = await exchange(asked, services);
    if (expected !== undefined) expect(answer).toEqual(expected);
    return answer;
  };
  if (!asked.settles || expected === undefined) return exchange(asked, services);
  try {
    return await eventually(attempt);
  } catch (error) {
    if (answer === undefined) throw error;
    return answer;
  }
}

function file(name: string): string {
  return fileURLToPath(new URL(`../recorded/answers-${name}.json`, import.meta.url));
}

function readRecorded(name: string): Recorded {
  if (!existsSync(file(name))) {
    throw new Error(`no record of ${name}: run with TEMPORAL_CLI=… RECORD_SCENARIOS=1`);
  }
  return JSON.parse(readFileSync(file(name), "utf8")) as Recorded;
}

function writeRecorded(name: string, recorded: Recorded): void {
  mkdirSync(fileURLToPath(new URL("../recorded/", import.meta.url)), { recursive: true });
  writeFileSync(file(name), text(recorded));
}

/** JSON with one line for each answer. */
function text({ server, command, given, answers }: Recorded): string {
  const lines = Object.entries(answers).map(
    ([what, answer]) => `    ${JSON.stringify(what)}: ${JSON.stringify(answer)}`,
  );
  const rows = Array.isArray(given) ? given.map((row) => `    ${JSON.stringify(row)}`) : [];
  const head = `  "server": ${JSON.stringify(server)},\n  "command": ${JSON.stringify(command)},\n`;
  return `{\n${head}  "given": [\n${rows.join(",\n")}\n  ],\n  "answers": {\n${lines.join(",\n")}\n  }\n}\n`;
}
