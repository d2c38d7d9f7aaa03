import { describe, expect, test } from "vitest";
import { Connection } from "../../src/client/mod.ts";
import { createGateway } from "../../src/gateway/mod.ts";
import { EmbeddedServer } from "../../src/server/mod.ts";

describe("polls through the gateway", () => {
  test("1,000 long polls at a time: each task comes to one of them, none is lost", async () => {
    const POLLS = 1_000;
    const server = new EmbeddedServer();
    const { address: upstream } = await server.listen();
    const gateway = createGateway({ upstream });
    const { address } = await gateway.listen();
    const connection = await Connection.connect({ address });
    const { workflowService } = connection;
    const taskQueue = { name: "many" };
    const namespace = "default";
    const leaving = new AbortController();
    const got = new Set<string>();
    const polls = Array.from({ length: POLLS }, async () => {
      const task = await workflowService.pollWorkflowTaskQueue(
        { namespace, taskQueue, identity: "p" },
        { abortSignal: leaving.signal },
      );
      got.add(task.workflowExecution?.workflowId ?? "");
    });
    const inFlight = (): string | undefined => /in_flight\{long="true"\} (\d+)/.exec(gateway.metrics())?.[1];
    await expect.poll(inFlight, { timeout: 20_000 }).toBe(String(POLLS));
    const before = process.memoryUsage().rss;
    for (let i = 0; i < POLLS; i += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, k) =>
          workflowService.startWorkflowExecution({
            namespace,
            taskQueue,
            workflowId: `w${i + k}`,
            workflowType: { name: "t" },
            requestId: `r${i + k}`,
          }),
        ),
      );
    }
    await Promise.all(polls);
    expect(got.size).toBe(POLLS);
    expect(got.has("")).toBe(false);
    expect(inFlight()).toBe("0");
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
    await connection.close();
    await gateway.close();
    await server.close();
  }, 60_000);

  test("callers that leave by the hundred leave nothing behind", async () => {
    const server = new EmbeddedServer();
    const { address: upstream } = await server.listen();
    const gateway = createGateway({ upstream });
    const { address } = await gateway.listen();
    const connection = await Connection.connect({ address });
    const polls = Array.from({ length: 300 }, () =>
      connection.workflowService.pollActivityTaskQueue({ namespace: "default", taskQueue: { name: "left" } }),
    );
    const ended = Promise.allSettled(polls);
    const inFlight = (): string | undefined => /in_flight\{long="true"\} (\d+)/.exec(gateway.metrics())?.[1];
    await expect.poll(inFlight, { timeout: 10_000 }).toBe("300");
    await connection.close();
    await expect.poll(inFlight, { timeout: 5_000 }).toBe("0");
    await ended;
    await gateway.close();
    await server.close();
  }, 30_000);
});
