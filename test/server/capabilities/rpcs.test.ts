import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { OperatorServiceHandlers } from "../../../src/gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import { WorkflowServiceHandlers } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import { EmbeddedServer } from "../../../src/server/mod.ts";

/** Names in the table under a heading, in the order of the alphabet. */
function listed(readme: string, from: string, to: string): string[] {
  const part = readme.slice(readme.indexOf(from) + from.length, readme.indexOf(to));
  const rows = part.split("\n").filter((line) => line.startsWith("| "));
  return rows.flatMap((row) => [...row.matchAll(/`([A-Za-z]+)`/g)].map(([, name = ""]) => name)).sort();
}

/** RPC → the feature of its row, as messages have it: what follows a colon. */
function features(readme: string): Readonly<Record<string, string>> {
  const from = readme.indexOf("Answering UNIMPLEMENTED");
  const rows = readme.slice(from, readme.indexOf("## What it lacks")).split("\n");
  const pairs = rows
    .filter((line) => line.startsWith("| "))
    .flatMap((row) => {
      const [, cell = ""] = row.split("|");
      const feature = (cell.split(": ").at(-1) ?? "").trim();
      return [...row.matchAll(/`([A-Za-z]+)`/g)].map(([, name = ""]) => [name, feature]);
    });
  return Object.fromEntries(pairs);
}

test("the README's tables name each RPC once, and tell which are served", async () => {
  const readme = readFileSync(new URL("../../../src/server/README.md", import.meta.url), "utf8");
  const server = new EmbeddedServer();
  const of = features(readme);
  const served: string[] = [];
  const missing: string[] = [];
  for (const { path } of [
    ...Object.values(WorkflowServiceHandlers),
    ...Object.values(OperatorServiceHandlers),
  ]) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    // An empty request comes to its end at once, whatever it comes to.
    const answer = await server.unary(path, new Uint8Array(), { timeoutMs: 1_000 }).catch((error) => error);
    if (!(answer instanceof RpcError) || answer.status !== GrpcStatus.UNIMPLEMENTED) served.push(name);
    else {
      const [what, instead = ""] = answer.details.split("): ");
      expect(what).toBe(`${name} is not implemented by Perdure's embedded server (${of[name]}`);
      expect(instead).not.toBe("");
      missing.push(name);
    }
  }
  await server.close();
  expect(listed(readme, "Served,", "Answering UNIMPLEMENTED")).toEqual(served.sort());
  expect(listed(readme, "Answering UNIMPLEMENTED", "## What it lacks")).toEqual(missing.sort());
});
