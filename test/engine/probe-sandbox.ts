import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import type { Activation } from "../../src/core/activation.ts";
import { readBundle } from "../../src/engine/bundle.ts";
import type { Sandbox } from "../../src/engine/sandbox.ts";
import { createStackMapper } from "../../src/engine/source-map.ts";
import { WALL_VERSION } from "../../src/engine/wall-version.ts";

const platform = vmPlatform({ alwaysTimed: false });
const facts = {
  namespace: "default",
  taskQueue: "q",
  workflowFailureErrorTypes: [],
  registeredActivities: [],
  sinks: {},
};

export interface Probe {
  readonly sandbox: Sandbox;
  readonly observed: [string, unknown][];
  open(runId: string): void;
  /** Calls the exported function in a run and gives what it returned; throws with the message and stack it failed with. */
  call(runId: string, name: string, argument?: string): unknown;
}

/** A vm sandbox around a bundle with the stand-in runtime. */
export function probeSandbox(code: string): Probe {
  const bundle = readBundle(code, WALL_VERSION);
  const observed: [string, unknown][] = [];
  const sandbox = platform.createSandbox(
    bundle,
    {
      ...platform.host,
      observe: (runId, call) => observed.push([runId, call]),
      ...createStackMapper(bundle.sourceMap),
      activatePatch: () => true,
    },
    { ownRealm: false },
  );
  return {
    sandbox,
    observed,
    open: (runId) => sandbox.open(runId, facts),
    call: (runId, name, argument = "") => {
      sandbox.activate(runId, activation(runId, name, argument));
      const completion = sandbox.conclude(runId);
      if (completion.kind === "failure") {
        throw new Error(`${completion.failure.message}\n${completion.failure.stackTrace}`);
      }
      const [command] = completion.commands;
      if (command?.kind !== "completeWorkflow") throw new Error("The probe answers with one value");
      return JSON.parse(new TextDecoder().decode(command.result!.data!)) as unknown;
    },
  };
}

function activation(runId: string, queryType: string, queryId: string): Activation {
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
    jobs: [{ kind: "queryWorkflow", queryId, queryType, args: [], headers: {} }],
  };
}
