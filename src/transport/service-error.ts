import { realmSafe } from "../common/realm-safe.ts";
import { GrpcStatus, RpcError } from "../platform/rpc-port.ts";

/**
 * A call of the service failed for a reason that has no error class of its own. `cause` tells why, most often an
 * {@link RpcError}.
 *
 * @example
 * ```ts
 * if (error instanceof ServiceError && isGrpcServiceError(error.cause)) console.log(error.cause.status);
 * ```
 */
export class ServiceError extends Error {
  declare readonly code: "SERVICE_ERROR";

  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
  }

  static {
    realmSafe(ServiceError, "ServiceError", "SERVICE_ERROR");
  }
}

/**
 * Whether an error is one of a remote call, found by server or client.
 *
 * @example
 * ```ts
 * if (isGrpcServiceError(error) && error.status === GrpcStatus.NOT_FOUND) return undefined;
 * ```
 */
export function isGrpcServiceError(error: unknown): error is RpcError {
  return error instanceof RpcError;
}

/**
 * Whether an error, or a cause of it, is a call that ran out of time.
 *
 * @example
 * ```ts
 * try {
 *   await connection.withDeadline(Date.now() + 1_000, () => handle.result());
 * } catch (error) {
 *   if (!isGrpcDeadlineError(error)) throw error;
 * }
 * ```
 */
export function isGrpcDeadlineError(error: unknown): error is Error {
  return hasStatus(error, GrpcStatus.DEADLINE_EXCEEDED);
}

/**
 * Whether an error, or a cause of it, is a call that was cancelled.
 *
 * @example
 * ```ts
 * if (isGrpcCancelledError(error)) return;
 * ```
 */
export function isGrpcCancelledError(error: unknown): error is Error {
  return hasStatus(error, GrpcStatus.CANCELLED);
}

function hasStatus(error: unknown, status: GrpcStatus): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof RpcError && current.status === status) return true;
  }
  return false;
}
