import { expect, test } from "vitest";
import { bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import type { Activation, Job } from "../../src/core/activation.ts";
import { readBundle } from "../../src/engine/bundle.ts";
import type { Sandbox } from "../../src/engine/sandbox.ts";
import { createStackMapper } from "../../src/engine/source-map.ts";
import { WALL_VERSION } from "../../src/engine/wall-version.ts";
import {
  decodeHistoryEvent,
  encodeHistoryEvent,
} from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { project } from "./bundle-fixture.ts";
import { json } from "./task-builder.ts";

const platform = vmPlatform({ alwaysTimed: false });
const facts = {
  namespace: "default",
  taskQueue: "q",
  workflowFailureErrorTypes: [],
  registeredActivities: [],
  sinks: {},
};

/** What the runtime gives all runs of a thread; where a run may change it, how it looks then. */
const things = {
  "console.log": "console.log = () => 'own'",
  "console.extra": "console.extra = 'own'",
  "setTimeout.own": "setTimeout.own = 1",
  "clearTimeout.own": "clearTimeout.own = 1",
  "Math.random.own": "Math.random.own = 1",
  "performance.now.own": "performance.now.own = 1",
  "crypto.randomUUID.own": "crypto.randomUUID.own = 1",
  "console.info.own": "console.info.own = 1",
  "Date.now": "Date.now = () => 1",
  "AsyncLocalStorage.prototype.run": "AsyncLocalStorage.prototype.run = 1",
  "log.info": "log.info = 1",
} as const;
const ownForEach = ["console.log", "console.extra"];

const source = `
  import { defineQuery, log, setHandler } from "perdure/workflow";
  const ways = {
    ${Object.entries(things)
      .map(([name, change]) => `"${name}": [() => String(${name}), () => { ${change}; }],`)
      .join("\n")}
  };
  export async function main() {
    setHandler(defineQuery("look"), (name) => ways[name][0]());
    setHandler(defineQuery("change"), (name) => { try { ways[name][1](); return "changed"; } catch (e) { return e.name; } });
    await new Promise(() => {});
  }`;

async function twoRuns(): Promise<(runId: string, query: string, name: string) => unknown> {
  await using files = await project({ "workflows.js": source });
  const bundle = readBundle(
    await bundleWorkflows({ workflowsPath: files.path("workflows.js") }),
    WALL_VERSION,
  );
  const sandbox = platform.createSandbox(
    bundle,
    {
      ...platform.host,
      observe: () => {},
      ...createStackMapper(bundle.sourceMap),
      activatePatch: () => true,
    },
    { ownRealm: false },
  );
  for (const runId of ["a", "b"]) {
    const first = activation(runId, start());
    sandbox.open(runId, facts, first);
    answerOf(sandbox, runId, first);
  }
  return (runId, queryType, name) =>
    answerOf(
      sandbox,
      runId,
      activation(runId, { kind: "queryWorkflow", queryId: "q", queryType, args: [json(name)], headers: {} }),
    );
}

function start(): Job {
  const { attributes } = decodeHistoryEvent(
    encodeHistoryEvent({
      attributes: {
        case: "workflowExecutionStartedEventAttributes",
        value: { workflowType: { name: "main" }, workflowTaskTimeout: { seconds: 10 }, attempt: 1 },
      },
    }),
  );
  if (attributes.case !== "workflowExecutionStartedEventAttributes") throw new Error("another event");
  const names = { workflowId: "w", workflowType: "main" };
  const rest = { args: [], headers: {}, randomnessSeed: 1n, startTimeMs: 0, attributes: attributes.value };
  return { kind: "initializeWorkflow", ...names, ...rest };
}

function activation(runId: string, job: Job): Activation {
  return {
    runId,
    timestampMs: 0,
    isReplaying: false,
    historyLength: 3,
    historySizeBytes: 0,
    continueAsNewSuggested: false,
    continueAsNewReasons: [],
    targetDeploymentVersionChanged: false,
    availableFlags: [],
    lastSdkVersion: "",
    jobs: [job],
  };
}

/** What a query was answered with. */
function answerOf(sandbox: Sandbox, runId: string, given: Activation): unknown {
  sandbox.activate(runId, given);
  const completion = sandbox.conclude(runId);
  if (completion.kind === "failure") throw new Error(completion.failure.message);
  const [command] = completion.commands;
  if (command?.kind !== "respondToQuery") return undefined;
  if (command.answer.kind === "failed") throw new Error(command.answer.failure.message);
  return JSON.parse(new TextDecoder().decode(command.answer.response?.data)) as unknown;
}

test("what the runtime gives to all runs cannot be changed by one for another", async () => {
  const ask = await twoRuns();
  for (const name of Object.keys(things)) {
    const before = ask("b", "look", name);
    const isOwn = ownForEach.includes(name);
    expect([name, ask("a", "change", name)]).toEqual([name, isOwn ? "changed" : "TypeError"]);
    expect([name, ask("b", "look", name)]).toEqual([name, before]);
    expect([name, ask("a", "look", name) === before]).toEqual([name, !isOwn]);
  }
});
