/**
 * What failed, said again at the end of `npm test`, short: of a long log only the tail may be kept. Failures come from vitest's JSON
 * report, from lists in other reports, or from the output of programs that close with `N passed, N failed, N skipped`.
 */

export interface Failure {
  readonly name: string;
  /** What went wrong, as the runner said it; cut when it is told. */
  readonly text: string;
}

interface VitestReport {
  readonly testResults?: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** The failed tests of vitest's report, and the files that could not be run. */
export function vitestFailures({ testResults = [] }: VitestReport): Failure[] {
  return testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    if (failed.length === 0 && status === "failed") return [{ name: file, text: message ?? "" }];
    return failed.map((test) => ({
      name: `${file}: ${test.fullName}`,
      text: (test.failureMessages ?? []).join("\n"),
    }));
  });
}

/** The failures that a report of our own runners lists. */
export function listedFailures({ failures = [] }: { readonly failures?: readonly Failure[] }): Failure[] {
  return [...failures];
}

/** Lines that name a failure: what follows, up to the next such line or one that names a success, tells why. */
const FAILED = /^(?:FAIL(?:ED)?\b|seed \d+, run by |.* cannot replay )/;
const ELSE = /^(?:ok\b|known\b|NOT RUN\b|\d+ passed, \d+ failed)/;

/** The failures that a program's output names; without any, its last lines are all that there is to tell. */
export function printedFailures(program: string, output: string): Failure[] {
  const found: string[][] = [];
  let open: string[] | undefined;
  for (const line of output.split("\n")) {
    if (FAILED.test(line)) {
      open = [line];
      found.push(open);
    } else if (ELSE.test(line)) open = undefined;
    else open?.push(line);
  }
  if (found.length === 0) {
    const last = output.trimEnd().split("\n").slice(-MOST_LINES).join("\n");
    return [{ name: program, text: last || "it said nothing on standard output" }];
  }
  return found.map(([name = "", ...lines]) => ({ name: `${program}: ${name}`, text: lines.join("\n") }));
}

const MOST_FAILURES = 10;
const MOST_LINES = 25;
const MOST_COLUMNS = 300;

/** The text that names the failures: a few lines of each of the first ones, and the names of the next. */
export function failuresText(failures: readonly Failure[], root: string): string {
  const told = failures.slice(0, MOST_FAILURES).map(({ name, text }) => {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    const cut = lines.slice(0, MOST_LINES).map((line) => `    ${line.slice(0, MOST_COLUMNS)}`);
    if (lines.length > MOST_LINES) cut.push(`    (${lines.length - MOST_LINES} more lines)`);
    return [`FAILED ${name}`, ...cut].join("\n");
  });
  const more = failures.slice(MOST_FAILURES, 4 * MOST_FAILURES).map(({ name }) => `FAILED ${name}`);
  const left = failures.length - told.length - more.length;
  if (left > 0) more.push(`FAILED ${left} more`);
  return [...told, ...more].join("\n").replaceAll(root, "");
}
