import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** Name under which the user section of a bundle shows in stacks before they are mapped. */
export const USER_SECTION_FILE = "workflow-bundle.js";

/** Name of the shared section in stacks. */
export const SHARED_SECTION_FILE = "perdure:workflow-runtime";

const position = /workflow-bundle\.js:(\d+):(\d+)/g;
const frame = /^\s+at /;

/**
 * Maps the positions in stacks from the bundle to the user's files, and drops the frames of the engine below them. The map is
 * parsed at the first stack, as most threads never see one; without a map positions stay as they are.
 */
export function createStackMapper(sourceMap: string): (stack: string) => string {
  let map: TraceMap | undefined;
  return (stack) => {
    const inner = withoutHostFrames(stack);
    if (sourceMap === "" || !inner.includes(USER_SECTION_FILE)) return inner;
    map ??= new TraceMap(sourceMap);
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

/** Keeps the message and the frames down to the last one of user code. A stack without any, such as a mapped one, stays. */
function withoutHostFrames(stack: string): string {
  if (!stack.includes(USER_SECTION_FILE)) return stack;
  const lines = stack.split("\n");
  const last = lines.findLastIndex((line) => frame.test(line) && line.includes(USER_SECTION_FILE));
  if (last < 0) return stack;
  return lines.filter((line, index) => index <= last || !frame.test(line)).join("\n");
}
