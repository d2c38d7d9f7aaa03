import { IllegalStateError } from "../../../common/errors.ts";
import { ENHANCED_STACK_TRACE_QUERY_NAME, STACK_TRACE_QUERY_NAME } from "../../../common/reserved-names.ts";
import type { Run } from "../run.ts";
import type { UserFrame } from "../sandbox-entry.ts";

/** A query that every workflow answers. */
export interface BuiltInQuery {
  readonly description: string;
  answer(run: Run): unknown;
}

/** By name, in the order in which the official SDK lists them. */
export const builtInQueries: ReadonlyMap<string, BuiltInQuery> = new Map([
  [STACK_TRACE_QUERY_NAME, { description: "Returns a sensible stack trace.", answer: stackTrace }],
  [
    ENHANCED_STACK_TRACE_QUERY_NAME,
    { description: "Returns a stack trace annotated with source information.", answer: enhancedStackTrace },
  ],
  [
    "__temporal_workflow_metadata",
    { description: "Returns metadata associated with this workflow.", answer: workflowMetadata },
  ],
]);

/** The stacks of the places at which the run waits; those that are the same count once. */
function stacksOf(run: Run): readonly (readonly UserFrame[])[] {
  const { waitSites, host } = run;
  if (waitSites === undefined) {
    throw new IllegalStateError(
      "Where this workflow waits is not known yet: ask again when its open task is done",
    );
  }
  const distinct = new Map<string, readonly UserFrame[]>();
  for (const stack of waitSites.stacks()) {
    const frames = host.framesOf(stack);
    if (frames.length > 0) distinct.set(frames.map(frameText).join("\n"), frames);
  }
  return [...distinct.values()];
}

function frameText({ functionName, path, line, column }: UserFrame): string {
  const place = `${path}:${line}:${column}`;
  return functionName === undefined ? `    at ${place}` : `    at ${functionName} (${place})`;
}

function stackTrace(run: Run): string {
  return stacksOf(run)
    .map((frames) => frames.map(frameText).join("\n"))
    .join("\n\n");
}

/** `temporal.api.sdk.v1.EnhancedStackTrace` as JSON. */
function enhancedStackTrace(run: Run): object {
  const stacks = stacksOf(run);
  const sources: { [path: string]: object[] } = {};
  if (run.facts.showStackTraceSources) {
    for (const path of new Set(stacks.flat().map((frame) => frame.path))) {
      const content = run.host.sourceText(path);
      if (content !== undefined) sources[path] = [{ line_offset: 0, content }];
    }
  }
  return {
    sdk: run.facts.sdk ?? { name: "perdure", version: "" },
    stacks: stacks.map((frames) => ({
      locations: frames.map(({ functionName, path, line, column }) => ({
        file_path: path,
        function_name: functionName,
        line,
        column,
        internal_code: false,
      })),
    })),
    sources,
  };
}

/** What the web UI shows of a workflow: `temporal.api.sdk.v1.WorkflowMetadata` as JSON. */
function workflowMetadata({ info, handlers, currentDetails }: Run): object {
  return {
    definition: {
      type: info.workflowType,
      queryDefinitions: [...definitions(builtInQueries), ...definitions(handlers.queries)],
      signalDefinitions: definitions(handlers.signals),
      updateDefinitions: definitions(handlers.updates),
    },
    currentDetails,
  };
}

type Described = { readonly description?: string | undefined };

function definitions(entries: ReadonlyMap<string, Described>): object[] {
  return Array.from(entries, ([name, { description }]) => ({ name, description }));
}
