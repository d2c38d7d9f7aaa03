/**
 * Interceptors that carry one header, `trace`, through everything: who was called says by whom, and hands it on with its own name.
 * What they see is kept for the workflow to give back.
 */
import type { Headers } from "perdure/common";
import type { WorkflowInterceptors } from "perdure/workflow";
import { handed, traceOf } from "./trace.ts";

/** What the interceptors of this run saw, in order. */
export const seen: string[] = [];
/** Kinds of calls of the runtime that were intercepted; how often depends on how workflow tasks come. */
export const internals: Set<string> = new Set();

/** Where this run's calls come from: the header of its start. */
let origin = "nowhere";

const further = (headers: Headers, where: string): Headers => ({
  ...headers,
  trace: handed(`${origin} > ${where}`),
});

const note = (what: string, headers: Headers): void => void seen.push(`${what} by ${traceOf(headers)}`);

export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [
      {
        async execute(input, next) {
          origin = traceOf(input.headers);
          note("execute", input.headers);
          return await next(input);
        },
        async handleSignal(input, next) {
          note(`signal ${input.signalName}`, input.headers);
          await next(input);
        },
        validateUpdate(input, next) {
          note(`validate ${input.name}`, input.headers);
          next(input);
        },
        async handleUpdate(input, next) {
          note(`update ${input.name}`, input.headers);
          return `${await next(input)}, intercepted`;
        },
        async handleQuery(input, next) {
          return [traceOf(input.headers), await next(input)];
        },
      },
    ],
    outbound: [
      {
        async startTimer(input, next) {
          seen.push(`timer of ${input.durationMs} ms`);
          await next({ ...input, durationMs: input.durationMs + 1 });
        },
        async scheduleActivity(input, next) {
          return await next({ ...input, headers: further(input.headers, input.activityType) });
        },
        async scheduleLocalActivity(input, next) {
          return await next({ ...input, headers: further(input.headers, `local ${input.activityType}`) });
        },
        async startChildWorkflowExecution(input, next) {
          return await next({ ...input, headers: further(input.headers, input.workflowType) });
        },
        async signalWorkflow(input, next) {
          return await next({
            ...input,
            headers: further(input.headers, `${input.signalName} to ${input.target.type}`),
          });
        },
        async continueAsNew(input, next) {
          return await next({ ...input, headers: further(input.headers, "next run") });
        },
      },
      {
        // The second of the list is called after the first, and sees what that one changed.
        async startTimer(input, next) {
          seen.push(`then of ${input.durationMs} ms`);
          await next(input);
        },
      },
    ],
    internals: [
      {
        activate(input, next) {
          internals.add(input.batchIndex === 0 ? "activate" : "activate again");
          next(input);
        },
        concludeActivation(input, next) {
          internals.add("conclude");
          return next(input);
        },
      },
    ],
  };
}
