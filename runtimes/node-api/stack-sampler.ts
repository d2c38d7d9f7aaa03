import type { Profiler, Session } from "node:inspector";
import process from "node:process";
import { USER_SECTION_FILE } from "../../src/engine/source-map.ts";
import { type SampledFunction, type StackSampler, stackText } from "../../src/engine/stack-sampler.ts";

/** Often enough for a second of looping, seldom enough to cost nothing. */
const INTERVAL_US = 10_000;

/**
 * Watches this thread by the profiler that its engine brings along: nothing that loops can answer by itself. Undefined where there is
 * no such profiler, or another program holds it.
 */
export function startStackSampler(): StackSampler | undefined {
  const inspector = process.getBuiltinModule("node:inspector");
  const session = new inspector.Session();
  try {
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    session.post("Profiler.start");
  } catch {
    return undefined;
  }
  return { stop: () => profileOf(session).then((profile) => profile && hottestStack(profile)) };
}

function profileOf(session: Session): Promise<Profiler.Profile | undefined> {
  return new Promise((resolve) => {
    try {
      session.post("Profiler.stop", (_error, answer) => {
        resolve(answer?.profile);
        session.disconnect();
      });
    } catch {
      resolve(undefined);
    }
  });
}

/**
 * The stack of the function in which most samples were taken; undefined when the user's code is not in it: V8 tells nothing of a function that
 * was made faster by an earlier loop, which is so when one thread looks at the same loop twice.
 */
function hottestStack({ nodes }: Profiler.Profile): string | undefined {
  const callers = new Map<number, Profiler.ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) callers.set(child, node);
  const [first] = nodes;
  if (first === undefined) return undefined;
  const hottest = nodes.reduce((best, node) => (hits(node) > hits(best) ? node : best), first);
  const frames: SampledFunction[] = [];
  for (
    let node: Profiler.ProfileNode | undefined = hottest;
    node !== undefined;
    node = callers.get(node.id)
  ) {
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    // What belongs to the engine itself has no file.
    if (url === "") continue;
    const line = node === hottest ? hottestLine(node) : undefined;
    const isElsewhere = line !== undefined && line !== lineNumber + 1;
    frames.push({
      functionName,
      file: url,
      line: isElsewhere ? line : lineNumber + 1,
      column: isElsewhere ? 1 : columnNumber + 1,
    });
  }
  return frames.some(({ file }) => file === USER_SECTION_FILE) ? stackText(frames) : undefined;
}

function hits(node: Profiler.ProfileNode): number {
  return node.hitCount ?? 0;
}

/** Of a function only the beginning is told, but for the innermost one: where in it, line by line (not on Bun). */
function hottestLine({ positionTicks = [] }: Profiler.ProfileNode): number | undefined {
  const ticks = new Map<number, number>();
  for (const { line, ticks: count } of positionTicks) ticks.set(line, (ticks.get(line) ?? 0) + count);
  return [...ticks].sort(([, a], [, b]) => b - a)[0]?.[0];
}
