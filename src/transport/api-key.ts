import { GrpcStatus, type Metadata, RpcError } from "../platform/rpc-port.ts";

/** An API key, or a function that gives the one in force now; it is called for every attempt of every call. */
export type ApiKey = string | (() => string | Promise<string>);

/**
 * Checks an API key.
 *
 * @throws TypeError when it is neither a function nor text that is not empty
 *
 * @example
 * ```ts
 * checkApiKey("secret", "apiKey");
 * ```
 */
export function checkApiKey(apiKey: ApiKey, option: string): ApiKey {
  if (typeof apiKey === "function" || (typeof apiKey === "string" && apiKey !== "")) return apiKey;
  throw new TypeError(`${option}: must be text that is not empty, or a function that gives it`);
}

/**
 * Sends with `authorization: Bearer <key>`. When the server does not accept a key that came from a function, the
 * function is asked once more, and a key that differs is tried: it may have expired on the way.
 *
 * @example
 * ```ts
 * await sendWithApiKey(() => vault.read("temporal"), metadata, (md) => port.unary(path, bytes, { metadata: md }));
 * ```
 */
export async function sendWithApiKey<Answer>(
  apiKey: ApiKey,
  metadata: Metadata,
  send: (metadata: Metadata) => Promise<Answer>,
): Promise<Answer> {
  if (typeof apiKey === "string") return send(withBearer(metadata, apiKey));
  const key = await apiKey();
  try {
    return await send(withBearer(metadata, key));
  } catch (error) {
    // Also where a proxy in front of the server says so, in words of its own.
    const refused = error instanceof RpcError && error.status === GrpcStatus.UNAUTHENTICATED;
    const fresh = refused ? await apiKey() : key;
    if (fresh === key) throw error;
    return send(withBearer(metadata, fresh));
  }
}

/** The last key by metadata: both stay the same for long, and the same object spares its encoding. */
const known = new WeakMap<Metadata, { readonly key: string; readonly metadata: Metadata }>();

function withBearer(metadata: Metadata, key: string): Metadata {
  if (key === "") return metadata;
  const last = known.get(metadata);
  if (last?.key === key) return last.metadata;
  const result = { authorization: `Bearer ${key}`, ...metadata };
  if (!Object.isFrozen(metadata)) return result;
  known.set(metadata, { key, metadata: Object.freeze(result) });
  return result;
}
