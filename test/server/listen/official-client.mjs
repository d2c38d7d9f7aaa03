// The official SDK's connections, which are not ours: grpc-js of its client and tonic of its worker, on our listeners.
// `npx tsx test/server/listen/official-client.mjs`, after `npm ci --prefix test/interop`.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import process from "node:process";
import { makeAuthority, makeCertificate } from "../../transport/certificates.ts";
import { serving } from "./served.ts";

const require = createRequire(new URL("../../interop/package.json", import.meta.url));
const { Connection } = require("@temporalio/client");
const { NativeConnection } = require("@temporalio/worker");

const authority = makeAuthority("Perdure test authority");
const certificate = makeCertificate(authority, ["temporal.test", "127.0.0.1"]);
const trusting = {
  serverRootCACertificate: Buffer.from(authority.certificate),
  serverNameOverride: "temporal.test",
};

/** What every client must get. */
async function speaks(connection, waiting) {
  const { workflowService } = connection;
  assert.equal((await workflowService.getSystemInfo({})).serverVersion, "1.32.0");
  const page = await workflowService.getWorkflowExecutionHistory({ maximumPageSize: 3_000_000 });
  assert.equal(page.nextPageToken.length, 3_000_000);
  await assert.rejects(workflowService.describeNamespace({ namespace: "100% n" }), (error) => {
    assert.equal(error.code, 5);
    assert.match(error.message, /Namespace 100% n is not found\./);
    return true;
  });
  const deadline = connection.withDeadline(Date.now() + 300, () => workflowService.pollWorkflowTaskQueue({}));
  await assert.rejects(deadline, (error) => error.code === 4 || error.code === 1);
  const end = Date.now() + 3_000;
  while (waiting.size > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(waiting.size, 0);
  await connection.close();
}

const cases = {
  "client, plaintext": [{}, (address) => Connection.connect({ address })],
  "client, gzip": [{ compress: "accepted" }, (address) => Connection.connect({ address })],
  "client, TLS": [{ tls: certificate }, (address) => Connection.connect({ address, tls: trusting })],
  "worker, plaintext": [{}, (address) => NativeConnection.connect({ address })],
  "worker, gzip": [{ compress: "accepted" }, (address) => NativeConnection.connect({ address })],
  "worker, TLS": [{ tls: certificate }, (address) => NativeConnection.connect({ address, tls: trusting })],
};

let passed = 0;
let failed = 0;
for (const [name, [options, connect]] of Object.entries(cases)) {
  try {
    await serving(options, async ({ listener, waiting }) => speaks(await connect(listener.address), waiting));
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 ? 1 : 0);
