/**
 * The official SDK's workflow sandbox driven by hand: activations in, completions out, no core and no server.
 * Uses the creator that the worker's own threads use (`reuseV8Context`, the default).
 */
import { TypedSearchAttributes } from "@temporalio/common";
import proto from "@temporalio/proto";
import Long from "long";
import { bundleWorkflows } from "./bundle.mjs";
import { require } from "./paths.mjs";

const { ReusableVMWorkflowCreator } = require("@temporalio/worker/lib/workflow/reusable-vm.js");
const { WorkflowActivation, WorkflowActivationJob } = proto.coresdk.workflow_activation;
const time = { seconds: 1_700_000_000, nanos: 0 };

export const payload = (value) => ({
  metadata: { encoding: Buffer.from("json/plain") },
  data: Buffer.from(JSON.stringify(value)),
});

/** Payload bytes of a plain JSON activation are base64. */
function fromPlain(jobs) {
  return jobs.map((job) => WorkflowActivationJob.fromObject(job));
}

export class Sandbox {
  static #runs = 0;
  #creator;

  static async create(workflowsPath, interceptorModules) {
    const { code } = await bundleWorkflows(workflowsPath, interceptorModules);
    const map = code.slice(code.lastIndexOf("base64,") + "base64,".length);
    const sourceMap = JSON.parse(Buffer.from(map, "base64").toString());
    const bundle = { code, sourceMap, filename: "/ticks.js" };
    const sandbox = new Sandbox();
    sandbox.#creator = await ReusableVMWorkflowCreator.create(bundle, 5_000, new Set(["greet"]));
    return sandbox;
  }

  /** A new run; `activate(jobs)` returns the commands of the completion, or throws its failure. */
  async start(workflowType, args) {
    const runId = `run-${++Sandbox.#runs}`;
    const workflow = await this.#creator.createWorkflow({
      info: infoOf(workflowType, runId),
      randomnessSeed: Long.fromNumber(7).toBytes(),
      now: time.seconds * 1000,
      showStackTraceSources: false,
      failureExceptionTypeNames: [],
    });
    const activate = async (jobs) => {
      const activation = WorkflowActivation.fromObject({
        runId,
        timestamp: time,
        historyLength: 3,
        historySizeBytes: 0,
      });
      activation.jobs = fromPlain(jobs);
      const completion = await workflow.activate(activation);
      if (completion.failed) throw new Error(completion.failed.failure.message);
      return completion.successful.commands;
    };
    const initializeWorkflow = {
      workflowType,
      workflowId: "ticks",
      arguments: args.map(payload),
      attempt: 1,
    };
    return {
      activate,
      commands: await activate([{ initializeWorkflow }]),
      dispose: () => workflow.dispose(),
    };
  }

  async destroy() {
    await this.#creator.destroy();
  }
}

function infoOf(workflowType, runId) {
  return {
    workflowId: "ticks",
    runId,
    workflowType,
    searchAttributes: {},
    typedSearchAttributes: new TypedSearchAttributes(),
    taskQueue: "ticks",
    namespace: "default",
    firstExecutionRunId: runId,
    originalExecutionRunId: runId,
    startTime: new Date(time.seconds * 1000),
    runStartTime: new Date(time.seconds * 1000),
    taskTimeoutMs: 10_000,
    attempt: 1,
    historyLength: 3,
    historySize: 0,
    continueAsNewSuggested: false,
    unsafe: { now: () => Date.now(), isReplaying: false, isReplayingHistoryEvents: false },
  };
}
