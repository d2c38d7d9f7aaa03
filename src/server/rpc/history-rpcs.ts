import type { Init } from "../../codec-runtime/init.ts";
import { HistoryEventFilterType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type {
  GetWorkflowExecutionHistoryRequest,
  GetWorkflowExecutionHistoryResponse,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { Engine } from "../execution/engine.ts";
import { historyPage, transientEvents, wireHistory } from "../execution/history-page.ts";
import { open } from "../execution/id-policies.ts";
import { decodePageToken, encodePageToken, type PageToken } from "../execution/page-token.ts";
import type { Run } from "../execution/run.ts";
import { HISTORY_PAGE_BATCHES, LONG_POLL_MS, LONG_POLL_TAIL_MS } from "../limits.ts";
import type { Wall } from "../time/wall.ts";
import type { HandlersOf, ServerCall } from "./call.ts";
import { invalidArgument } from "./failures.ts";

type Request = GetWorkflowExecutionHistoryRequest;
type Answer = Init<GetWorkflowExecutionHistoryResponse>;

/** Clients that show histories to people: events of a task that no history has yet would confuse them. */
const PEOPLE: ReadonlySet<unknown> = new Set(["temporal-cli", "temporal-ui"]);

/** Reading histories, forwards with and without waiting, and backwards. */
export function historyRpcs(engine: Engine, wall: Wall): HandlersOf<WorkflowServiceHandlers> {
  return {
    getWorkflowExecutionHistory: (request, call) => readHistory(engine, wall, request, call),
    getWorkflowExecutionHistoryReverse: (request) => {
      const token = request.nextPageToken.length === 0 ? undefined : decodePageToken(request.nextPageToken);
      const run = runOf(engine, request, token);
      const last = Math.min(token?.next ?? run.history.length, run.history.length);
      let first = last + 1;
      for (let left = pageSize(request.maximumPageSize); left > 0 && first > 1; left -= 1) {
        first = run.history.batchStart(first - 1);
      }
      const events = [...run.history.slice(first, last + 1)].reverse();
      const next = first > 1 ? token0(run, { next: first - 1 }) : undefined;
      return { history: { events }, nextPageToken: next };
    },
  };
}

async function readHistory(engine: Engine, wall: Wall, request: Request, call: ServerCall): Promise<Answer> {
  const token = request.nextPageToken.length === 0 ? undefined : decodePageToken(request.nextPageToken);
  const run = runOf(engine, request, token);
  const closeOnly = token?.closeOnly ?? request.historyEventFilterType === HistoryEventFilterType.CLOSE_EVENT;
  const waits = token?.wait ?? request.waitNewEvent;
  const from = token?.next ?? 1;
  // The first call of a reader that waits answers at once, with what there is.
  const mustWait = waits && open(run) && (closeOnly || (token !== undefined && from > run.history.length));
  if (mustWait)
    await nextAppend(run, wall, call, () => (closeOnly ? !open(run) : run.history.length >= from));
  if (closeOnly) return closeEvent(run, waits);
  return page(run, request, {
    from,
    waits,
    token,
    transient: !PEOPLE.has(call.metadata["client-name"] ?? ""),
  });
}

function closeEvent(run: Run, waits: boolean): Answer {
  const { length } = run.history;
  if (!open(run)) return { history: wireHistory(run.history.encoded(length, length + 1)) };
  if (!waits) return { history: {} };
  return {
    history: {},
    nextPageToken: token0(run, { next: run.history.length + 1, wait: true, closeOnly: true }),
  };
}

function page(
  run: Run,
  request: Request,
  {
    from,
    waits,
    token,
    transient,
  }: { from: number; waits: boolean; token: PageToken | undefined; transient: boolean },
): Answer {
  const end = token?.end || run.history.length + 1;
  const { encoded, next } = historyPage(run, from, end, pageSize(request.maximumPageSize));
  if (next !== undefined) {
    const more = { next, end: waits ? 0 : end, wait: waits, transient: token?.transient ?? !waits };
    return { history: wireHistory(encoded), nextPageToken: token0(run, more) };
  }
  if (waits && open(run)) {
    return { history: wireHistory(encoded), nextPageToken: token0(run, { next: end, wait: true }) };
  }
  const shown = transient && (token?.transient ?? !waits) && open(run);
  return { history: wireHistory(encoded, shown ? transientEvents(run) : []) };
}

function token0(run: Run, values: Partial<PageToken> & { readonly next: number }): Uint8Array {
  return encodePageToken({
    runId: run.runId,
    end: 0,
    transient: false,
    wait: false,
    closeOnly: false,
    ...values,
  });
}

function runOf(
  engine: Engine,
  request: Pick<Request, "namespace" | "execution">,
  token: PageToken | undefined,
): Run {
  const { namespace, execution } = request;
  if (token === undefined) return engine.find(namespace, execution);
  if (execution?.runId && execution.runId !== token.runId) {
    throw invalidArgument("RunId in the request does not match the NextPageToken.");
  }
  const run = engine.find(namespace, { workflowId: execution?.workflowId, runId: token.runId });
  // A reader that waits stands behind the last event at most.
  if (Math.max(token.next, token.end) > run.history.length + 1)
    throw invalidArgument("Invalid NextPageToken.");
  return run;
}

function pageSize(wanted: number): number {
  return wanted > 0 && wanted < HISTORY_PAGE_BATCHES ? wanted : HISTORY_PAGE_BATCHES;
}

/** Waits until `ready`, or as long as a long poll may. */
function nextAppend(run: Run, wall: Wall, call: ServerCall, ready: () => boolean): Promise<void> {
  const waitMs = Math.max(
    0,
    Math.min(LONG_POLL_MS, (call.timeoutMs ?? LONG_POLL_MS * 2) - LONG_POLL_TAIL_MS),
  );
  return new Promise((resolve) => {
    const done = (): void => {
      stopTimer();
      stopWaiting();
      call.signal.removeEventListener("abort", done);
      resolve();
    };
    const stopTimer = wall.after(waitMs, done);
    const stopWaiting = run.history.onAppend(() => {
      if (ready()) done();
    });
    call.signal.addEventListener("abort", done);
    // A caller that has already left does not say so again.
    if (ready() || call.signal.aborted) done();
  });
}
