import { NamespaceNotFoundError } from "../common/errors.ts";
import { GrpcStatus } from "../platform/rpc-port.ts";
import { TransportError } from "./errors.ts";
import { detailsOf, type NamespaceFacts, statusOf, type WorkerService } from "./service.ts";

/**
 * Reads what a worker must know of its namespace.
 *
 * @throws NamespaceNotFoundError when there is no such namespace
 * @throws TransportError when the server does not let us ask
 */
export async function readNamespace(
  service: Pick<WorkerService, "describeNamespace">,
  namespace: string,
): Promise<NamespaceFacts> {
  try {
    return await service.describeNamespace();
  } catch (error) {
    const status = statusOf(error);
    if (status === GrpcStatus.NOT_FOUND) throw new NamespaceNotFoundError(namespace, error);
    // Servers that do not have the method have no limits to tell either.
    if (status === GrpcStatus.UNIMPLEMENTED) {
      return { blobSizeLimit: 0, memoSizeLimit: 0, pollCompleteOnShutdown: false };
    }
    throw new TransportError(
      `The worker could not look up its namespace '${namespace}': ${detailsOf(error)}`,
      error,
    );
  }
}
