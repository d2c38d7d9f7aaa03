/**
 * What failed, as text, for the end of a long run: a log of which only the tail is kept must still name each failed test.
 */

/** Lines shown of one failure, and failures shown of one step. */
const LINES = 25;
const FAILURES = 10;
/** How the runners without a framework begin the report of a failed test. */
const BEGINS = /^(FAIL|FAILED)\b/;
const ENDS = /^(ok|FAIL|FAILED)\b|^\d+ passed, /;

interface VitestReport {
  readonly testResults?: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

/** The failed tests of vitest's JSON report, and the files that could not be run at all; paths are told from `root`. */
export function failuresOfVitest(report: VitestReport, root: string): string[] {
  return (report.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const file = name.replace(root, "");
    const tests = assertionResults.filter((test) => test.status === "failed");
    if (tests.length === 0) return status === "failed" ? [`${file}\n${message ?? ""}`] : [];
    return tests.map(
      ({ fullName, failureMessages }) => `${file}: ${fullName}\n${failureMessages?.join("\n") ?? ""}`,
    );
  });
}

/** The failed tests in a runner's output; its last lines when none of them says `FAIL`. */
export function failuresOfOutput(output: string): string[] {
  const lines = output.trimEnd().split("\n");
  const found: string[][] = [];
  let current: string[] | undefined;
  for (const line of lines) {
    if (BEGINS.test(line)) {
      current = [line];
      found.push(current);
    } else if (ENDS.test(line)) current = undefined;
    else current?.push(line);
  }
  return found.length > 0 ? found.map((failure) => failure.join("\n")) : [lines.slice(-LINES).join("\n")];
}

/** The failures of a step, each cut to its beginning. */
export function tellFailures(step: string, failures: readonly string[]): string[] {
  const shown = failures.slice(0, FAILURES).map((failure) => {
    const lines = failure.trimEnd().split("\n");
    const left = lines.length > LINES ? [`  (${lines.length - LINES} more lines)`] : [];
    return [`FAILED in ${step}: ${lines[0]}`, ...lines.slice(1, LINES), ...left].join("\n");
  });
  const left = failures.length - shown.length;
  return left > 0 ? [...shown, `FAILED in ${step}: ${left} more`] : shown;
}
