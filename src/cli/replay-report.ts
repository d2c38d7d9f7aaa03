import { DeterminismViolationError, type ReplayError, type ReplayResult } from "../worker/mod.ts";

/** What became of a history: `differs` from the code, `failed` for another reason, or `unreadable`. */
export type Verdict = "ok" | "differs" | "failed" | "unreadable";

/** A line of the report. */
export interface ReplayLine {
  /** File, or ids on the server. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly result: ReplayResult;
}

/** The line for a result. */
export function lineOf(name: string, result: ReplayResult): ReplayLine {
  return { name, verdict: verdictOf(result.error), result };
}

function verdictOf(error: ReplayResult["error"]): Verdict {
  if (error === undefined) return "ok";
  if (error instanceof DeterminismViolationError) return "differs";
  return (error as ReplayError).reason === "badHistory" ? "unreadable" : "failed";
}

/** Counts by verdict. */
export function countVerdicts(lines: readonly ReplayLine[]): { readonly [V in Verdict]: number } {
  const counts = { ok: 0, differs: 0, failed: 0, unreadable: 0 };
  for (const { verdict } of lines) counts[verdict] += 1;
  return counts;
}

/** The report for people. */
export function reportForPeople(lines: readonly ReplayLine[]): string {
  const rows = lines.map(({ name, verdict, result }) => [
    verdict,
    String(result.events),
    result.workflowType,
    name,
  ]);
  const header = ["result", "events", "workflow", "history"];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? "").length)),
  );
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const details = lines.flatMap(({ name, result }) =>
    result.error === undefined ? [] : ["", `${name}:`, result.error.message],
  );
  const counts = countVerdicts(lines);
  const sum = (Object.keys(counts) as Verdict[])
    .filter((verdict) => verdict === "ok" || counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdict}`)
    .join(", ");
  return [format(header), ...rows.map(format), ...details, "", sum, ""].join("\n");
}

/** What stopped the command before its end. */
export interface Stop {
  readonly name: string;
  readonly code?: string | undefined;
  readonly message: string;
}

/** The report for programs; with `stop`, of the histories until then. */
export function reportAsJson(lines: readonly ReplayLine[], exitCode: number, stop?: Stop): string {
  const histories = lines.map(({ name, verdict, result }) => {
    const { workflowId, runId, workflowType, events, error } = result;
    const about = { name, verdict, workflowId, runId, workflowType, events };
    if (error === undefined) return about;
    const { code, message, report } = error;
    return { ...about, error: { name: error.name, code, message, report } };
  });
  const report = { ...countVerdicts(lines), exitCode, error: stop, histories };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
