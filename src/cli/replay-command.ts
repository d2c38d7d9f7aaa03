import { Client, Connection } from "../client/mod.ts";
import { isRecord } from "../common/type-guards.ts";
import type { HistoryAndWorkflowId } from "../common/workflow-type.ts";
import type { ConnectionOptions } from "../transport/mod.ts";
import { type ReplayHistory, type ReplayWorkerOptions, Worker } from "../worker/mod.ts";
import { type Command, countOf, ExitCode, isOn, textOf, textsOf, UsageError } from "./command.ts";
import { findFiles } from "./find-files.ts";
import type { CliHost, ParsedArgs } from "./host.ts";
import { countVerdicts, lineOf, type ReplayLine, reportAsJson, reportForPeople } from "./replay-report.ts";
import { connectionOptionsOf, namespaceOf, serverOptions } from "./server-options.ts";

/** A history, and what to call it. */
interface Named extends HistoryAndWorkflowId<ReplayHistory> {
  readonly name: string;
}

/** How many histories are downloaded at a time. */
const DOWNLOADS = 5;

/** `perdure replay`: do histories fit the workflow code as it is now? */
export const replayCommand: Command = {
  name: "replay",
  summary: "Replays histories with your workflow code and says which ones it no longer fits.",
  usage: [
    "perdure replay --workflows ./workflows.ts 'histories/*.json' more/",
    "perdure replay --workflows ./workflows.ts --query 'WorkflowType=\"order\"' --address localhost:7233",
    "",
    "Exit code: 0 all fit, 1 some do not, 2 wrong arguments or input that can't be read.",
    "With --json, standard output holds one JSON object in each of these cases: counts by verdict, exitCode, histories, and",
    "error (name, code, message) if something stopped the command before its end.",
  ],
  takesFiles: true,
  options: {
    workflows: {
      type: "string",
      value: "file",
      help: "Module that exports the workflows; on Deno also an https: URL",
    },
    bundle: { type: "string", value: "file", help: "A bundle of bundleWorkflowCode instead of --workflows" },
    query: { type: "string", value: "query", help: "Replay the workflows on the server that it finds" },
    "workflow-id": { type: "string", value: "id", help: "Replay this workflow of the server" },
    limit: { type: "string", value: "count", help: "Replay no more than this many of the server" },
    ...serverOptions,
    interceptors: {
      type: "string",
      multiple: true,
      value: "file",
      help: "Module of workflow interceptors; repeatable",
    },
    "payload-converter": { type: "string", value: "file", help: "Module that exports payloadConverter" },
    "failure-converter": { type: "string", value: "file", help: "Module that exports failureConverter" },
    "ignore-module": {
      type: "string",
      multiple: true,
      value: "name",
      help: "Module that is not bundled; repeatable",
    },
    threads: { type: "string", value: "count", help: "Default: one for each processor" },
    json: { type: "boolean", help: "Report as JSON" },
  },
  failureAsJson,
  run: replay,
};

/** Something went wrong after some histories. */
class UnfinishedReplay extends Error {
  override readonly name = "UnfinishedReplay";
  readonly lines: readonly ReplayLine[];

  constructor(lines: readonly ReplayLine[], cause: unknown) {
    super(`Stopped after ${lines.length} histories`, { cause });
    this.lines = lines;
  }
}

function failureAsJson(error: unknown, message: string): string {
  const isUnfinished = error instanceof UnfinishedReplay;
  const reason: unknown = isUnfinished ? error.cause : error;
  const name = reason instanceof Error ? reason.name : "Error";
  const code = isRecord(reason) && typeof reason["code"] === "string" ? reason["code"] : undefined;
  return reportAsJson(isUnfinished ? error.lines : [], ExitCode.usage, { name, code, message });
}

async function replay(args: ParsedArgs, host: CliHost): Promise<number> {
  const options = workerOptions(args, host);
  const fromServer = textOf(args, "query") !== undefined || textOf(args, "workflow-id") !== undefined;
  if (fromServer === args.positionals.length > 0) {
    throw new UsageError(
      "name files or folders with histories, or --query or --workflow-id for those of a server",
    );
  }
  // What is wrong with them is said before any code is bundled.
  const source = fromServer
    ? ofServer(args, host, await connectionOptionsOf(args, host))
    : ofFiles(await findFiles(args.positionals, host), host);
  const lines: ReplayLine[] = [];
  try {
    await replayAll(options, source, { host, lines });
  } catch (error) {
    if (lines.length === 0) throw error;
    if (!isOn(args, "json")) host.out(reportForPeople(lines));
    throw new UnfinishedReplay(lines, error);
  }
  if (lines.length === 0) throw new UsageError("the query found no workflow, so nothing was checked");
  const exitCode = exitCodeOf(lines);
  host.out(isOn(args, "json") ? reportAsJson(lines, exitCode) : reportForPeople(lines));
  return exitCode;
}

