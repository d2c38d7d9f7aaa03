import { GrpcStatus, type Metadata, RpcError, type RpcPeer } from "../platform/rpc-port.ts";
import { type AddressLimits, networkOf } from "./address-limits.ts";
import type { GatewayCaller } from "./caller.ts";
import { checkCaller } from "./check-caller.ts";
import type { GatewayAuth, GatewayToken, VerifyCaller } from "./gateway-options.ts";
import { refuse } from "./refusals.ts";
import { RPC_GROUPS } from "./rpc-rules.ts";

/** What is known of a call before it is known who makes it. */
export interface Approach {
  readonly metadata: Metadata;
  /** Undefined: a page is asked for. */
  readonly path: string | undefined;
  readonly peer: RpcPeer | undefined;
}

/** Finds out who calls. Rejects with an `RpcError` when that is nobody who may, or who has tried too often. */
export type Authenticate = (approach: Approach) => Promise<GatewayCaller>;

const MIN_TOKEN_LENGTH = 16;
const encoder = new TextEncoder();

/**
 * Makes the check of callers that the options ask for.
 *
 * @throws TypeError when a token is not usable
 */
export function createAuthenticate(auth: GatewayAuth, limits: AddressLimits): Authenticate {
  const find = callerFinder(auth);
  return async (approach) => {
    const address = approach.peer?.address;
    const bearer = bearerOf(approach.metadata);
    limits.admit(address, bearer, performance.now());
    try {
      const caller = await find(approach);
      limits.succeeded(bearer);
      return caller;
    } catch (error) {
      if (error instanceof RpcError && error.status === GrpcStatus.UNAUTHENTICATED) {
        limits.failed(address, performance.now());
      }
      throw error;
    }
  };
}

function callerFinder(auth: GatewayAuth): Authenticate {
  switch (auth.kind) {
    case "open":
    case "pass-through":
      return async ({ peer }) => ({ name: nameOf(peer), groups: RPC_GROUPS });
    case "tokens":
      return verified(tokenVerifier(auth.tokens));
    case "verify":
      return verified(auth.verify);
    case "jwt": {
      let verify: Promise<VerifyCaller> | undefined;
      return verified(async (credentials) => {
        verify ??= import("./jwt.ts").then(({ createJwtVerifier }) => createJwtVerifier(auth));
        return (await verify)(credentials);
      });
    }
  }
}

/** What a caller is called whom we do not check: so that they have limits of their own. */
function nameOf(peer: RpcPeer | undefined): string {
  const { commonName, names = [], fingerprint } = peer?.certificate ?? {};
  return commonName || names[0] || fingerprint || (peer?.address ? networkOf(peer.address) : "anyone");
}

function verified(verify: VerifyCaller): Authenticate {
  return async ({ metadata, path, peer }) => {
    const bearer = bearerOf(metadata);
    try {
      const caller = await verify({
        bearer,
        metadata,
        path,
        address: peer?.address,
        certificate: peer?.certificate,
      });
      if (caller !== undefined) {
        checkCaller(caller, "the caller");
        return caller;
      }
    } catch (cause) {
      throw refuse(GrpcStatus.UNAVAILABLE, "the gateway cannot check callers at the moment", cause);
    }
    throw refuse(
      GrpcStatus.UNAUTHENTICATED,
      bearer === undefined
        ? "the gateway asks for authorization: Bearer <token>"
        : "the gateway does not accept this token",
    );
  };
}

function bearerOf({ authorization }: Metadata): string | undefined {
  if (typeof authorization !== "string") return undefined;
  return /^bearer +([^\s]+)$/i.exec(authorization)?.[1];
}

/** Compares digests, all of them and to their ends: how long that takes tells nothing of any token. */
function tokenVerifier(tokens: readonly GatewayToken[]): VerifyCaller {
  if (tokens.length === 0) throw new TypeError("auth.tokens: is empty, nobody could call; give one at least");
  for (const { token, ...caller } of tokens) {
    checkCaller(caller, "auth.tokens");
    if (typeof token !== "string" || token.length < MIN_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(token)) {
      throw new TypeError(
        `auth.tokens: that of ${JSON.stringify(caller.name)} must be at least ${MIN_TOKEN_LENGTH} printable characters without spaces`,
      );
    }
  }
  let known: Promise<{ digest: Uint8Array; caller: GatewayCaller }[]> | undefined;
  return async ({ bearer }) => {
    if (bearer === undefined) return undefined;
    // Not before: some hosts allow nothing of this kind while a program is loaded.
    known ??= Promise.all(
      tokens.map(async ({ token, ...caller }) => ({ digest: await digestOf(token), caller })),
    );
    const digest = await digestOf(bearer);
    let found: GatewayCaller | undefined;
    for (const each of await known) {
      if (areEqual(each.digest, digest)) found = each.caller;
    }
    return found;
  };
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
