import type { DeterminismReport, ReportedCommand } from "../common/determinism-violation.ts";

/**
 * Why a run cannot go on. Core returns problems, it does not throw them: each ends the workflow task (or, for
 * nondeterminism and if so configured, the workflow).
 */
export interface Problem {
  readonly kind: "nondeterminism" | "fatal";
  /** The whole text, prefix included, as users and the server see it. */
  readonly message: string;
  /** The command that was compared, where there is one. */
  readonly command?: ReportedCommand | undefined;
  /** Where in history it came up; unknown for what code alone got wrong. */
  readonly conflict?: DeterminismReport | undefined;
}

const NONDETERMINISM_PREFIX = "[TMPRL1100] Nondeterminism error: ";
const FATAL_PREFIX = "Fatal error in workflow machines: ";

/** History and workflow code disagree. */
export function nondeterminism(text: string): Problem {
  return { kind: "nondeterminism", message: NONDETERMINISM_PREFIX + text };
}

/** History is not what a server may write, or this SDK has a defect. */
export function fatal(text: string): Problem {
  return { kind: "fatal", message: FATAL_PREFIX + text };
}
