import {
  createGateway,
  type Gateway,
  type GatewayAuth,
  type GatewayListenOptions,
  type GatewayLogEntry,
  type GatewayToken,
  type Listener,
  RPC_GROUPS,
  type RpcGroup,
} from "../gateway/mod.ts";
import type { ConnectionOptions } from "../transport/mod.ts";
import { type Command, countOf, ExitCode, isOn, textOf, textsOf, UsageError } from "./command.ts";
import { listenTlsOf, upstreamOf } from "./gateway-tls.ts";
import { tokensOf } from "./gateway-tokens.ts";
import type { CliHost, OptionTable, ParsedArgs } from "./host.ts";
import { serverOptions } from "./server-options.ts";

const DEFAULT_LISTEN = "127.0.0.1:8080";
const { address: _address, namespace: _namespace, ...connecting } = serverOptions;

/** Options by which callers are known. */
const AUTH: OptionTable = {
  tokens: {
    type: "string",
    value: "file",
    help: 'JSON: [{ "token", "name", "namespaces", "groups", "taskQueues", "requestsPerSecond", "maxPolls" }]. Read again when it changes',
  },
  "jwks-url": {
    type: "string",
    value: "url",
    help: "Callers have signed tokens; their issuer's keys are here",
  },
  "jwt-issuer": { type: "string", value: "text", help: "What `iss` of signed tokens must be" },
  "jwt-audience": { type: "string", value: "text", help: "What `aud` of signed tokens must hold" },
  "allow-namespace": {
    type: "string",
    value: "name",
    multiple: true,
    help: "Namespaces of callers with signed tokens. Default: all. May be repeated",
  },
  "allow-group": {
    type: "string",
    value: "name",
    multiple: true,
    help: "What they may do: read, start, signal, worker, operator. Default: all but operator",
  },
  "allow-task-queue": {
    type: "string",
    value: "name",
    multiple: true,
    help: "Their task queues. Default: all. May be repeated",
  },
  "pass-through": { type: "boolean", help: "The server checks callers: it gets their authorization" },
  open: { type: "boolean", help: "Let everybody call, from other machines too" },
};

/** `perdure gateway`: a gateway to a Temporal server. */
export const gatewayCommand: Command = {
  name: "gateway",
  summary: "Lets clients of gRPC, gRPC-Web, Connect and HTTP/JSON reach a Temporal server.",
  usage: ["perdure gateway --upstream host:7233 --listen 8080 [--tokens FILE] [--cors-origin URL]..."],
  options: {
    upstream: {
      type: "string",
      value: "host:port",
      help: "Server. Default: TEMPORAL_ADDRESS, or localhost:7233",
    },
    listen: {
      type: "string",
      value: "[host:]port",
      help: `Default ${DEFAULT_LISTEN}. Other machines reach a host such as 0.0.0.0; callers must then be known`,
    },
    ...AUTH,
    "cors-origin": {
      type: "string",
      value: "url",
      multiple: true,
      help: "Origin of web pages that may call. May be repeated",
    },
    "forward-metadata": {
      type: "string",
      value: "name",
      multiple: true,
      help: "Metadata that the server gets besides the usual. May be repeated",
    },
    "client-address-header": {
      type: "string",
      value: "name",
      help: "Header in which a proxy in front says who calls, such as x-forwarded-for",
    },
    rps: { type: "string", value: "number", help: "Calls per second of all callers" },
    "rps-per-caller": { type: "string", value: "number", help: "Calls per second of each caller" },
    "rps-per-address": {
      type: "string",
      value: "number",
      help: "Calls per second of each address, counted before it is known who calls",
    },
    "max-connections": {
      type: "string",
      value: "number",
      help: "Connections at a time; more are refused. Default 10000",
    },
    "max-polls": { type: "string", value: "number", help: "Polls of workers at a time" },
    "max-poll-ms": { type: "string", value: "number", help: "Longest time of a poll. Default 70000" },
    "listen-cert": {
      type: "string",
      value: "file",
      help: "Own certificate, PEM: callers come by TLS. All certificates are read again when their files change",
    },
    "listen-key": { type: "string", value: "file", help: "Its key, PEM" },
    "listen-client-ca": {
      type: "string",
      value: "file",
      help: "Callers must have a certificate of these authorities, PEM",
    },
    quiet: { type: "boolean", help: "Print no line of JSON for each call" },
    ...connecting,
  },
  run: async (args, host) => {
    const tls = await listenTlsOf(args, host);
    const maxConnections = countOf(args, "max-connections");
    const where: GatewayListenOptions = {
      ...addressOf(args),
      maxConnections,
      ...(tls && { tls: tls.value }),
    };
    const behind = await upstreamOf(args, host);
    const tokens = await tokensOf(args, host);
    const gateway = gatewayOf(args, host, { auth: authOf(args, tokens?.value), upstream: behind.value });
    const stopped = host.untilAskedToStop();
    const listener = await open(gateway, where);
    const endings = [behind.renew(), tls?.renew(listener), tokens?.renew(gateway)];
    const upstream = textOf(args, "upstream") ?? host.env("TEMPORAL_ADDRESS") ?? "localhost:7233";
    host.out(
      `Gateway:  ${listener.address} (gRPC, gRPC-Web, Connect, HTTP API)\nUpstream: ${upstream}\nCtrl-C stops it.\n`,
    );
    const signal = await stopped;
    host.err(`perdure gateway: ${signal}, letting calls under way end\n`);
    for (const end of endings) end?.();
    await gateway.close();
    return ExitCode.ok;
  },
};

