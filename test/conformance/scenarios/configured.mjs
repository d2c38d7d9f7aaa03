/** What a worker brings besides code: interceptors, and errors that fail workflows. Histories in `test/histories/configured`. */
import { saveChain } from "./runs.mjs";
import { eventSeen, quiet, settled } from "./wait.mjs";

const text = new TextEncoder();
const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
const traced = (input, by) => ({
  ...input,
  headers: {
    ...input.headers,
    trace: { metadata: { encoding: text.encode("json/plain") }, data: text.encode(JSON.stringify(by)) },
  },
});

/** Sends the header `trace` with whatever it asks for. */
const sending = {
  startWithDetails: async (input, next) => await next(traced(input, "client's start")),
  signal: async (input, next) => await next(traced(input, "client's signal")),
  startUpdate: async (input, next) => await next(traced(input, "client's update")),
  query: async (input, next) => await next(traced(input, "client's query")),
};

/** Gives what activities return together with the header that they were called with. */
const telling = () => ({
  inbound: {
    execute: async (input, next) => `${await next(input)} (called by ${decode(input.headers.trace.data)})`,
  },
});

/** The worker of all these scenarios. */
export const configuredWorker = {
  bundle: "configured",
  interceptors: { activity: [telling] },
  workflowFailureErrorTypes: {
    "*": ["OutOfStock"],
    rangeByWorker: ["RangeError"],
    anyByWorker: ["Error"],
  },
};

const tried = async (call) => await call.catch(() => undefined);

async function callsOfEveryKind({ startWorker, clientWith, startOptions, workflowId, ended, client, save }) {
  await startWorker(configuredWorker);
  const intercepted = clientWith([sending]);
  const { workflowId: id } = await intercepted.start("intercepted", startOptions);
  const handle = intercepted.getHandle(id);
  await eventSeen(handle, ({ childWorkflowExecutionCompletedEventAttributes: attributes }) => attributes);
  await quiet(handle);
  await tried(handle.executeUpdate("rename", { args: [""], updateId: "no-name" }));
  const renamed = await handle.executeUpdate("rename", { args: ["Ada"], updateId: "new-name" });
  if (renamed !== "Ada, intercepted") throw new Error(`the update gave ${renamed}`);
  const [by, names] = await handle.query("names");
  if (by !== "client's query" || names[0] !== "Ada") throw new Error(`the query gave ${by}, ${names}`);
  await handle.signal("knock", "Bob");
  await ended(handle);
  await saveChain({ client, save }, await firstRun(client, workflowId), "interceptors");
}

/** A handle that knows the first run. */
async function firstRun(client, workflowId) {
  const { events } = await client.getHandle(workflowId).fetchHistory();
  const { firstExecutionRunId } = events[0].workflowExecutionStartedEventAttributes;
  return { workflowId, firstExecutionRunId };
}

const plainly = (act) => async (context) => {
  await context.startWorker(configuredWorker);
  const handle = await context.start();
  await act?.(handle);
  await context.ended(handle);
  await context.save(handle);
};

export const configuredScenarios = [
  {
    subject: "interceptors",
    source: "configured/intercepted.ts",
    note: "a header goes through start, activities, child, signals, update, query and the next run",
    workflow: "intercepted",
    args: [[]],
    run: callsOfEveryKind,
  },
  ...[
    { subject: "worker-failure-type-at-once", workflow: "soldOutByWorker", args: [false], run: plainly() },
    { subject: "worker-failure-type-later", workflow: "soldOutByWorker", args: [true], run: plainly() },
    { subject: "worker-failure-type-of-one-workflow", workflow: "rangeByWorker", run: plainly() },
    { subject: "worker-failure-type-any-error", workflow: "anyByWorker", run: plainly() },
    { subject: "worker-failure-type-in-children", workflow: "parentByWorker", run: plainly() },
    {
      subject: "worker-failure-type-in-signal",
      workflow: "signalByWorker",
      run: plainly(async (handle) => {
        await settled(handle);
        await handle.signal("close");
      }),
    },
    ...["book", "later", "nothing"].map((what) => ({
      subject: `worker-failure-type-in-update-${what}`,
      workflow: "updatesByWorker",
      run: plainly(async (handle) => {
        await settled(handle);
        for (const [index, order] of ["pen", what, "pen"].entries()) {
          await tried(handle.executeUpdate("order", { args: [order], updateId: `order-${index}` }));
        }
        // It may be at its end.
        await tried(handle.signal("close"));
      }),
    })),
  ].map((scenario) => ({ source: "configured/worker-failure-types.ts", ...scenario })),
].map((scenario) => ({ folder: "configured", ...scenario }));
