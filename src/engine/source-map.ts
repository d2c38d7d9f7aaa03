import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** Name under which the user section of a bundle shows in stacks before they are mapped. */
export const USER_SECTION_FILE = "workflow-bundle.js";

/** Name of the shared section in stacks. */
export const SHARED_SECTION_FILE = "perdure:workflow-runtime";

const position = /workflow-bundle\.js:(\d+):(\d+)/g;
const frame = /^\s+at /;
/** Where a frame lies: what comes before line and column. */
const fileOfFrame = /^\s+at (?:.*\()?(.+?):\d+:\d+\)?$/;

/**
 * Maps the positions in stacks from the bundle to the user's files, and drops the frames of the engine below them. A stack
 * that was mapped before comes out as it is. The map is parsed at the first stack, as most threads never see one; without a
 * map positions stay as they are.
 */
export function createStackMapper(sourceMap: string): (stack: string) => string {
  let map: TraceMap | undefined;
  // Empty as long as no stack was mapped.
  let sources: ReadonlySet<string | null> = new Set();
  return (stack) => {
    const inner = withoutHostFrames(stack, sources);
    if (sourceMap === "" || !inner.includes(USER_SECTION_FILE)) return inner;
    if (map === undefined) {
      map = new TraceMap(sourceMap);
      sources = new Set(map.sources);
    }
    const known = map;
    return inner.replace(position, (text, line: string, column: string) => {
      const {
        source,
        line: row,
        column: at,
      } = originalPositionFor(known, {
        line: Number(line),
        column: Number(column) - 1,
      });
      return source === null ? text : `${source}:${row}:${at + 1}`;
    });
  };
}

/** Keeps the message and the frames down to the last one of user code, or of the runtime when there is none. */
function withoutHostFrames(stack: string, sources: ReadonlySet<string | null>): string {
  const lines = stack.split("\n");
  const isUsers = (line: string): boolean =>
    frame.test(line) && (line.includes(USER_SECTION_FILE) || sources.has(fileOfFrame.exec(line)?.[1] ?? ""));
  let last = lines.findLastIndex(isUsers);
  if (last < 0) {
    last = lines.findLastIndex((line) => frame.test(line) && line.includes(SHARED_SECTION_FILE));
  }
  if (last < 0) return stack;
  return lines.filter((line, index) => index <= last || !frame.test(line)).join("\n");
}
