/**
 * README's table of what works where, made from `report.json`. `npx tsx test/conformance/readme-table.ts` writes it between the marks.
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { COLUMNS, columnName, PLACES, type Place, type TransportName } from "./columns.ts";
import { type Report, readReport, recordedVerdict } from "./report.ts";
import { knownFailure } from "./verdicts.ts";

const BEGIN = "<!-- made by test/conformance/readme-table.ts from report.json: do not edit -->";
const END = "<!-- end of what was made -->";
const readme = new URL("../../README.md", import.meta.url);

const ROWS: Readonly<Record<TransportName, string>> = {
  real: "workers and clients over gRPC, Temporal's server",
  embedded: "workers and clients in the process of the embedded server",
  "grpc-web": "client over gRPC-Web",
  connect: "client over Connect",
  "connect-json": "client over Connect, in JSON",
  "http-json": "client over HTTP/JSON, Temporal's server",
};

const places = Object.keys(PLACES) as readonly Place[];

/** Notes under the table, in the order in which cells ask for them. */
class Notes {
  readonly #texts: string[] = [];

  /** The number of a note. */
  of(text: string): number {
    if (!this.#texts.includes(text)) this.#texts.push(text);
    return this.#texts.indexOf(text) + 1;
  }

  get lines(): readonly string[] {
    return this.#texts.map((text, at) => `${at + 1}. ${text}`);
  }
}

function cell(report: Report, transport: TransportName, place: Place, notes: Notes): string {
  const column = COLUMNS.find(({ name }) => name === columnName(transport, place));
  if (column === undefined) return "no sockets";
  let passed = 0;
  let run = 0;
  let open = 0;
  const reasons = new Set<string>();
  for (const scenario of report.scenarios) {
    const verdict = recordedVerdict(report, column, scenario);
    if (verdict === "/") continue;
    if (verdict === "." || verdict === "?") {
      open++;
      continue;
    }
    run++;
    if (verdict === "+") passed++;
    else reasons.add(knownFailure(column, scenario) ?? "Failed when it was recorded, and must not.");
  }
  if (run === 0) return "not recorded";
  const marks = [...reasons].map((reason) => notes.of(reason)).sort((a, b) => a - b);
  const known = marks.length > 0 ? ` (${marks.join(", ")})` : "";
  return `${passed} of ${run}${known}${open > 0 ? `, ${open} not recorded` : ""}`;
}

/** How many of the histories that all columns recorded a place replays. */
function replayCell(report: Report, who: string): string {
  const row = report.replays[who];
  if (row === undefined) return "–";
  const cells = Object.values(row);
  const passed = cells.reduce((sum, one) => sum + one.passed, 0);
  const failed = cells.reduce((sum, one) => sum + one.failed.length, 0);
  return `${passed} of ${passed + failed}`;
}

/** The table with its notes. */
export function readmeTable(report: Report): string {
  const notes = new Notes();
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const versions = places.map((place) => {
    const names = COLUMNS.filter(({ runtime, host }) => (host ?? runtime) === place).map(({ name }) => name);
    const found = names.map((name) => report.columns[name]?.version).find((version) => version !== undefined);
    return `${PLACES[place]}: ${found ?? "not recorded"}`;
  });
  const transports = Object.keys(ROWS) as TransportName[];
  return [
    BEGIN,
    "",
    row(["scenarios that pass", ...places.map((place) => PLACES[place])]),
    row(["---", ...places.map(() => "---")]),
    ...transports.map((transport) =>
      row([ROWS[transport], ...places.map((place) => cell(report, transport, place, notes))]),
    ),
    row(["histories of all columns replayed", ...places.map((place) => replayCell(report, place))]),
    row(["the same in the inline engine", ...places.map((place) => replayCell(report, `${place} inline`))]),
    "",
    ...notes.lines,
    ...(notes.lines.length > 0 ? [""] : []),
    `Versions: ${versions.join("; ")}.`,
    END,
  ].join("\n");
}

/** README with the table in its place. Throws when the marks are not there. */
export function withTable(text: string, report: Report): string {
  const [start, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (start < 0 || end < start)
    throw new Error(`README.md has no place for the table: "${BEGIN}" … "${END}"`);
  return text.slice(0, start) + readmeTable(report) + text.slice(end + END.length);
}

/** The file as it is, and as it should be. */
export function readmes(): { readonly present: string; readonly wanted: string } {
  const present = readFileSync(readme, "utf8");
  return { present, wanted: withTable(present, readReport()) };
}

export function writeReadme(): void {
  writeFileSync(readme, readmes().wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeReadme();
