import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { UserFrame } from "../workflow/runtime/sandbox-entry.ts";

/** Name under which the user section of a bundle shows in stacks before they are mapped. */
export const USER_SECTION_FILE = "workflow-bundle.js";

/** Name of the shared section in stacks. */
export const SHARED_SECTION_FILE = "perdure:workflow-runtime";

const position = /workflow-bundle\.js:(\d+):(\d+)/g;
const frame = /^\s+at /;

const userFrame = /^\s+at (?:(?:async )?(.+?) \()?(?:async )?[^\s()]*workflow-bundle\.js:(\d+):(\d+)\)?$/gm;

/** Reads the stacks of workflow code. */
export interface StackMapper {
  mapStack(stack: string): string;
  framesOf(stack: string): readonly UserFrame[];
}

/**
 * Maps the positions in stacks from the bundle to the user's files, and drops the frames of the engine below them. The map is
 * parsed at the first stack, as most threads never see one; without a map positions stay as they are.
 */
export function createStackMapper(sourceMap: string): StackMapper {
  let map: TraceMap | undefined;
  const original = (line: string, column: string): Place | undefined => {
    if (sourceMap === "") return undefined;
    map ??= new TraceMap(sourceMap);
    const found = originalPositionFor(map, { line: Number(line), column: Number(column) - 1 });
    return found.source === null
      ? undefined
      : { path: found.source, line: found.line, column: found.column + 1 };
  };
  return {
    mapStack(stack) {
      const inner = withoutHostFrames(stack);
      if (sourceMap === "" || !inner.includes(USER_SECTION_FILE)) return inner;
      return inner.replace(position, (text, line: string, column: string) => {
        const place = original(line, column);
        return place === undefined ? text : `${place.path}:${place.line}:${place.column}`;
      });
    },
    framesOf(stack) {
      const frames: UserFrame[] = [];
      for (const [, name, line = "", column = ""] of stack.matchAll(userFrame)) {
        const place = original(line, column) ?? unmapped(line, column);
        // What the bundler put around the user's modules is no frame of theirs.
        if (!place.path.startsWith("perdure:")) frames.push({ functionName: name, ...place });
      }
      return frames;
    },
  };
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

function unmapped(line: string, column: string): Place {
  return { path: USER_SECTION_FILE, line: Number(line), column: Number(column) };
}

/** Keeps the message and the frames down to the last one of user code. A stack without any, such as a mapped one, stays. */
function withoutHostFrames(stack: string): string {
  if (!stack.includes(USER_SECTION_FILE)) return stack;
  const lines = stack.split("\n");
  const last = lines.findLastIndex((line) => frame.test(line) && line.includes(USER_SECTION_FILE));
  if (last < 0) return stack;
  return lines.filter((line, index) => index <= last || !frame.test(line)).join("\n");
}
