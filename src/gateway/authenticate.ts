import { GrpcStatus, type Metadata, RpcError, type RpcPeer } from "../platform/rpc-port.ts";
import { type AddressLimits, networkOf } from "./address-limits.ts";
import type { GatewayCaller } from "./caller.ts";
import { checkCaller } from "./check-caller.ts";
import type { GatewayAuth, VerifyCaller } from "./gateway-options.ts";
import { refuse } from "./refusals.ts";
import { RPC_GROUPS } from "./rpc-rules.ts";
import type { TokenList } from "./token-list.ts";

/** What is known of a call before it is known who makes it. */
export interface Approach {
  readonly metadata: Metadata;
  /** Undefined: a page is asked for. */
  readonly path: string | undefined;
  readonly peer: RpcPeer | undefined;
}

/** Finds out who calls. Rejects with an `RpcError` when that is nobody who may, or who has tried too often. */
export type Authenticate = (approach: Approach) => Promise<GatewayCaller>;

/** How callers are known, with the list of tokens where that is how. */
export type KnownBy = Exclude<GatewayAuth, { kind: "tokens" }> | { kind: "tokens"; list: TokenList };

/** Makes the check of callers that the options ask for. */
export function createAuthenticate(auth: KnownBy, limits: AddressLimits): Authenticate {
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
        limits.failed(address, bearer, performance.now());
      }
      throw error;
    }
  };
}

function callerFinder(auth: KnownBy): Authenticate {
  switch (auth.kind) {
    case "open":
    case "pass-through":
      return async ({ peer }) => ({ name: nameOf(peer), groups: RPC_GROUPS });
    case "tokens":
      return verified((credentials) => auth.list.find(credentials));
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
