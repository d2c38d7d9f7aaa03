import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { Stage } from "../scenarios/stage.ts";
import { turn, withServer } from "./faulty-server.ts";

const AWAY = { status: GrpcStatus.UNAVAILABLE, details: "the server is away, on purpose" };

function dial(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const [host, port] = address.split(":");
    const socket = connect({ host: host ?? "", port: Number(port) }, () => resolve(socket));
    socket.once("error", reject);
  });
}

test("away, every call fails, those that wait too; back, all that was is there", async () => {
  await withServer(async ({ server, stage }) => {
    const runId = await stage.start();
    const waiting = [stage.pollActivity(), stage.pollTask(stage.id("empty"))].map((poll) =>
      expect(poll).rejects.toMatchObject({ ...AWAY, reason: "server" }),
    );
    await turn();
    const outage = await server.faults.outage();
    await Promise.all(waiting);
    await expect(stage.start({ workflowId: "other" })).rejects.toMatchObject(AWAY);
    await expect(server.faults.outage()).rejects.toThrow("the server is away already");
    await outage.back();
    await outage.back();
    expect((await stage.pollTask()).workflowExecution?.runId).toBe(runId);
    await (await server.faults.outage()).back();
  });
});

test("away, its ports are shut; back, they are open where they were, with the same state", async () => {
  await withServer(async ({ server, stage }) => {
    const listener = await server.listen({ httpPort: 0 });
    const { address, httpAddress = "" } = listener;
    const runId = await stage.start();
    {
      await using _ = await server.faults.outage();
      await expect(dial(address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
      await expect(dial(httpAddress)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    }
    const connection = Connection.lazy({ address, interceptors: [] });
    const { workflowExecutionInfo } = await connection.workflowService.describeWorkflowExecution({
      namespace: stage.namespace,
      execution: stage.execution,
    });
    expect(workflowExecutionInfo?.execution?.runId).toBe(runId);
    (await dial(httpAddress)).destroy();
    await connection.close();
    await listener.close();
    await expect(dial(address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

test("a port that was closed while the server was away stays closed", async () => {
  await withServer(async ({ server }) => {
    const listener = await server.listen();
    const outage = await server.faults.outage();
    await listener.close();
    await outage.back();
    await expect(dial(listener.address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

test("connections are cut on every port, and the next call makes a new one", async () => {
  await withServer(async ({ server, stage }) => {
    const listeners = [await server.listen(), await server.listen()];
    const sockets = await Promise.all(listeners.map(({ address }) => dial(address)));
    const cut = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    const [first] = listeners;
    const connection = Connection.lazy({ address: first?.address ?? "", interceptors: [] });
    const remote = new Stage(connection, stage.namespace);
    await remote.start();
    const polling = remote.pollActivity();
    const failed = expect(polling).rejects.toMatchObject({ status: GrpcStatus.UNAVAILABLE });
    await remote.events();
    server.faults.dropConnections();
    await Promise.all([...cut, failed]);
    expect(await remote.events()).toHaveLength(2);
    await connection.close();
  });
});

test("after a GOAWAY calls under way are answered, and later ones too", async () => {
  await withServer(async ({ server, stage }) => {
    const { address } = await server.listen();
    const connection = Connection.lazy({ address, interceptors: [] });
    const remote = new Stage(connection, stage.namespace);
    const polling = remote.pollTask();
    await connection.workflowService.getSystemInfo({});
    server.faults.goAway();
    await remote.start();
    expect((await polling).workflowExecution?.workflowId).toBe(remote.workflowId);
    await connection.close();
  });
});
