import { expect, test } from "vitest";
import { GrpcStatus, RpcError, type RpcPort } from "../../src/platform/rpc-port.ts";
import { BorrowedPort } from "../../src/transport/borrowed-port.ts";

/** A port whose calls last until they are aborted, and that counts how often it was closed. */
function waitingPort(): RpcPort & { closed: number; aborted: number } {
  return {
    closed: 0,
    aborted: 0,
    unary(_path, _bytes, { signal }) {
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          this.aborted += 1;
          reject(new RpcError({ status: GrpcStatus.CANCELLED, details: "left", reason: "aborted" }));
        });
      });
    },
    async close() {
      this.closed += 1;
    },
  };
}

test("closing it ends its own calls, and neither the port below nor calls of others", async () => {
  const below = waitingPort();
  const [mine, theirs] = [new BorrowedPort(below), new BorrowedPort(below)];
  const call = mine.unary("/s/A", new Uint8Array(0), {});
  const ended = expect(call).rejects.toMatchObject({ status: GrpcStatus.UNAVAILABLE, reason: "closed" });
  const leave = new AbortController();
  const other = theirs.unary("/s/B", new Uint8Array(0), { signal: leave.signal });
  await mine.close();
  await ended;
  expect([below.closed, below.aborted]).toEqual([0, 1]);
  await expect(mine.unary("/s/C", new Uint8Array(0), {})).rejects.toMatchObject({ reason: "closed" });
  leave.abort();
  await expect(other).rejects.toMatchObject({ status: GrpcStatus.CANCELLED });
});

test("a call whose signal was aborted before is aborted below", async () => {
  const below: RpcPort = {
    unary: async (_path, _bytes, { signal }) => {
      throw new RpcError({
        status: GrpcStatus.CANCELLED,
        details: String(signal?.reason),
        reason: "aborted",
      });
    },
    close: async () => {},
  };
  const call = new BorrowedPort(below).unary("/s/A", new Uint8Array(0), {
    signal: AbortSignal.abort("enough"),
  });
  await expect(call).rejects.toMatchObject({ details: "enough" });
});
