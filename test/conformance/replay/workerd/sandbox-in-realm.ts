import type { Inside } from "../../../../src/engine/inside/inside.ts";
import type {
  SandboxEntry,
  SandboxHost,
  WorkflowFactory,
} from "../../../../src/workflow/runtime/sandbox-entry.ts";

/** The sections of a workflow bundle as a module of the host has them: evaluated with it, since workerd evaluates no text. */
export interface EvaluatedBundle {
  readonly shared: Inside;
  readonly user: WorkflowFactory;
}

/**
 * Workflow code in the realm of its host, which thereby becomes the realm of workflows: its clock, timers and random numbers are those
 * of the run inside, and its built-ins are locked. Whoever needs the others keeps them before.
 */
export function openSandbox({ shared, user }: EvaluatedBundle, host: SandboxHost): SandboxEntry {
  return shared.start({
    host,
    raw: globalThis,
    hostClasses: { URL, URLSearchParams },
    lockHostClasses: true,
    preload: undefined,
    user,
  });
}
