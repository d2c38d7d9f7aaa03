import { GrpcStatus } from "../../platform/rpc-port.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";

/** There is no namespace with that name or id. */
export function namespaceNotFound(namespace: string): ServiceFailure {
  return new ServiceFailure(GrpcStatus.NOT_FOUND, `Namespace ${namespace} is not found.`, {
    kind: "NamespaceNotFoundFailure",
    value: { namespace },
  });
}

/** The name is taken. */
export function namespaceExists(namespace: string): ServiceFailure {
  return new ServiceFailure(
    GrpcStatus.ALREADY_EXISTS,
    `Namespace ${JSON.stringify(namespace)} already exists`,
    { kind: "NamespaceAlreadyExistsFailure", value: {} },
  );
}

const STATE_NAMES: readonly string[] = ["Unspecified", "Registered", "Deprecated", "Deleted"];

/** The namespace cannot be used for that any more. */
export function namespaceInvalidState(
  namespace: string,
  state: number,
  allowedStates: readonly number[],
): ServiceFailure {
  const allowed = allowedStates.map((allowedState) => STATE_NAMES[allowedState]).join(" or ");
  return new ServiceFailure(
    GrpcStatus.FAILED_PRECONDITION,
    `Namespace has invalid state: ${STATE_NAMES[state] ?? state}. Must be ${allowed}.`,
    {
      kind: "NamespaceInvalidStateFailure",
      value: { namespace, state, allowedStates: [...allowedStates] },
    },
  );
}
