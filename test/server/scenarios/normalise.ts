/** Makes what servers answer comparable: what differs from run to run gets a name by its first appearance. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Fields that no two runs have alike, or that say how a server is built. */
const DROPPED = new Set([
  "$unknown",
  "taskId",
  "version",
  "historySizeBytes",
  "links",
  "link",
  "taskToken",
  "nextPageToken",
  "workerVersion",
  "workerVersionStamp",
  "pollerScalingDecision",
  "pollerGroupId",
  "pollerGroupInfos",
  "stateTransitionCount",
  "executionDuration",
]);

const LONGEST_SHOWN = 400;

/** Names for the changing parts of one scenario's log. */
export class Normaliser {
  readonly #suffix: string;
  readonly #uuids: Map<string, string> = new Map();

  /** @param suffix what makes this run's own ids unique; it is taken out of every text */
  constructor(suffix: string) {
    this.#suffix = suffix;
  }

  /** One that knows the same names, and learns others without telling. */
  fork(): Normaliser {
    const fork = new Normaliser(this.#suffix);
    for (const [uuid, name] of this.#uuids) fork.#uuids.set(uuid, name);
    return fork;
  }

  /** Any answer, as plain JSON without defaults. */
  value(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "bigint") return Number(value);
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (typeof value !== "object" || value === null) return value;
    return this.#message(value as Record<string, unknown>);
  }

  /** A text with its changing parts named. */
  text(text: string): string {
    const named = text.replaceAll(this.#suffix, "").replace(UUID, (uuid) => {
      const known = this.#uuids.get(uuid) ?? `<uuid ${this.#uuids.size + 1}>`;
      this.#uuids.set(uuid, known);
      return known;
    });
    return named.length > LONGEST_SHOWN ? `${named.slice(0, 100)}… <${named.length} characters>` : named;
  }

  #bytes(bytes: Uint8Array): string {
    if (bytes.length > LONGEST_SHOWN) return `<${bytes.length} bytes>`;
    try {
      return this.text(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch {
      return `<${bytes.length} bytes>`;
    }
  }

  #message(message: Record<string, unknown>): unknown {
    const { seconds, nanos } = message;
    if (typeof seconds === "bigint" && typeof nanos === "number") return time(seconds, nanos);
    if ("case" in message && "value" in message && Object.keys(message).length === 2) {
      if (message["case"] === undefined) return undefined;
      return { [String(message["case"])]: this.value(message["value"]) };
    }
    if ("eventId" in message && "attributes" in message) return this.event(message);
    if ("metadata" in message && message["data"] instanceof Uint8Array) return this.#payload(message);
    const json: Record<string, unknown> = {};
    for (const name of Object.keys(message).sort()) {
      if (DROPPED.has(name)) continue;
      const value = this.value(message[name]);
      if (!isDefault(value)) json[this.text(name)] = value;
    }
    return json;
  }

  /** A payload of plain JSON is shown as its text. */
  #payload(payload: Record<string, unknown>): unknown {
    const metadata = this.value(payload["metadata"]) as Record<string, unknown>;
    const data = this.value(payload["data"]) as string;
    const { encoding, ...others } = metadata;
    if (encoding === "json/plain" && Object.keys(others).length === 0) return data;
    return { data, metadata };
  }

  /** An event as one line: `5 ActivityTaskScheduled {…}`. */
  event(event: Record<string, unknown>): string {
    const { eventId, attributes, ...rest } = event;
    const { case: name, value } = attributes as { readonly case: string; readonly value: unknown };
    const title = name.charAt(0).toUpperCase() + name.slice(1, -"EventAttributes".length);
    const { eventTime: _time, eventType: _type, ...extras } = rest;
    const said = this.value(value);
    const also = this.value(extras) as Record<string, unknown>;
    const shown = Object.keys(also).length > 0 ? { ...(said as object), "+": also } : said;
    return `${String(eventId)} ${title} ${JSON.stringify(shown)}`;
  }
}

/** Moments are all alike; spans count. */
function time(seconds: bigint, nanos: number): string | undefined {
  if (seconds > 1_000_000_000n) return "<time>";
  if (seconds === 0n && nanos === 0) return "0s";
  return `${Math.round((Number(seconds) + nanos / 1e9) * 1000) / 1000}s`;
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}
