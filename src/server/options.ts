// What the server and its ports can be told. Options that are not usable are refused at once, and in our words: later they would be wrong
// namespaces, timers that never fire, or an error of the system that names no option.
import { ValueError } from "../common/errors.ts";
import {
  callback,
  checkOptions,
  flag,
  milliseconds,
  type OptionKind,
  type OptionTable,
  origins,
  portOrFree,
  positive,
  text,
  texts,
} from "../common/option-kinds.ts";
import { attributeTypes } from "../common/search-attribute-option-kinds.ts";
import { isRecord } from "../common/type-guards.ts";
import type { ListenOptions } from "../platform/server-platform.ts";
import { MAX_ID_BYTES } from "./limits.ts";
import { SYSTEM_NAMESPACE } from "./namespaces/namespace-registry.ts";
import type { EmbeddedServerOptions } from "./server.ts";

const SERVER: OptionTable<EmbeddedServerOptions> = {
  timeSkipping: flag,
  namespaces: texts,
  searchAttributes: attributeTypes,
  autoCreateNamespaces: flag,
  visibilityDelayMs: milliseconds,
  onDefect: callback,
  onWarning: callback,
};

const compress: OptionKind = {
  allowed: '"remote" or "accepted"',
  is: (value) => value === "remote" || value === "accepted",
};

/** What the bytes say is checked where certificates are read. */
const tls: OptionKind = {
  allowed: "{ certificate, key, clientCertificates? }, each the bytes of a PEM file",
  is: (value) =>
    isRecord(value) &&
    [value["certificate"], value["key"], value["clientCertificates"] ?? new Uint8Array()].every(
      (bytes) => bytes instanceof Uint8Array,
    ),
};

const LISTEN: OptionTable<ListenOptions> = {
  host: text,
  port: portOrFree,
  httpPort: portOrFree,
  tls,
  corsOrigins: origins,
  maxRequestBytes: positive,
  maxConnections: positive,
  compress,
};

/** @throws {ValueError} naming the option, its value and what is allowed */
export function checkServerOptions(options: EmbeddedServerOptions): void {
  checkOptions("EmbeddedServer: ", options, SERVER);
  const seen = new Set<string>();
  for (const name of options.namespaces ?? []) {
    const wrong = namespaceFault(name, seen);
    if (wrong !== undefined) throw new ValueError(`EmbeddedServer: namespaces ${wrong}`);
    seen.add(name);
  }
}

/** @throws {ValueError} naming the option, its value and what is allowed */
export function checkListenOptions(options: ListenOptions): void {
  checkOptions("listen: ", options, LISTEN);
  const { port, httpPort } = options;
  if (port === httpPort && port !== undefined && port !== 0) {
    throw new ValueError(
      `listen: port and httpPort are both ${port}; leave httpPort out: all protocols are served on port`,
    );
  }
}

function namespaceFault(name: string, seen: ReadonlySet<string>): string | undefined {
  const shown = JSON.stringify(name);
  if (seen.has(name)) return `has ${shown} twice; name each namespace once`;
  if (name === SYSTEM_NAMESPACE) return `has ${shown}, which is the server's own; choose another name`;
  const bytes = new TextEncoder().encode(name).length;
  if (bytes <= MAX_ID_BYTES) return undefined;
  return `has a name of ${bytes} bytes; a name may have ${MAX_ID_BYTES}`;
}
