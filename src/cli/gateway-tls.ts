import type { Listener, ServerTlsOptions } from "../gateway/mod.ts";
import type { ConnectionOptions, TLSConfig } from "../transport/mod.ts";
import { textOf, UsageError } from "./command.ts";
import type { CliHost, ParsedArgs } from "./host.ts";
import { renewFiles, type Started } from "./renew-files.ts";
import { connectionOptionsOf } from "./server-options.ts";

const PROGRAM = "perdure gateway";
const LISTEN_FILES = ["listen-cert", "listen-key", "listen-client-ca"] as const;
const UPSTREAM_FILES = ["tls-ca", "tls-cert", "tls-key"] as const;

/**
 * The certificates that callers see; undefined: none.
 *
 * @throws UsageError when there is one without its key
 */
export async function listenTlsOf(
  args: ParsedArgs,
  host: CliHost,
): Promise<Started<ServerTlsOptions, Listener> | undefined> {
  // Before they are read: what changes from now on is seen.
  const watch = host.watchFiles(pathsOf(args, LISTEN_FILES));
  const value = await readListenTls(args, host);
  if (value === undefined) return undefined;
  const what = "certificates for callers";
  return {
    value,
    renew: (listener) =>
      renewFiles(host, watch, {
        program: PROGRAM,
        what,
        renew: async () => listener.setTls((await readListenTls(args, host)) ?? value),
      }),
  };
}

async function readListenTls(args: ParsedArgs, host: CliHost): Promise<ServerTlsOptions | undefined> {
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

/** How to reach the server behind. */
export async function upstreamOf(args: ParsedArgs, host: CliHost): Promise<Started<ConnectionOptions, void>> {
  const watch = host.watchFiles(pathsOf(args, UPSTREAM_FILES));
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
  return {
    value: options.tls === undefined ? options : { ...options, tls: renewed },
    renew: () =>
      renewFiles(host, watch, {
        program: PROGRAM,
        what: "certificates for the server behind",
        renew: async () => {
          tls.current = (await connectionOptionsOf(args, host)).tls as TLSConfig | undefined;
        },
      }),
  };
}

function pathsOf(args: ParsedArgs, names: readonly string[]): string[] {
  return names.flatMap((name) => textOf(args, name) ?? []);
}
