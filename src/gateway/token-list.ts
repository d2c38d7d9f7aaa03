// Invariants
// T1. Whoever calls after `replace` has returned, or is being looked up then, is known by the new tokens alone.
// T2. How long a look-up takes tells nothing of any token: digests are compared, all of them and to their ends.
import type { GatewayCaller } from "./caller.ts";
import { checkCaller } from "./check-caller.ts";
import type { GatewayCredentials, GatewayToken } from "./gateway-options.ts";

const MIN_TOKEN_LENGTH = 16;
const encoder = new TextEncoder();

interface KnownToken {
  readonly digest: Uint8Array;
  readonly caller: GatewayCaller;
}

/** Tokens, and whose they are; others may take their place. */
export class TokenList {
  #tokens: readonly GatewayToken[];
  #known: Promise<readonly KnownToken[]> | undefined;

  /** @throws TypeError when a token is not usable, or there is none */
  constructor(tokens: readonly GatewayToken[]) {
    if (tokens.length === 0)
      throw new TypeError("auth.tokens: is empty, nobody could call; give one at least");
    checkTokens(tokens);
    this.#tokens = [...tokens];
  }

  /**
   * Puts other tokens in the place of all there are.
   *
   * @throws TypeError when one is not usable: then all stays as it was
   */
  replace(tokens: readonly GatewayToken[]): void {
    checkTokens(tokens);
    this.#tokens = [...tokens];
    this.#known = undefined;
  }

  /** Whose the token of a caller is. */
  async find({ bearer }: GatewayCredentials): Promise<GatewayCaller | undefined> {
    if (bearer === undefined) return undefined;
    const digest = await digestOf(bearer);
    // Not before the first call: some hosts allow nothing of this kind while a program is loaded.
    let asked = this.#digests();
    let known = await asked;
    while (asked !== this.#known) {
      asked = this.#digests();
      known = await asked;
    }
    let found: GatewayCaller | undefined;
    for (const each of known) {
      if (areEqual(each.digest, digest)) found = each.caller;
    }
    return found;
  }

  #digests(): Promise<readonly KnownToken[]> {
    this.#known ??= Promise.all(
      this.#tokens.map(async ({ token, ...caller }) => ({ digest: await digestOf(token), caller })),
    );
    return this.#known;
  }
}

function checkTokens(tokens: readonly GatewayToken[]): void {
  if (!Array.isArray(tokens)) {
    throw new TypeError("auth.tokens: must be a list of objects with token and name");
  }
  for (const each of tokens) {
    if (typeof each !== "object" || each === null) {
      throw new TypeError("auth.tokens: must be a list of objects with token and name");
    }
    const { token, ...caller } = each;
    checkCaller(caller, "auth.tokens");
    if (typeof token !== "string" || token.length < MIN_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(token)) {
      throw new TypeError(
        `auth.tokens: that of ${JSON.stringify(caller.name)} must be at least ${MIN_TOKEN_LENGTH} printable characters without spaces`,
      );
    }
  }
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
