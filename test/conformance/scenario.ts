import type { PayloadTypeInfo } from "perdure/common";

/**
 * A scenario is data: which workflow runs, and what a user does meanwhile. The same list drives the official SDK (which records
 * the expected history, see test/interop) and Perdure (whose history must then be the same, on every runtime).
 */
export interface Scenario {
  /** What a user would look for; also the name of the recorded history. */
  readonly subject: string;
  /** Workflow type. */
  readonly workflow: string;
  /** File under `workflows/` that exports it. */
  readonly source: string;
  readonly note?: string;
  /** Folder under `test/histories` with an index of its own, for histories that the usual worker cannot replay. */
  readonly folder?: "configured";
  /** What must run besides the worker. */
  readonly needs?: "nexus handlers";
  readonly args?: readonly unknown[];
  /** Further start options; a function gets the SDK's `common` module. */
  readonly options?:
    | Readonly<Record<string, unknown>>
    | ((common: unknown) => Readonly<Record<string, unknown>>);
  /** What the user does while the workflow runs. */
  act?(handle: ScenarioHandle, context: ScenarioContext): Promise<unknown>;
  /** Replaces the usual course (start a worker, start the workflow, `act`, wait for the end, save the history). */
  run?(context: ScenarioContext): Promise<unknown>;
}

/** The part of a workflow handle that scenarios use; both SDKs have it. */
export interface ScenarioHandle {
  readonly workflowId: string;
  signal(name: string, ...args: unknown[]): Promise<void>;
  query(name: string, ...args: unknown[]): Promise<unknown>;
  signalWithOptions(name: string, options: ScenarioMessage): Promise<void>;
  queryWithOptions(name: string, options: ScenarioMessage): Promise<unknown>;
  executeUpdate(name: string, options?: ScenarioUpdate): Promise<unknown>;
  startUpdate(
    name: string,
    options: ScenarioUpdate & { readonly waitForStage: "ACCEPTED" },
  ): Promise<{ result(): Promise<unknown> }>;
  getUpdateHandle(updateId: string): { result(): Promise<unknown> };
  cancel(): Promise<unknown>;
  terminate(reason?: string): Promise<unknown>;
  result(): Promise<unknown>;
  fetchHistory(): Promise<{ events: readonly Record<string, unknown>[] }>;
}

/** An update as scenarios send it: its id is part of the history. */
export interface ScenarioUpdate extends ScenarioMessage {
  readonly updateId: string;
}

/** Arguments of a message, and how they are converted. */
export interface ScenarioMessage {
  readonly args?: unknown[];
  readonly typeInfo?: PayloadTypeInfo;
}

/** How a workflow is started together with an update. */
export interface ScenarioStartOperation {
  workflowHandle(): Promise<{ readonly workflowId: string }>;
}

/** The part of a workflow client that scenarios use. */
export interface ScenarioClient {
  start(workflow: string, options: Readonly<Record<string, unknown>>): Promise<ScenarioHandle>;
  signalWithStart(workflow: string, options: Readonly<Record<string, unknown>>): Promise<ScenarioHandle>;
  executeUpdateWithStart(name: string, options: Readonly<Record<string, unknown>>): Promise<unknown>;
  getHandle(workflowId: string, runId?: string, options?: Readonly<Record<string, unknown>>): ScenarioHandle;
}

export interface ScenarioWorker {
  stop(): Promise<void>;
}

/** What a scenario gets to work with; each SDK's runner makes its own. */
export interface ScenarioContext {
  /** The workflow client, or what is like it. */
  readonly client: ScenarioClient;
  readonly connection: unknown;
  /** A client of its own with workflow interceptors. */
  clientWith(interceptors: readonly object[]): ScenarioClient;
  readonly address: string;
  readonly taskQueue: string;
  readonly workflowId: string;
  readonly startOptions: Readonly<Record<string, unknown>>;
  pause(ms: number): Promise<void>;
  start(overrides?: Readonly<Record<string, unknown>>): Promise<ScenarioHandle>;
  /** An operation that starts the scenario's workflow with an update, or takes the one that runs. */
  withStart(overrides?: Readonly<Record<string, unknown>>): ScenarioStartOperation;
  /** Waits for the end, however it ends. */
  ended(handle: ScenarioHandle): Promise<unknown>;
  startWorker(options?: Readonly<Record<string, unknown>>): Promise<ScenarioWorker>;
  /** A worker in a process of its own, to be killed without warning. */
  startWorkerProcess(): Promise<{ kill(): Promise<void> }>;
  history(handle: ScenarioHandle): Promise<{ events: readonly Record<string, unknown>[] }>;
  /** Keeps (official) or compares (Perdure) the history of this run under `subject`. */
  save(handle: ScenarioHandle, subject?: string): Promise<void>;
}
