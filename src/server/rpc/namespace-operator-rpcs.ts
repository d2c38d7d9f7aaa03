import type { OperatorServiceHandlers } from "../../gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import type { Namespace } from "../namespaces/namespace.ts";
import { type NamespaceRegistry, SYSTEM_NAMESPACE } from "../namespaces/namespace-registry.ts";
import type { HandlersOf } from "./call.ts";
import { failedPrecondition, invalidArgument } from "./failures.ts";

/** What the end of a namespace takes along. */
export interface NamespaceParts {
  readonly namespaces: NamespaceRegistry;
  /** Forgets everything that is in a namespace of that name. */
  readonly empty: (namespace: string) => void;
}

/** So much of its id is in the name that a deleted namespace gets. */
const ID_PART = 5;

/** What operators do with namespaces. */
export function namespaceOperatorRpcs({
  namespaces,
  empty,
}: NamespaceParts): HandlersOf<OperatorServiceHandlers> {
  return {
    deleteNamespace: ({ namespace, namespaceId }) => {
      const found = find(namespaces, namespace, namespaceId);
      if (found.name === SYSTEM_NAMESPACE) throw failedPrecondition("unable to delete system namespace");
      namespaces.remove(found);
      empty(found.name);
      return { deletedNamespace: `${found.name}-deleted-${found.id.slice(0, ID_PART)}` };
    },
  };
}

function find(namespaces: NamespaceRegistry, name: string, id: string): Namespace {
  if (id === "") return namespaces.get(name);
  if (name !== "") throw invalidArgument("Only one of namespace name or Id should be set on request.");
  return namespaces.getById(id);
}
