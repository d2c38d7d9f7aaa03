/** The conformance table as text: a row for each scenario, a column for each number, and what the numbers and letters mean. */
import { type Column, PLACES } from "./columns.ts";
import { type Result, VERDICTS, type Verdict, verdictOf } from "./verdicts.ts";

/** All verdicts of a run. */
export interface Outcome {
  readonly column: Column;
  readonly seconds: number;
  /** The runtime's name and version. */
  readonly version: string;
  /** All that there are, whether they ran or not. Empty when the runner did not start. */
  readonly scenarios: readonly string[];
  readonly results: readonly Result[];
}

const PROTOCOLS = {
  grpc: "gRPC",
  "grpc-web": "gRPC-Web",
  connect: "Connect",
  "connect-json": "Connect, JSON",
  "http-json": "HTTP/JSON",
} as const;

/** A column in words: "Deno, client over Connect, embedded server". */
export function titleOf({ runtime, host, client, server }: Column): string {
  return `${PLACES[host ?? runtime]}, client over ${PROTOCOLS[client]}, ${server} server`;
}

export function tableText(outcomes: readonly Outcome[]): string {
  const names = [...new Set(outcomes.flatMap(({ results }) => results.map(({ name }) => name)))].sort();
  const width = Math.max(8, ...names.map((name) => name.length));
  const byName = outcomes.map(({ results }) => new Map(results.map((result) => [result.name, result])));
  const used = new Set<Verdict>();
  const cell = (index: number, name: string): string => {
    const result = byName[index]!.get(name);
    const verdict = result === undefined ? "." : verdictOf(outcomes[index]!.column, result);
    used.add(verdict);
    return verdict.padStart(3);
  };
  const rows = names.map(
    (name) => `${name.padEnd(width)}${outcomes.map((_, at) => cell(at, name)).join("")}`,
  );
  const head = `${"scenario".padEnd(width)}${outcomes.map((_, at) => String(at + 1).padStart(3)).join("")}`;
  const columns = outcomes.map(
    (outcome, at) =>
      `${String(at + 1).padStart(3)}  ${outcome.column.name.padEnd(22)}${titleOf(outcome.column).padEnd(52)}${summary(outcome)}`,
  );
  const letters = [...used].map((verdict) => `  ${verdict}  ${VERDICTS[verdict]}`);
  return [head, ...rows, "", ...columns, ...letters].join("\n");
}

function summary({ column, results, seconds }: Outcome): string {
  const run = results.filter((result) => result.apart === undefined);
  const passed = run.filter((result) => verdictOf(column, result) === "+").length;
  const knownOnes = run.filter((result) => verdictOf(column, result) === "k").length;
  const known = knownOnes > 0 ? `, ${knownOnes} fail as known` : "";
  return `${passed} of ${run.length}${known}, ${seconds.toFixed(0)} s`;
}
