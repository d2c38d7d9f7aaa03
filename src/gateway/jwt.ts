import type { JwtOptions, VerifyCaller } from "./gateway-options.ts";

type Jose = typeof import("jose");

const ALGORITHMS: readonly string[] = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/**
 * Makes the check of signed tokens: their signature by the issuer's keys, which are fetched when they are first needed and when a
 * token names one that is not known, issuer, audience and times.
 *
 * @throws Error when the package `jose` is not installed
 */
export async function createJwtVerifier(options: JwtOptions): Promise<VerifyCaller> {
  const jose = await loadJose();
  const keys = jose.createRemoteJWKSet(new URL(options.jwksUrl));
  const checks = {
    issuer: options.issuer,
    audience: options.audience,
    algorithms: [...(options.algorithms ?? ALGORITHMS)],
    requiredClaims: ["exp"],
  };
  return async ({ bearer }) => {
    if (bearer === undefined) return undefined;
    try {
      const { payload } = await jose.jwtVerify(bearer, keys, checks);
      return options.caller(payload);
    } catch (error) {
      // Keys that cannot be had are no fault of the caller.
      if (isFaultOfToken(jose, error)) return undefined;
      throw error;
    }
  };
}

async function loadJose(): Promise<Jose> {
  try {
    return await import("jose");
  } catch (cause) {
    throw new Error('auth.kind "jwt" needs the package jose, which is not installed: npm install jose', {
      cause,
    });
  }
}

function isFaultOfToken({ errors }: Jose, error: unknown): boolean {
  return (
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey
  );
}
