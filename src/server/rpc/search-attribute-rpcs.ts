import type { OperatorServiceHandlers } from "../../gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { SLOT_TYPES } from "../visibility/search-attribute-types.ts";
import { ownAttributes, type SearchAttributes } from "../visibility/search-attributes.ts";
import type { HandlersOf } from "./call.ts";
import { invalidArgument } from "./failures.ts";

/** What operators do with search attributes. */
export function searchAttributeOperatorRpcs(
  attributes: SearchAttributes,
): HandlersOf<OperatorServiceHandlers> {
  return {
    addSearchAttributes: ({ namespace, searchAttributes }) => {
      if (Object.keys(searchAttributes).length === 0) throw notSet();
      attributes.add(required(namespace), searchAttributes);
      return {};
    },
    removeSearchAttributes: ({ namespace, searchAttributes }) => {
      if (searchAttributes.length === 0) throw notSet();
      attributes.remove(required(namespace), searchAttributes);
      return {};
    },
    listSearchAttributes: ({ namespace }) => ({
      customAttributes: attributes.custom(required(namespace)),
      systemAttributes: ownAttributes(),
    }),
  };
}

/** What clients can ask of them: all columns there are, whatever they are called in a namespace. */
export function searchAttributeRpcs(): HandlersOf<WorkflowServiceHandlers> {
  return {
    getSearchAttributes: () => ({ keys: { ...ownAttributes(), ...Object.fromEntries(SLOT_TYPES) } }),
  };
}

function required(namespace: string): string {
  if (namespace === "") throw invalidArgument("Namespace is not set on request.");
  return namespace;
}

function notSet(): Error {
  return invalidArgument("SearchAttributes are not set on request.");
}
