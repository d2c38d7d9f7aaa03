/** Interceptors that pass everything on, for `ticks.ts`: what they cost in microtasks is part of the table. */
import type { WorkflowInterceptors } from "perdure/workflow";

type Pass = (input: unknown, next: (input: unknown) => Promise<unknown>) => Promise<unknown>;

/** `return await next(input)`: the usual form. */
const awaiting: Pass = async (input, next) => await next(input);
/** `return next(input)` from an async function: dearer than the usual form. */
const returning: Pass = async (input, next) => next(input);

const inboundCalls = ["execute", "handleSignal", "handleUpdate", "handleQuery"];
const outboundCalls = [
  "startTimer",
  "scheduleActivity",
  "scheduleLocalActivity",
  "startChildWorkflowExecution",
  "startNexusOperation",
  "signalWorkflow",
  "continueAsNew",
];
const all = (calls: string[], pass: Pass): object => Object.fromEntries(calls.map((call) => [call, pass]));

function passThrough(count: number, pass: Pass): WorkflowInterceptors {
  const times = <T>(make: () => T): T[] => Array.from({ length: count }, make);
  return {
    inbound: times(() => all(inboundCalls, pass)),
    outbound: times(() => all(outboundCalls, pass)),
  };
}

export const oneAwaiting = (): WorkflowInterceptors => passThrough(1, awaiting);
export const twoAwaiting = (): WorkflowInterceptors => passThrough(2, awaiting);
export const oneReturning = (): WorkflowInterceptors => passThrough(1, returning);
export const twoReturning = (): WorkflowInterceptors => passThrough(2, returning);
