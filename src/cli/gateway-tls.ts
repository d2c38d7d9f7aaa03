import type { Listener, ServerTlsOptions } from "../gateway/mod.ts";
import type { ConnectionOptions, TLSConfig } from "../transport/mod.ts";
import { textOf, UsageError } from "./command.ts";
import type { CliHost, ParsedArgs } from "./host.ts";
import { renewFiles } from "./renew-files.ts";
import { connectionOptionsOf } from "./server-options.ts";

const PROGRAM = "perdure gateway";
const LISTEN_FILES = ["listen-cert", "listen-key", "listen-client-ca"] as const;
const UPSTREAM_FILES = ["tls-ca", "tls-cert", "tls-key"] as const;

/**
 * The certificates that callers see.
 *
 * @throws UsageError when there is one without its key
 */
export async function listenTlsOf(args: ParsedArgs, host: CliHost): Promise<ServerTlsOptions | undefined> {
  const [certificate, key, authorities] = LISTEN_FILES.map((name) => textOf(args, name));
  if (certificate === undefined && key === undefined && authorities === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new UsageError("--listen-cert and --listen-key must be given together");
  }
  return {
    certificate: await host.readFile(certificate),
    key: await host.readFile(key),
    clientCertificates: authorities === undefined ? undefined : await host.readFile(authorities),
  };
}

/** Gives a listener its certificates anew when their files change; the result ends that. */
export function renewListenTls(args: ParsedArgs, host: CliHost, listener: Listener): () => void {
  return renewFiles(host, {
    program: PROGRAM,
    what: "certificates for callers",
    paths: pathsOf(args, LISTEN_FILES),
    renew: async () => {
      const tls = await listenTlsOf(args, host);
      if (tls !== undefined) listener.setTls(tls);
    },
  });
}

/** How to reach the server behind, and what renews the certificates of that until its own result is called. */
export async function upstreamOf(
  args: ParsedArgs,
  host: CliHost,
): Promise<{ readonly upstream: ConnectionOptions; readonly renew: () => () => void }> {
  const options = await connectionOptionsOf(args, host);
  const tls = { current: options.tls as TLSConfig | undefined };
  // Read by each new connection: so what is in force is what stands here.
  const renewed: TLSConfig = {
    get serverNameOverride() {
      return tls.current?.serverNameOverride;
    },
    get serverRootCACertificate() {
      return tls.current?.serverRootCACertificate;
    },
    get clientCertPair() {
      return tls.current?.clientCertPair;
    },
  };
  const renew = (): (() => void) =>
    renewFiles(host, {
      program: PROGRAM,
      what: "certificates for the server behind",
      paths: pathsOf(args, UPSTREAM_FILES),
      renew: async () => {
        tls.current = (await connectionOptionsOf(args, host)).tls as TLSConfig | undefined;
      },
    });
  return { upstream: options.tls === undefined ? options : { ...options, tls: renewed }, renew };
}

function pathsOf(args: ParsedArgs, names: readonly string[]): string[] {
  return names.flatMap((name) => textOf(args, name) ?? []);
}
