/** Workflows that call operations of a Nexus service, which the official SDK answers (`test/interop/lib/nexus-service.mjs`). */
import { operation, service } from "nexus-rpc";
import { NexusOperationFailure } from "perdure/common";
import {
  CancellationScope,
  CancelledFailure,
  condition,
  createNexusServiceClient,
  defineSignal,
  isCancellation,
  NexusOperationCancellationType,
  type StartNexusOperationOptions,
  setHandler,
  sleep,
} from "perdure/workflow";

type Way = keyof typeof NexusOperationCancellationType;

const conformance = service("conformance", {
  echo: operation<unknown, unknown>(),
  fails: operation<string, void>(),
  isCancelled: operation<string, void>(),
  refuses: operation<string, void>(),
  failsOnce: operation<string, string>(),
  runs: operation<string, string>({ name: "runs-a-workflow" }),
  never: operation<void, void>(),
  neverStarts: operation<void, void>(),
  startsLate: operation<number, void>(),
  cannotBeCancelled: operation<void, void>(),
});

const client = createNexusServiceClient({ endpoint: "conformance-endpoint", service: conformance });
const stop = defineSignal("stop");
const WAYS = Object.keys(NexusOperationCancellationType).sort() as Way[];

/** How a call ended. */
function outcome(running: Promise<unknown>): Promise<unknown[]> {
  return running.then(
    (result) => ["returned", result],
    (error: unknown) => {
      const seen = [error instanceof Error ? error.name : "?", isCancellation(error)];
      if (!(error instanceof NexusOperationFailure)) return seen;
      const { cause, endpoint, operation, service } = error;
      const kind =
        cause instanceof CancelledFailure ? "CancelledFailure" : `${cause?.name}: ${cause?.message}`;
      return [...seen, error.message, endpoint, service, operation, kind];
    },
  );
}

export async function nexusSync(): Promise<unknown> {
  return await client.executeOperation("echo", { greeting: "hello", to: ["you", 1, null] });
}

export async function nexusSyncHandle(): Promise<unknown[]> {
  const handle = await client.startOperation(conformance.operations.echo, "hello");
  return [handle.service, handle.operation, handle.token ?? "none", await handle.result()];
}

export async function nexusValues(): Promise<unknown[]> {
  const bytes = await client.executeOperation("echo", Uint8Array.of(1, 2));
  const nothing = await client.executeOperation("echo", undefined);
  return [bytes, nothing === undefined || nothing === null, await client.executeOperation("echo", null)];
}

export async function nexusRun(how: string): Promise<unknown[]> {
  const handle = await client.startOperation("runs", how, { summary: "runs a workflow" });
  return [handle.service, handle.operation, (handle.token ?? "") !== "", await outcome(handle.result())];
}

/** An operation by its name, and how it ends when it is executed and when it is started. */
export async function nexusEnds(name: "fails" | "isCancelled" | "refuses"): Promise<unknown[]> {
  return [
    await outcome(client.executeOperation(name, "because")),
    await outcome(client.startOperation(name, "because")),
  ];
}

export async function nexusFailureNotCaught(): Promise<void> {
  await client.executeOperation("fails", "because");
}

export async function nexusRetried(): Promise<unknown> {
  return await client.executeOperation("failsOnce", "twice");
}

export async function nexusTimeout(kind: string): Promise<unknown> {
  if (kind === "scheduleToStart") {
    return await outcome(
      client.executeOperation("neverStarts", undefined, { scheduleToStartTimeout: "2500ms" }),
    );
  }
  const options: Partial<StartNexusOperationOptions> =
    kind === "startToClose"
      ? { startToCloseTimeout: "1s" }
      : { scheduleToCloseTimeout: 2_500, summary: kind };
  const handle = await client.startOperation("never", undefined, options);
  return [handle.token, await outcome(handle.result())];
}

export async function nexusInParallel(): Promise<unknown[]> {
  return await Promise.all([
    client.executeOperation("echo", 1),
    sleep(20),
    client.executeOperation("runs", "completes"),
    client.executeOperation("echo", 2),
    outcome(client.executeOperation("fails", "one of many")),
  ]);
}

/** Cancels an operation that runs; then waits, so that its end comes into history. */
export async function nexusCancelled(way: Way, how: string): Promise<unknown[]> {
  const scope = new CancellationScope();
  const handle = await scope.run(() =>
    client.startOperation("runs", how, { cancellationType: way, summary: "to be cancelled" }),
  );
  scope.cancel();
  const told = await outcome(handle.result());
  await sleep(1_500);
  return [told, await client.executeOperation("echo", "after")];
}

/** Its handler takes note of the cancellation or refuses it, and the operation goes on until it times out. */
export async function nexusCancelledInVain(
  way: Way,
  name: "never" | "cannotBeCancelled",
): Promise<unknown[]> {
  const scope = new CancellationScope();
  const handle = await scope.run(() =>
    client.startOperation(name, undefined, { cancellationType: way, scheduleToCloseTimeout: "2500ms" }),
  );
  scope.cancel();
  const told = await outcome(handle.result());
  // The official SDK cannot go on after it has told of a request that failed and the operation then ends.
  if (name === "never" || way !== "WAIT_CANCELLATION_REQUESTED") await sleep(3_500);
  return [told, await client.executeOperation("echo", "after")];
}

/** Cancels an operation that the server knows and that has not started. */
export async function nexusCancelledBeforeStart(way: Way): Promise<unknown[]> {
  const scope = new CancellationScope();
  const starting = outcome(
    scope.run(() =>
      client.startOperation("startsLate", 5_000, { cancellationType: way, scheduleToCloseTimeout: "15s" }),
    ),
  );
  await sleep(100);
  scope.cancel();
  const told = await starting;
  // What became of the request is to come into history.
  if (told[0] === "returned") await sleep(700);
  return [told[0], told[1]];
}

/** Started and cancelled in one activation: the server never hears of them. */
export async function nexusCancelledBeforeSent(): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  for (const way of WAYS) {
    const scope = new CancellationScope();
    const executing = outcome(
      scope.run(() => client.executeOperation("never", undefined, { cancellationType: way })),
    );
    scope.cancel();
    outcomes.push(await executing);
  }
  const cancelled = new CancellationScope();
  cancelled.cancel();
  outcomes.push(await outcome(cancelled.run(() => client.executeOperation("echo", 1))));
  return [...outcomes, await client.executeOperation("echo", "after")];
}

/** Its operations are cancelled with it. */
export async function nexusCancelsWithWorkflow(): Promise<unknown> {
  try {
    return await client.executeOperation("runs", "waits");
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => client.executeOperation("echo", "cleaned up"));
  }
}

/** Waits for a signal while operations that nobody waits for end in every way. */
export async function nexusNotWaitedFor(): Promise<string> {
  let stopped = false;
  setHandler(stop, () => {
    stopped = true;
  });
  const handles = await Promise.all([
    client.startOperation("runs", "completes"),
    client.startOperation("runs", "fails"),
    client.startOperation("never", undefined, { scheduleToCloseTimeout: "2500ms" }),
  ]);
  await condition(() => stopped);
  return `${handles.length} left alone`;
}