async function open(gateway: Gateway, where: GatewayListenOptions): Promise<Listener> {
  try {
    return await gateway.listen(where);
  } catch (error) {
    await gateway.close();
    if (error instanceof TypeError && !error.message.startsWith("auth:")) {
      throw new UsageError(error.message, { cause: error });
    }
    if (error instanceof TypeError) {
      throw new UsageError(
        `${where.host} can be reached from other machines: say who may call by --tokens, --jwks-url, --pass-through, --listen-client-ca or --open`,
        { cause: error },
      );
    }
    const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!taken) throw error;
    throw new UsageError(`port ${where.port} is taken; choose another with --listen`, { cause: error });
  }
}

function gatewayOf(
  args: ParsedArgs,
  host: CliHost,
  { auth, upstream }: { readonly auth: GatewayAuth | undefined; readonly upstream: ConnectionOptions },
): Gateway {
  const address = textOf(args, "upstream");
  try {
    return createGateway({
      upstream: address === undefined ? upstream : { ...upstream, address },
      corsOrigins: textsOf(args, "cors-origin"),
      forwardMetadata: textsOf(args, "forward-metadata"),
      clientAddressHeader: textOf(args, "client-address-header"),
      limits: {
        requestsPerSecond: countOf(args, "rps"),
        requestsPerSecondPerCaller: countOf(args, "rps-per-caller"),
        requestsPerSecondPerAddress: countOf(args, "rps-per-address"),
        maxPolls: countOf(args, "max-polls"),
      },
      maxPollMs: countOf(args, "max-poll-ms"),
      ...(auth === undefined ? {} : { auth }),
      ...(isOn(args, "quiet") ? {} : { log: (entry) => host.err(lineOf(entry)) }),
    });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}

function lineOf(entry: GatewayLogEntry): string {
  return `${JSON.stringify({ ...entry, timeMs: undefined, time: new Date(entry.timeMs).toISOString(), durationMs: Math.round(entry.durationMs) })}\n`;
}

function authOf(args: ParsedArgs, tokens: readonly GatewayToken[] | undefined): GatewayAuth | undefined {
  const jwksUrl = textOf(args, "jwks-url");
  const passThrough = isOn(args, "pass-through");
  const isOpen = isOn(args, "open");
  if ([tokens !== undefined, jwksUrl !== undefined, passThrough, isOpen].filter(Boolean).length > 1) {
    throw new UsageError("--tokens, --jwks-url, --pass-through and --open: give one of them");
  }
  if (tokens !== undefined) return { kind: "tokens", tokens };
  if (jwksUrl !== undefined) return jwtOf(jwksUrl, args);
  if (passThrough) return { kind: "pass-through" };
  return isOpen ? { kind: "open", allowRemote: true } : undefined;
}

function jwtOf(jwksUrl: string, args: ParsedArgs): GatewayAuth {
  const issuer = textOf(args, "jwt-issuer");
  const audience = textOf(args, "jwt-audience");
  if (issuer === undefined || audience === undefined) {
    throw new UsageError("--jwks-url needs --jwt-issuer and --jwt-audience");
  }
  const listed = (name: string): readonly string[] | undefined => {
    const values = textsOf(args, name);
    return values.length === 0 ? undefined : values;
  };
  const namespaces = listed("allow-namespace");
  const taskQueues = listed("allow-task-queue");
  const groups = listed("allow-group")?.map(groupOf);
  const limits = {
    ...(namespaces && { namespaces }),
    ...(taskQueues && { taskQueues }),
    ...(groups && { groups }),
  };
  return {
    kind: "jwt",
    jwksUrl,
    issuer,
    audience,
    caller: ({ sub }) => (typeof sub === "string" ? { name: sub, ...limits } : undefined),
  };
}

function groupOf(text: string): RpcGroup {
  const group = RPC_GROUPS.find((each) => each === text);
  if (group !== undefined) return group;
  throw new UsageError(`--allow-group is '${text}'; it must be one of ${RPC_GROUPS.join(", ")}`);
}

/** Where to listen. */
function addressOf(args: ParsedArgs): { readonly host: string; readonly port: number } {
  const text = textOf(args, "listen") ?? DEFAULT_LISTEN;
  const [, name = "127.0.0.1", digits] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new UsageError(`--listen is '${text}'; it must be a port, or host:port`);
  }
  return { host: name.replace(/^\[(.*)\]$/, "$1"), port };
}
