import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** Name under which the user section of a bundle shows in stacks before they are mapped. */
export const USER_SECTION_FILE = "workflow-bundle.js";

const frame = /workflow-bundle\.js:(\d+):(\d+)/g;

/**
 * Maps the positions in stacks from the bundle to the user's files. The map is parsed at the first stack, as most threads
 * never see one; without a map stacks stay as they are.
 */
export function createStackMapper(sourceMap: string): (stack: string) => string {
  let map: TraceMap | undefined;
  return (stack) => {
    if (sourceMap === "" || !stack.includes(USER_SECTION_FILE)) return stack;
    map ??= new TraceMap(sourceMap);
    const known = map;
    return stack.replace(frame, (text, line: string, column: string) => {
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
