/** The Nexus service that scenarios call, answered by the official SDK. */
import { startWorkflow, WorkflowRunOperationHandler } from "@temporalio/nexus";
import * as nexus from "nexus-rpc";

export const nexusEndpoint = "conformance-endpoint";
export const nexusTaskQueue = "conformance-nexus";

const service = nexus.service("conformance", {
  echo: nexus.operation(),
  fails: nexus.operation(),
  isCancelled: nexus.operation(),
  refuses: nexus.operation(),
  failsOnce: nexus.operation(),
  runs: nexus.operation({ name: "runs-a-workflow" }),
  never: nexus.operation(),
  neverStarts: nexus.operation(),
  startsLate: nexus.operation(),
  cannotBeCancelled: nexus.operation(),
});

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const open = (token) => nexus.HandlerStartOperationResult.async(token);
const seen = new Set();

export const conformanceService = nexus.serviceHandler(service, {
  async echo(_context, input) {
    return input;
  },
  async fails(_context, message) {
    throw new nexus.OperationError("failed", message);
  },
  async isCancelled(_context, message) {
    throw new nexus.OperationError("canceled", message);
  },
  async refuses(_context, message) {
    throw new nexus.HandlerError("BAD_REQUEST", message);
  },
  async failsOnce({ requestId }, input) {
    if (seen.has(requestId)) return input;
    seen.add(requestId);
    throw new nexus.HandlerError("UNAVAILABLE", "not yet");
  },
  runs: new WorkflowRunOperationHandler(
    async (context, how) =>
      await startWorkflow(context, "nexusHandler", {
        workflowId: `nexus-${context.requestId}`,
        args: [how],
      }),
  ),
  never: {
    async start() {
      return open("never-ends");
    },
    async cancel() {},
  },
  async neverStarts() {
    await pause(30_000);
  },
  startsLate: {
    async start(_context, ms) {
      await pause(ms);
      return open("started-late");
    },
    async cancel() {},
  },
  cannotBeCancelled: {
    async start() {
      return open("goes-on");
    },
    async cancel() {
      throw new nexus.HandlerError("BAD_REQUEST", "it cannot be cancelled");
    },
  },
});
