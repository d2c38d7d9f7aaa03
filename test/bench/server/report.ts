/** The table: rows with what is to be reached, and what was measured; a row that could not be measured says why. */

/** The columns that numbers stand in. */
export type Column = "embedded" | "real";

/** One row. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  /** What the embedded server is to reach. */
  readonly target?: { readonly kind: "most" | "least"; readonly value: number };
}

type Cell =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "fault"; readonly why: string };

/** Collects numbers. */
export class Report {
  readonly #rows: readonly Row[];
  readonly #cells: Map<string, Cell> = new Map();

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  /** Measures some rows of a column at once; a fault is theirs alone. */
  async measure(
    column: Column,
    names: readonly string[],
    run: () => Promise<readonly number[]>,
  ): Promise<void> {
    for (const name of names) {
      if (!this.#rows.some((row) => row.name === name)) throw new Error(`the table has no row '${name}'`);
    }
    let values: readonly number[] = [];
    let why = "not measured";
    try {
      values = await run();
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    for (const [index, name] of names.entries()) {
      const value = values[index];
      const cell: Cell = value === undefined ? { kind: "fault", why } : { kind: "number", value };
      this.#cells.set(`${column} ${name}`, cell);
      console.log(`${column}: ${name}: ${text(cell)}`);
    }
  }

  /** The table in Markdown. */
  markdown(): string {
    const lines = [
      "| measurement | unit | embedded | real | to reach | reached |",
      "|---|---|---|---|---|---|",
    ];
    for (const row of this.#rows) {
      const [embedded, real] = (["embedded", "real"] as const).map((column) =>
        this.#cells.get(`${column} ${row.name}`),
      );
      const goal = row.target ? `${row.target.kind === "most" ? "≤" : "≥"} ${row.target.value}` : "";
      lines.push(
        `| ${row.name} | ${row.unit} | ${text(embedded)} | ${text(real)} | ${goal} | ${reached(row, embedded)} |`,
      );
    }
    return lines.join("\n");
  }

  /** Why cells are empty, line by line. */
  faults(): readonly string[] {
    return [...this.#cells].flatMap(([name, cell]) =>
      cell.kind === "fault" ? [`${name}: ${cell.why}`] : [],
    );
  }
}

function reached({ target }: Row, cell: Cell | undefined): string {
  if (target === undefined) return "";
  if (cell?.kind !== "number") return "not measured";
  return (target.kind === "most" ? cell.value <= target.value : cell.value >= target.value) ? "yes" : "no";
}

function text(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  if (cell.kind === "fault") return "failed";
  return cell.value >= 100
    ? cell.value.toFixed(0)
    : cell.value >= 10
      ? cell.value.toFixed(1)
      : cell.value.toFixed(2);
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
