import { describe, expect, test } from "vitest";
import { Client } from "../../src/client/mod.ts";
import type { Init } from "../../src/codec-runtime/init.ts";
import type { ListWorkflowExecutionsResponse } from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { type Answers, fakeServer, json } from "./fake-server.ts";

/** A server with workflows w0 … w(n-1), which gives them in pages. */
function listing(count: number, pageSize: number): Answers {
  return {
    listWorkflowExecutions: ({ nextPageToken }): Init<ListWorkflowExecutionsResponse> => {
      const from = nextPageToken[0] ?? 0;
      const to = Math.min(count, from + pageSize);
      return {
        executions: Array.from({ length: to - from }, (_, index) => ({
          execution: { workflowId: `w${from + index}`, runId: "r" },
          startTime: {},
          status: 1,
        })),
        nextPageToken: to < count ? new Uint8Array([to]) : undefined,
      };
    },
  };
}

const ids = async (source: AsyncIterable<{ readonly workflowId: string }>): Promise<string[]> => {
  const found: string[] = [];
  for await (const { workflowId } of source) found.push(workflowId);
  return found;
};

describe("listing", () => {
  test("asks for pages as they are read, and each reading starts anew", async () => {
    const server = fakeServer(listing(5, 2));
    const list = new Client({ connection: server.connection }).workflow.list({ pageSize: 2 });
    expect(server.calls).toEqual([]);
    for await (const { workflowId } of list) if (workflowId === "w1") break;
    expect(server.calls.length).toBe(1);
    expect(await ids(list)).toEqual(["w0", "w1", "w2", "w3", "w4"]);
    expect(server.calls.length).toBe(4);
  });

  test("sends query and page size", async () => {
    const server = fakeServer({
      listWorkflowExecutions: (request) => {
        expect(request).toMatchObject({ query: "A = 1", pageSize: 7, namespace: "default" });
        return {};
      },
    });
    expect(
      await ids(new Client({ connection: server.connection }).workflow.list({ query: "A = 1", pageSize: 7 })),
    ).toEqual([]);
    expect(server.calls.length).toBe(1);
  });

  test("can be read by pages, and taken up again at a token", async () => {
    const { workflow } = new Client({ connection: fakeServer(listing(5, 2)).connection });
    const sizes: number[] = [];
    let token: Uint8Array | undefined;
    for await (const page of workflow.list().pages()) {
      sizes.push(page.executions.length);
      token ??= page.nextPageToken;
    }
    expect(sizes).toEqual([2, 2, 1]);
    expect(await ids(workflow.list({ nextPageToken: token }))).toEqual(["w2", "w3", "w4"]);
  });

  test("refuses bad options", () => {
    const { workflow } = new Client({ connection: fakeServer({}).connection });
    expect(() => workflow.list({ pageSize: 0 })).toThrow(/pageSize is 0; it must be a positive integer/);
    expect(() => workflow.list({ query: 7 as unknown as string })).toThrow(/query is 7/);
    expect(() => workflow.list().intoHistories({ concurrency: 0 })).toThrow(/concurrency is 0/);
  });
});

test("counting gives groups", async () => {
  const server = fakeServer({
    countWorkflowExecutions: ({ query }) => ({
      count: 3n,
      groups: [{ count: 3n, groupValues: [json(query)] }],
    }),
  });
  expect(await new Client({ connection: server.connection }).workflow.count("GROUP BY X")).toEqual({
    count: 3,
    groups: [{ count: 3, groupValues: [["GROUP BY X"]] }],
  });
});

describe("histories of listed workflows", () => {
  test("are fetched several at a time, never more than allowed", async () => {
    let working = 0;
    let most = 0;
    const server = fakeServer({
      ...listing(20, 6),
      getWorkflowExecutionHistory: async () => {
        most = Math.max(most, ++working);
        await new Promise((resolve) => setTimeout(resolve, 1));
        working--;
        return { history: { events: [{ eventId: 1n }] } };
      },
    });
    const { workflow } = new Client({ connection: server.connection });
    const found = await ids(workflow.list().intoHistories({ concurrency: 3 }));
    expect(found.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `w${index}`).toSorted());
    expect(most).toBe(3);
  });

  test("run ahead of the reader by no more than bufferLimit", async () => {
    let fetched = 0;
    const server = fakeServer({
      ...listing(50, 50),
      getWorkflowExecutionHistory: () => {
        fetched++;
        return { history: { events: [] } };
      },
    });
    const { workflow } = new Client({ connection: server.connection });
    const reader = workflow.list().intoHistories({ concurrency: 2, bufferLimit: 3 })[Symbol.asyncIterator]();
    await reader.next();
    // Everything here goes by microtasks: one turn and it has come to rest.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(fetched).toBe(6);
    await reader.return?.();
  });

  test("end with the first error", async () => {
    const server = fakeServer({
      ...listing(9, 9),
      getWorkflowExecutionHistory: ({ execution }) => {
        if (execution?.workflowId === "w4") throw new Error("broken");
        return { history: { events: [] } };
      },
    });
    const { workflow } = new Client({ connection: server.connection });
    await expect(ids(workflow.list().intoHistories({ concurrency: 1 }))).rejects.toThrow(/Unexpected error/);
    expect(server.calls.filter((name) => name === "getWorkflowExecutionHistory").length).toBe(5);
  });
});
