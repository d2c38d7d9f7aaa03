/** An API key that expires under a running worker, over TLS and real sockets; only the worker's clock is the test's. */
import { expect, test } from "vitest";
import { workerPlatform } from "#platform/worker";
import { noopMetricMeter } from "../../src/common/meter.ts";
import { GrpcStatus, RpcError } from "../../src/platform/rpc-port.ts";
import { type ApiKey, Connection } from "../../src/transport/mod.ts";
import { createRun } from "../../src/worker/create-run.ts";
import { makeAuthority, makeCertificate } from "../transport/certificates.ts";
import { until as untilSoon } from "../transport/fault.ts";
import { startServer } from "../transport/grpc-server.ts";
import { activityTask } from "./activity-fixture.ts";
import { FakeServer } from "./fake-server.ts";
import { ManualClock } from "./manual-clock.ts";
import { RecordedLog } from "./recorded-log.ts";

const authority = makeAuthority("Perdure test authority");
const certificate = makeCertificate(authority, ["127.0.0.1"]);

/** A server that accepts one key at a time, and a worker that polls it. */
async function startWorker(apiKey: ApiKey) {
  const frontend = new FakeServer();
  const gate = { key: "first", refused: 0 };
  const cutting = new AbortController();
  const server = await startServer(
    ({ path, headers, request, ok, fail }) => {
      if (headers["authorization"] !== `Bearer ${gate.key}`) {
        gate.refused += 1;
        fail(GrpcStatus.UNAUTHENTICATED, "Request unauthorized.");
        return;
      }
      frontend.unary(path, request, { signal: cutting.signal }).then(
        ({ bytes }) => ok(bytes),
        (error: unknown) =>
          fail(error instanceof RpcError ? error.status : GrpcStatus.INTERNAL, String(error)),
      );
    },
    { tls: { cert: Buffer.from(certificate.certificate), key: Buffer.from(certificate.key) } },
  );
  const connection = await Connection.connect({
    address: server.address,
    tls: { serverRootCACertificate: authority.certificate },
    apiKey,
  });
  const clock = new ManualClock();
  const log = new RecordedLog();
  const { run } = await createRun(
    { taskQueue: "queue", activities: { quick: () => 1 }, maxConcurrentActivityTaskPolls: 2 },
    {
      platform: workerPlatform,
      identity: () => "me",
      env: () => undefined,
      clock,
      random: () => 0.5,
      logger: log,
      metricMeter: noopMetricMeter,
      connection: () => connection,
    },
  );
  const running = run.run();
  const ended = running.then(
    () => undefined,
    (error: unknown) => error,
  );
  await untilSoon(() => frontend.polls.activity.length === 2, "two polls");
  return {
    frontend,
    gate,
    connection,
    clock,
    log,
    run,
    ended,
    /** The server knows another key from now on, and ends the polls under way. */
    expire: (key: string): void => {
      gate.key = key;
      for (const poll of frontend.polls.activity.splice(0)) poll.resolve(new Uint8Array());
    },
    works: async (): Promise<void> => {
      await untilSoon(() => frontend.polls.activity.length === 2, "polls with the new key");
      frontend.giveActivity(activityTask("quick", []));
      await untilSoon(() => frontend.seen("RespondActivityTaskCompleted").length === 1, "the answer");
    },
    close: async (): Promise<void> => {
      cutting.abort();
      await connection.close();
      await server.close();
    },
  };
}

const FAILED = "Polling for activity tasks failed; trying again";

test("a key that stays expired: a minute of warnings, then the worker ends with an error that says why", async () => {
  const { gate, clock, log, run, ended, expire, close } = await startWorker("first");
  expire("second");
  // Both pollers are refused at once, and then every ten seconds.
  for (let attempt = 1; attempt <= 6; attempt++) {
    await untilSoon(
      () => log.lines.filter(({ message }) => message === FAILED).length === 2 * attempt,
      "a line",
    );
    expect(run.state).toBe("RUNNING");
    await clock.advance(10_000);
  }
  const error = await ended;
  expect(String(error)).toMatch(/Polling for activity tasks failed for good: .*Request unauthorized/);
  expect((error as Error).cause).toMatchObject({ status: GrpcStatus.UNAUTHENTICATED, reason: "server" });
  expect(log.lines.find(({ message }) => message === FAILED)).toMatchObject({
    level: "WARN",
    meta: { delayMs: 10_000, error: { status: GrpcStatus.UNAUTHENTICATED } },
  });
  expect(run.state).toBe("FAILED");
  expect(gate.refused).toBeGreaterThanOrEqual(13);
  await close();
});

test("a key from a function is asked for again at once: the worker notices nothing", async () => {
  let key = "first";
  const { log, run, ended, expire, works, close } = await startWorker(async () => key);
  key = "second";
  expire("second");
  await works();
  expect(log.lines.filter(({ message }) => message === FAILED)).toEqual([]);
  run.shutdown();
  await close();
  expect(await ended).toBeUndefined();
});

test("connection.setApiKey within the minute: the worker goes on", async () => {
  const { connection, clock, log, run, ended, expire, works, close } = await startWorker("first");
  expire("second");
  await untilSoon(() => log.lines.filter(({ message }) => message === FAILED).length === 2, "two warnings");
  connection.setApiKey("second");
  await clock.advance(10_000);
  await works();
  run.shutdown();
  await close();
  expect(await ended).toBeUndefined();
});
