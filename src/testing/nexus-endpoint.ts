import type { Connection } from "../transport/connection.ts";

/** What a server tells about an endpoint. */
type Endpoint = NonNullable<
  Awaited<ReturnType<Connection["operatorService"]["createNexusEndpoint"]>>["endpoint"]
>;

/** A Nexus endpoint that a server has. */
export interface NexusEndpointIdentifier {
  readonly id: string;
  /** Counts changes of the endpoint. */
  readonly version: bigint;
  /** As the server gave it. */
  readonly raw: Endpoint;
}

/** Where an endpoint leads. */
export interface NexusTarget {
  readonly name: string;
  readonly namespace: string;
  readonly taskQueue: string;
}

/**
 * Makes an endpoint that leads to the workers of a task queue.
 *
 * @throws {ServiceError} as the server answers
 */
export async function createNexusEndpoint(
  { operatorService }: Connection,
  { name, namespace, taskQueue }: NexusTarget,
): Promise<NexusEndpointIdentifier> {
  const { endpoint } = await operatorService.createNexusEndpoint({
    spec: { name, target: { variant: { case: "worker", value: { namespace, taskQueue } } } },
  });
  if (endpoint === undefined) throw new Error(`The server answered without the Nexus endpoint '${name}'`);
  return { id: endpoint.id, version: endpoint.version, raw: endpoint };
}
