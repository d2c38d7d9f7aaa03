import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import type { Activation } from "../../src/core/activation.ts";
import type { Completion } from "../../src/core/command.ts";
import { readBundle } from "../../src/engine/bundle.ts";
import type { Sandbox } from "../../src/engine/sandbox.ts";
import { createStackMapper } from "../../src/engine/source-map.ts";
import { WALL_VERSION } from "../../src/engine/wall-version.ts";
import type { RunFacts } from "../../src/workflow/runtime/sandbox-entry.ts";

const platform = vmPlatform({ alwaysTimed: false });

/** Workflow code in the sandbox of Node, driven as the workflow thread drives it. */
export class WorkflowCode {
  readonly #sandbox: Sandbox;
  readonly #rejections: unknown[] = [];
  /** Calls of loggers and sinks, with the run that made them. */
  readonly observed: { readonly runId: string; readonly call: unknown }[] = [];

  constructor(bundleText: string) {
    const bundle = readBundle(bundleText, WALL_VERSION);
    this.#sandbox = platform.createSandbox(
      bundle,
      {
        ...platform.host,
        observe: (runId, call) => this.observed.push({ runId, call }),
        ...createStackMapper(bundle.sourceMap),
        activatePatch: () => true,
      },
      { ownRealm: false },
    );
    platform.onUnhandledRejection((reason, promise) => {
      if (this.#sandbox.owns(promise)) this.#rejections.push(reason);
    });
  }

  open(runId: string, taskQueue: string): void {
    const facts: RunFacts = {
      namespace: "default",
      taskQueue,
      workflowFailureErrorTypes: [],
      registeredActivities: ["default"],
      sinks: {},
    };
    this.#sandbox.open(runId, facts);
  }

  async complete(runId: string, activation: Activation): Promise<Completion> {
    const sandbox = this.#sandbox;
    sandbox.activate(runId, activation);
    while (sandbox.unblockConditions(runId));
    await new Promise<void>((resolve) => platform.macrotask(resolve));
    for (const reason of this.#rejections.splice(0)) sandbox.unhandledRejection(runId, reason);
    return sandbox.conclude(runId);
  }

  close(runId: string): void {
    this.#sandbox.close(runId);
  }
}

/** Bundles a module by the project's own bundler; its path counts from test/conformance/workflows. */
export async function bundleOf(module: string): Promise<string> {
  const workflowsPath = fileURLToPath(new URL(module, new URL("../conformance/workflows/", import.meta.url)));
  return bundleWorkflows({ workflowsPath }, { esbuild });
}

/** Bundles a module and loads it; its path counts from test/conformance/workflows. */
export async function loadWorkflowCode(module: string): Promise<WorkflowCode> {
  return new WorkflowCode(await bundleOf(module));
}
