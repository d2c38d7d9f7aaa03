/** Workflows that older official SDKs recorded: only what version 1.9 has. See test/interop/versions. */
import {
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  executeChild,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  uuid4,
} from "perdure/workflow";

interface Activities {
  greet(name: string): Promise<string>;
  slow(label: string, delayMs: number): Promise<string>;
  fail(message: string): Promise<never>;
}

const { greet, slow, fail } = proxyActivities<Activities>({
  startToCloseTimeout: "1 minute",
  retry: { maximumAttempts: 1 },
});
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: "10 seconds" });

const push: ReturnType<typeof defineSignal<[string]>> = defineSignal<[string]>("push");
const set: ReturnType<typeof defineUpdate<string, [string]>> = defineUpdate<string, [string]>("set");

export async function activities(): Promise<string[]> {
  const first = await greet("first");
  const others = await Promise.all([
    greet("second"),
    slow("third", 50),
    fail("on purpose").catch(() => "failed"),
  ]);
  return [first, ...others];
}

export async function timers(): Promise<string> {
  await sleep(10);
  const winner = await Promise.race([sleep(20).then(() => "timer"), slow("activity", 2000)]);
  await Promise.all([sleep(30), sleep("10 milliseconds"), sleep(0)]);
  return winner;
}

export async function signals(): Promise<string[]> {
  const seen: string[] = [];
  setHandler(push, async (value) => {
    seen.push(value);
    seen.push(await greet(value));
  });
  await condition(() => seen.length >= 6);
  return seen;
}

export async function patches(): Promise<string[]> {
  const done: string[] = [];
  for (const id of ["one", "two"]) {
    if (patched(id)) done.push(await greet(id));
    await sleep(5);
  }
  return done;
}

export async function scopes(): Promise<string[]> {
  const done: string[] = [];
  const caught = (name: string) => (error: unknown) => {
    done.push(`${name}: ${isCancellation(error)}`);
  };
  await CancellationScope.withTimeout(20, async () => {
    await sleep(60_000);
  }).catch(caught("timeout"));
  const scope = new CancellationScope();
  const running = scope.run(async () => {
    await CancellationScope.nonCancellable(async () => {
      done.push(await slow("shielded", 30));
    });
    await slow("never", 60_000);
  });
  await sleep(10);
  scope.cancel();
  await running.catch(caught("scope"));
  await CancellationScope.cancellable(async () => {
    await sleep(1);
  });
  return done;
}

export async function child(name: string): Promise<string> {
  await sleep(5);
  return await greet(name);
}

export async function children(): Promise<string[]> {
  const id = uuid4();
  return await Promise.all(
    ["a", "b"].map((name) => executeChild(child, { args: [name], workflowId: `${name}-${id}` })),
  );
}

export async function conditions(): Promise<boolean[]> {
  let ready = false;
  setHandler(push, () => {
    ready = true;
  });
  const late = await condition(() => false, 10);
  const inTime = await condition(() => ready, "1 minute");
  return [late, inTime];
}

export async function continued(left: number): Promise<string> {
  await sleep(1);
  if (left > 0) await continueAsNew<typeof continued>(left - 1);
  return `${Math.random()}`.slice(0, 2);
}

export async function locals(): Promise<string[]> {
  const first = await local.greet("local");
  const others = await Promise.all([local.slow("slow", 20), local.greet("other"), greet("remote")]);
  await sleep(5);
  return [first, ...others];
}

export async function updates(): Promise<string[]> {
  const values: string[] = [];
  setHandler(
    set,
    async (value) => {
      values.push(value);
      return await greet(value);
    },
    {
      validator: (value) => {
        if (value === "") throw new Error("empty");
      },
    },
  );
  await condition(() => values.length >= 2);
  await sleep(5);
  return values;
}
