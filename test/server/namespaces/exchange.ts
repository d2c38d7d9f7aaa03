import { RpcError } from "../../../src/platform/rpc-port.ts";
import type { OperatorService, WorkflowService } from "../../../src/transport/services.ts";

/** The services of a server, the real one or ours. */
export interface Services {
  readonly workflow: WorkflowService;
  readonly operator: OperatorService;
}

/** One request that both servers get, and what of the answer is compared. */
export interface Exchange {
  readonly what: string;
  readonly call: (services: Services) => Promise<unknown>;
  /** Why ours answers otherwise on purpose. */
  readonly differs?: string;
  /** The real server takes a while until it answers so. */
  readonly settles?: boolean;
}

/** An answer in a form that can be compared and written down. */
export type Answer = { readonly ok: unknown } | { readonly code: number; readonly message: string };

/** Sends one request. */
export async function exchange({ call }: Pick<Exchange, "call">, services: Services): Promise<Answer> {
  try {
    return { ok: plain(await call(services)) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { code: error.status, message: normal(error.details) };
  }
}

const decoder = new TextDecoder();
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function normal(text: string): string {
  return text.replace(UUID, "<uuid>");
}

/** A message as JSON: numbers of 64 bits and bytes as text, what is empty left out, what differs from run to run replaced. */
export function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string") return normal(value);
  if (value instanceof Uint8Array) return decoder.decode(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, item]): [string, unknown] => [key, isTime(item) ? "<time>" : plain(item)])
    .filter(([, item]) => !isEmpty(item))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function isTime(value: unknown): boolean {
  const seconds = (value as { readonly seconds?: unknown } | undefined)?.seconds;
  return typeof seconds === "bigint" && seconds > 1_500_000_000n && seconds < 3_000_000_000n;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === "" || value === 0 || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}
