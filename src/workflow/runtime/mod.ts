import { IllegalStateError } from "../../common/errors.ts";
import { setUtf8Host } from "../../converter/sync/utf8.ts";
import type { Activation } from "../../core/activation.ts";
import type { Completion } from "../../core/command.ts";
import { UnhandledRejectionError } from "../errors.ts";
import type { DisposeInput } from "../interceptors.ts";
import {
  activateJobs,
  activateQueries,
  type FurtherBatch,
  isQueryActivation,
  unblockConditions,
} from "./activate.ts";
import { composeInterceptors } from "./compose-interceptors.ts";
import { concludeActivation, concludesQuietly } from "./conclude.ts";
import { createRun } from "./create-run.ts";
import { setCurrentRun } from "./current.ts";
import { workflowTypesOf } from "./definitions.ts";
import { failureOfAnyway } from "./failures.ts";
import { sandboxGlobals } from "./globals.ts";
import { loadModules } from "./load.ts";
import { beginReadOnly } from "./read-only.ts";
import { type Run, recordTaskError } from "./run.ts";
import type { RunFacts, SandboxEntry, SandboxHost, UserModules, WorkflowFactory } from "./sandbox-entry.ts";

/** A run as its entry sees it. */
interface Slot {
  readonly facts: RunFacts;
  /** Undefined until the first activation. */
  run: Run | undefined;
  furtherBatch: FurtherBatch | undefined;
  /** Puts back what a query may not change. */
  endQueries: (() => void) | undefined;
}

/**
 * Makes the entry through which the host drives workflow code.
 *
 * @example
 * ```ts
 * const entry = createSandboxEntry(host, factory);
 * entry.open(runId, facts, activation);
 * entry.activate(runId, activation);
 * while (entry.unblockConditions(runId)) {}
 * const completion = entry.conclude(runId);
 * ```
 */
export function createSandboxEntry(host: SandboxHost, factory: WorkflowFactory): SandboxEntry {
  return new Sandbox(host, factory);
}

class Sandbox implements SandboxEntry {
  readonly #host: SandboxHost;
  readonly #factory: WorkflowFactory;
  readonly #asyncStore: ReturnType<SandboxHost["asyncLocalStorage"]>;
  readonly #globals: { readonly [name: string]: unknown };
  readonly #slots = new Map<string, Slot>();
  #types: readonly string[] | undefined;

  constructor(host: SandboxHost, factory: WorkflowFactory) {
    this.#host = host;
    this.#factory = factory;
    this.#asyncStore = host.asyncLocalStorage();
    this.#globals = sandboxGlobals();
    setUtf8Host({
      encode: (text) => new Uint8Array(host.encodeUtf8(text)),
      decode: (bytes) => host.decodeUtf8(bytes),
    });
  }

  workflowTypes(): readonly string[] {
    setCurrentRun(undefined);
    this.#types ??= workflowTypesOf(this.#evaluate().workflows);
    return this.#types;
  }

  open(runId: string, facts: RunFacts, first?: Activation): void {
    const slot: Slot = { facts, run: undefined, furtherBatch: undefined, endQueries: undefined };
    this.#slots.set(runId, slot);
    if (first !== undefined) this.#load(slot, first);
  }

  activate(runId: string, activation: Activation): void {
    const slot = this.#slotOf(runId);
    const run = slot.run ?? this.#load(slot, activation);
    setCurrentRun(run);
    if (run.taskError !== undefined) return;
    guard(run, () => {
      if (isQueryActivation(activation)) {
        slot.endQueries = beginReadOnly(run, "a query is answered");
        activateQueries(run, activation);
      } else {
        slot.furtherBatch = activateJobs(run, activation);
      }
    });
  }

  unblockConditions(runId: string): boolean {
    const slot = this.#slotOf(runId);
    const run = enter(slot);
    if (run === undefined || run.taskError !== undefined || run.readOnly !== undefined) return false;
    return guard(run, () => {
      if (unblockConditions(run) > 0) return true;
      const { furtherBatch } = slot;
      if (furtherBatch === undefined) return false;
      slot.furtherBatch = undefined;
      furtherBatch();
      return true;
    });
  }

  unhandledRejection(runId: string, error: unknown): void {
    const run = enter(this.#slotOf(runId));
    if (run === undefined) return;
    recordTaskError(run, new UnhandledRejectionError(`Unhandled Promise rejection: ${text(error)}`, error));
  }

  concludesQuietly(runId: string): boolean {
    const run = this.#slots.get(runId)?.run;
    return run !== undefined && run.taskError === undefined && concludesQuietly(run);
  }

  conclude(runId: string): Completion {
    const slot = this.#slotOf(runId);
    const run = enter(slot);
    if (run === undefined) throw new IllegalStateError(`The run ${runId} has had no activation`);
    slot.furtherBatch = undefined;
    slot.endQueries?.();
    slot.endQueries = undefined;
    const completion = run.taskError === undefined && guard(run, () => concludeActivation(run));
    if (completion) return completion;
    return { kind: "failure", failure: failureOfAnyway(run, run.taskError?.error) };
  }

  closesQuietly(runId: string): boolean {
    const run = this.#slots.get(runId)?.run;
    return run === undefined || run.interceptors.internals.length === 0;
  }

  close(runId: string): void {
    const run = this.#slots.get(runId)?.run;
    this.#slots.delete(runId);
    setCurrentRun(run);
    try {
      const internals = run?.interceptors.internals ?? [];
      if (internals.length > 0)
        composeInterceptors(internals, "dispose", (_input: DisposeInput) => undefined)({});
    } finally {
      setCurrentRun(undefined);
    }
  }

  #slotOf(runId: string): Slot {
    const slot = this.#slots.get(runId);
    if (slot === undefined) throw new IllegalStateError(`The run ${runId} is not open`);
    return slot;
  }

  /** Makes the run and evaluates the user's modules. What they throw fails the first activation. */
  #load(slot: Slot, activation: Activation): Run {
    const job = activation.jobs.find((candidate) => candidate.kind === "initializeWorkflow");
    if (job === undefined) {
      throw new IllegalStateError(`The first activation of run ${activation.runId} does not initialize it`);
    }
    const run = createRun({ activation, job, facts: slot.facts, host: this.#host }, this.#asyncStore);
    slot.run = run;
    setCurrentRun(run);
    const own = run.waitSites === undefined ? undefined : { Promise: run.waitSites.Promise };
    guard(run, () => loadModules(run, this.#evaluate(own)));
    return run;
  }

  #evaluate(own?: { readonly [name: string]: unknown }): UserModules {
    const shared = (specifier: string): never => {
      throw new IllegalStateError(`The host gives no shared module '${specifier}'`);
    };
    return this.#factory(this.#globals, shared, own);
  }
}

function enter(slot: Slot): Run | undefined {
  setCurrentRun(slot.run);
  return slot.run;
}

/** Keeps what is thrown as the error that the task fails with; nothing is thrown over the wall. */
function guard<T>(run: Run, fn: () => T): T | false {
  try {
    return fn();
  } catch (error) {
    recordTaskError(run, error);
    return false;
  }
}

function text(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "an object that has no text";
  }
}
