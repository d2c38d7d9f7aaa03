import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A gateway as a module that a host of edge functions runs: what its README says, before an upstream of a protocol over `fetch`. */
export async function gatewayModule(upstream: string, token: string): Promise<string> {
  const contents = `
    import { createGateway } from "perdure/gateway";
    const gateway = createGateway({
      upstream: { address: ${JSON.stringify(upstream)}, protocol: "connect" },
      auth: { kind: "tokens", tokens: [{ token: ${JSON.stringify(token)}, name: "one", namespaces: ["default"] }] },
      clientAddressHeader: "cf-connecting-ip",
      limits: { failuresPerMinutePerAddress: 3 },
    });
    export default { fetch: (request) => gateway.fetch(request) };
  `;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker"],
    alias: {
      "perdure/gateway": `${root}src/gateway/mod.ts`,
      "#platform/server": `${root}runtimes/edge/server.ts`,
      "#platform": `${root}runtimes/edge/mod.ts`,
    },
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