function exitCodeOf(lines: readonly ReplayLine[]): number {
  const { differs, failed, unreadable } = countVerdicts(lines);
  if (differs + failed > 0) return ExitCode.found;
  return unreadable > 0 ? ExitCode.usage : ExitCode.ok;
}

async function replayAll(
  options: ReplayWorkerOptions,
  source: AsyncIterable<Named>,
  { host, lines }: { readonly host: CliHost; readonly lines: ReplayLine[] },
): Promise<void> {
  const names: string[] = [];
  async function* noted(): AsyncGenerator<Named> {
    for await (const one of source) {
      names.push(one.name);
      yield one;
    }
  }
  let bad = 0;
  for await (const result of Worker.runReplayHistories(options, noted())) {
    // Results come in the order of the histories.
    lines.push(lineOf(names[lines.length]!, result));
    if (result.error !== undefined) bad += 1;
    if (host.isTerminal) host.err(`\r${lines.length} replayed, ${bad} not ok`);
  }
  if (host.isTerminal && lines.length > 0) host.err("\r\u001b[K");
}

function workerOptions(args: ParsedArgs, host: CliHost): ReplayWorkerOptions {
  const path = (name: string): string | undefined => {
    const given = textOf(args, name);
    return given === undefined ? undefined : moduleAt(given, host);
  };
  const [workflowsPath, codePath] = [path("workflows"), path("bundle")];
  if ((workflowsPath === undefined) === (codePath === undefined)) {
    throw new UsageError("give --workflows (a module) or --bundle (a file), one of the two");
  }
  const ignoreModules = textsOf(args, "ignore-module");
  return {
    namespace: namespaceOf(args, host),
    workflowThreadPoolSize: countOf(args, "threads"),
    ...(codePath === undefined
      ? {
          workflowsPath,
          bundlerOptions: ignoreModules.length === 0 ? undefined : { ignoreModules },
          interceptors: {
            workflowModules: textsOf(args, "interceptors").map((file) => moduleAt(file, host)),
          },
        }
      : { workflowBundle: { codePath } }),
    dataConverter: {
      payloadConverterPath: path("payload-converter"),
      failureConverterPath: path("failure-converter"),
    },
  };
}

/** The absolute form of a path; a URL is one. */
function moduleAt(given: string, host: CliHost): string {
  return /^(?:file|https?):/i.test(given) ? given : host.resolve(given);
}

async function* ofFiles(files: readonly string[], host: CliHost): AsyncGenerator<Named> {
  for (const name of files) {
    const bytes = await host.readFile(name);
    yield { name, workflowId: "", history: isJson(bytes) ? new TextDecoder().decode(bytes) : bytes };
  }
}

/** JSON begins with a brace, an encoded history with the tag of its first event, which is no printable character. */
function isJson(bytes: Uint8Array): boolean {
  let at = 0;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
  while ([0x20, 0x09, 0x0d].includes(bytes[at] ?? 0)) at += 1;
  if (bytes[at] !== 0x0a) return (bytes[at] ?? 0) > 0x20;
  // A line end is also that tag: then comes a length, and in JSON more space or the brace.
  return [0x0a, 0x0d, 0x20, 0x09, 0x7b].includes(bytes[at + 1] ?? 0) && bytes[at + 2] !== 0x08;
}

async function* ofServer(args: ParsedArgs, host: CliHost, options: ConnectionOptions): AsyncGenerator<Named> {
  const limit = countOf(args, "limit") ?? Number.POSITIVE_INFINITY;
  const connection = await Connection.connect(options);
  try {
    const { workflow } = new Client({ connection, namespace: namespaceOf(args, host) });
    const workflowId = textOf(args, "workflow-id");
    if (workflowId !== undefined) {
      yield { name: workflowId, workflowId, history: await workflow.getHandle(workflowId).fetchHistory() };
      return;
    }
    let count = 0;
    const listed = workflow.list({ query: textOf(args, "query") });
    for await (const { workflowId: id, history } of listed.intoHistories({ concurrency: DOWNLOADS })) {
      yield { name: id, workflowId: id, history };
      if (++count >= limit) return;
    }
  } finally {
    await connection.close();
  }
}
