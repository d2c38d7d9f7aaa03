import { describe, expect, test } from "vitest";
import {
  ActivityCancelledError,
  ActivityCompletionError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
  ApplicationFailure,
  Client,
  NamespaceNotFoundError,
} from "../../src/client/mod.ts";
import { encodeNamespaceNotFoundFailure } from "../../src/gen/codec/temporal/api/errordetails/v1/message.ts";
import { type Answers, fakeServer, fromJson, rpcError } from "./fake-server.ts";

const token = new Uint8Array([1, 2, 3]);
const id = { workflowId: "w", runId: "r", activityId: "7" };

/** A server that notes every request about activities. */
function noting(seen: unknown[]): Answers {
  const note = (request: unknown): Record<string, never> => {
    seen.push(request);
    return {};
  };
  return {
    respondActivityTaskCompleted: note,
    respondActivityTaskCompletedById: note,
    respondActivityTaskFailed: note,
    respondActivityTaskFailedById: note,
    respondActivityTaskCanceled: note,
    respondActivityTaskCanceledById: note,
    recordActivityTaskHeartbeat: note,
    recordActivityTaskHeartbeatById: note,
  };
}

const clientOf = (answers: Answers): Client =>
  new Client({ connection: fakeServer(answers).connection, namespace: "shop", identity: "me" });

for (const [name, activity, fields] of [
  ["by token", token, { taskToken: expect.anything() }],
  ["by ids", id, id],
] as const) {
  describe(`activities named ${name}`, () => {
    const common = { ...fields, namespace: "shop", identity: "me" };

    test("are completed", async () => {
      const seen: { result?: { payloads: { data: Uint8Array }[] } }[] = [];
      await clientOf(noting(seen)).activity.complete(activity, { paid: true });
      expect(seen).toMatchObject([common]);
      expect(seen[0]?.result?.payloads.map(fromJson)).toEqual([{ paid: true }]);
    });

    test("are failed with anything", async () => {
      const seen: unknown[] = [];
      const client = clientOf(noting(seen));
      await client.activity.fail(activity, ApplicationFailure.nonRetryable("declined", "Card"));
      await client.activity.fail(activity, new RangeError("too much"));
      expect(seen).toMatchObject([
        {
          ...common,
          failure: { message: "declined", failureInfo: { value: { type: "Card", nonRetryable: true } } },
        },
        { ...common, failure: { message: "too much", failureInfo: { value: { type: "RangeError" } } } },
      ]);
    });

    test("confirm their cancellation, and beat", async () => {
      const seen: { details?: { payloads: { data: Uint8Array }[] } }[] = [];
      const client = clientOf(noting(seen));
      await client.activity.reportCancellation(activity, "stopped");
      await client.activity.heartbeat(activity, 17);
      expect(seen).toMatchObject([common, common]);
      expect(seen.map(({ details }) => details?.payloads.map(fromJson))).toEqual([["stopped"], [17]]);
    });
  });
}

test("the answer to a heartbeat tells what the activity is to do", async () => {
  const answering = (answer: object): Promise<void> =>
    clientOf({ recordActivityTaskHeartbeat: () => answer }).activity.heartbeat(token);
  await expect(answering({})).resolves.toBeUndefined();
  await expect(answering({ cancelRequested: true, activityPaused: true })).rejects.toBeInstanceOf(
    ActivityCancelledError,
  );
  await expect(answering({ activityReset: true, activityPaused: true })).rejects.toBeInstanceOf(
    ActivityResetError,
  );
  await expect(answering({ activityPaused: true })).rejects.toBeInstanceOf(ActivityPausedError);
});

test("errors of the server become errors of their own class", async () => {
  const failing = (error: Error): Promise<void> =>
    clientOf({
      respondActivityTaskCompleted: () => {
        throw error;
      },
    }).activity.complete(token, 1);
  await expect(failing(rpcError(5, "gone"))).rejects.toBeInstanceOf(ActivityNotFoundError);
  await expect(failing(rpcError(3, "bad token"))).rejects.toBeInstanceOf(ActivityCompletionError);
  await expect(failing(rpcError(3, "bad token"))).rejects.toThrow("bad token");
  const value = encodeNamespaceNotFoundFailure({ namespace: "shop" });
  await expect(
    failing(rpcError(5, "gone", { name: "NamespaceNotFoundFailure", value })),
  ).rejects.toBeInstanceOf(NamespaceNotFoundError);
});

test("bad names of activities are refused before anything is sent", async () => {
  const { activity } = clientOf({});
  await expect(activity.complete(new Uint8Array(0), 1)).rejects.toThrow(/taskToken is empty/);
  await expect(activity.complete({ activityId: "" }, 1)).rejects.toThrow(/activityId is ""/);
  await expect(activity.complete("token" as unknown as Uint8Array, 1)).rejects.toThrow(
    /activity is "token"; it must be a task token/,
  );
  await expect(activity.complete(token, 1n)).rejects.toThrow(/bigint/);
});
