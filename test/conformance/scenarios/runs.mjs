/** What surrounds a run: continue-as-new, memo and search attributes, retries, cron, randomness, time, reset. */
import { resetTo } from "./reset.mjs";
import { settled, until } from "./wait.mjs";

/** One search attribute of each type; `common` is the SDK's own module. */
export const everySearchAttribute = ({
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
}) =>
  new TypedSearchAttributes([
    { key: defineSearchAttributeKey("OrderId", SearchAttributeType.KEYWORD), value: "order-1" },
    { key: defineSearchAttributeKey("Amount", SearchAttributeType.INT), value: 12 },
    { key: defineSearchAttributeKey("Total", SearchAttributeType.DOUBLE), value: 1.25 },
    { key: defineSearchAttributeKey("Urgent", SearchAttributeType.BOOL), value: true },
    {
      key: defineSearchAttributeKey("DueAt", SearchAttributeType.DATETIME),
      value: new Date(Date.UTC(2030, 0, 2)),
    },
    { key: defineSearchAttributeKey("Tags", SearchAttributeType.KEYWORD_LIST), value: ["a", "b"] },
    { key: defineSearchAttributeKey("Title", SearchAttributeType.TEXT), value: "a long title" },
  ]);
const memo = { note: "kept", nested: { list: [1, 2] } };

/** Saves each run of a chain as `<subject>-1`, `<subject>-2`, … */
export async function saveChain({ client, save }, handle, subject) {
  let runId = handle.firstExecutionRunId;
  for (let number = 1; runId; number++) {
    const run = client.getHandle(handle.workflowId, runId);
    await save(run, `${subject}-${number}`);
    const last = (await run.fetchHistory()).events.at(-1);
    runId =
      last.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ||
      last.workflowExecutionFailedEventAttributes?.newExecutionRunId;
  }
}

export function chained(scenario) {
  return {
    ...scenario,
    async run(context) {
      await context.startWorker();
      const handle = await context.start();
      await scenario.act?.(handle, context);
      await context.ended(handle);
      await saveChain(context, handle, scenario.subject);
    },
  };
}

async function resetToSecondTask(context) {
  await context.startWorker();
  const handle = await context.start();
  await handle.result();
  const { events } = await handle.fetchHistory();
  const finished = events.filter(({ workflowTaskCompletedEventAttributes: completed }) => completed);
  const after = await resetTo(finished[2], handle, context);
  await context.ended(after);
  await context.save(after);
}

async function twoCronRuns({ start, startWorker, ended, client, save, workflowId }) {
  await startWorker();
  const handle = await start();
  const first = client.getHandle(workflowId, handle.firstExecutionRunId, { followRuns: false });
  await ended(first);
  await save(first, "cron-1");
  const { workflowExecutionCompletedEventAttributes: completed } = (await first.fetchHistory()).events.at(-1);
  const second = client.getHandle(workflowId, completed.newExecutionRunId, { followRuns: false });
  await ended(second);
  await save(second, "cron-2");
  await client.getHandle(workflowId).terminate("recorded");
}

export const runScenarios = [
  chained({
    subject: "continue-as-new",
    workflow: "continueUntil",
    source: "continue-as-new.ts",
    args: [3, 1, { seen: [] }],
    options: (common) => ({ memo, typedSearchAttributes: everySearchAttribute(common) }),
  }),
  chained({
    subject: "continue-as-new-open-timer",
    workflow: "continueWithOpenTimer",
    source: "continue-as-new.ts",
    args: [true],
  }),
  chained({
    subject: "continue-as-new-on-signal",
    workflow: "continueOnSignal",
    source: "continue-as-new.ts",
    args: [[]],
    async act(handle, { client }) {
      await settled(handle);
      await handle.signal("push", "a");
      const next = client.getHandle(handle.workflowId);
      await until(async () => (await next.describe()).runId !== handle.firstExecutionRunId);
      await settled(next);
      await next.signal("push", "b");
    },
  }),
  {
    subject: "memo-and-search-attributes",
    workflow: "memoAndSearchAttributes",
    source: "info.ts",
    options: (common) => ({ memo, typedSearchAttributes: everySearchAttribute(common) }),
  },
  { subject: "workflow-info", workflow: "infoOfRun", source: "info.ts" },
  {
    subject: "workflow-info-timeouts",
    workflow: "infoOfRun",
    source: "info.ts",
    options: {
      workflowExecutionTimeout: "1 hour",
      workflowRunTimeout: "30 minutes",
      workflowTaskTimeout: "20 seconds",
      staticSummary: "a summary",
      staticDetails: "some *details*",
    },
  },
  chained({
    subject: "workflow-retry",
    workflow: "retriedWorkflow",
    source: "info.ts",
    args: [2],
    options: { retry: { initialInterval: 50, maximumAttempts: 3 } },
  }),
  {
    subject: "cron",
    workflow: "cronRun",
    source: "info.ts",
    options: { cronSchedule: "@every 1s" },
    run: twoCronRuns,
  },
  { subject: "random", workflow: "randomAcrossTasks", source: "determinism.ts" },
  { subject: "time", workflow: "timeAcrossTasks", source: "determinism.ts" },
  {
    subject: "reset",
    note: "the run made by a reset to the end of the third task: the seed changes there",
    workflow: "randomAcrossTasks",
    source: "determinism.ts",
    run: resetToSecondTask,
  },
];
