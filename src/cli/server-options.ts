import type { ConnectionOptions } from "../transport/mod.ts";
import { isOn, textOf, UsageError } from "./command.ts";
import type { CliHost, OptionTable, ParsedArgs } from "./host.ts";

/** Options by which any command reaches a server. */
export const serverOptions: OptionTable = {
  address: {
    type: "string",
    value: "host:port",
    help: "Server. Default: TEMPORAL_ADDRESS, or localhost:7233",
  },
  namespace: { type: "string", value: "name", help: "Default: TEMPORAL_NAMESPACE, or default" },
  "api-key": { type: "string", value: "key", help: "Default: TEMPORAL_API_KEY" },
  tls: { type: "boolean", help: "Connect with TLS, trusting the system's certificates" },
  "tls-ca": { type: "string", value: "file", help: "Certificates to trust, PEM" },
  "tls-cert": { type: "string", value: "file", help: "Own certificate for mutual TLS, PEM" },
  "tls-key": { type: "string", value: "file", help: "Its key, PEM" },
  "tls-server-name": { type: "string", value: "name", help: "Name that the server's certificate has" },
};

/** The namespace that the user means. */
export function namespaceOf(args: ParsedArgs, host: CliHost): string {
  return textOf(args, "namespace") ?? host.env("TEMPORAL_NAMESPACE") ?? "default";
}

/**
 * How to reach the server that the user means.
 *
 * @throws UsageError when the options contradict each other
 */
export async function connectionOptionsOf(args: ParsedArgs, host: CliHost): Promise<ConnectionOptions> {
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    const path = textOf(args, name);
    return path === undefined ? undefined : host.readFile(path);
  };
  const [serverRootCACertificate, crt, key] = await Promise.all([
    read("tls-ca"),
    read("tls-cert"),
    read("tls-key"),
  ]);
  if ((crt === undefined) !== (key === undefined)) {
    throw new UsageError("--tls-cert and --tls-key must be given together");
  }
  const serverNameOverride = textOf(args, "tls-server-name");
  const apiKey = textOf(args, "api-key") ?? host.env("TEMPORAL_API_KEY");
  const clientCertPair = crt === undefined || key === undefined ? undefined : { crt, key };
  const isSecure =
    isOn(args, "tls") ||
    [serverRootCACertificate, clientCertPair, serverNameOverride].some((one) => one !== undefined);
  return {
    address: textOf(args, "address") ?? host.env("TEMPORAL_ADDRESS"),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(isSecure ? { tls: { serverRootCACertificate, clientCertPair, serverNameOverride } } : {}),
  };
}
