import { NamespaceState } from "../../gen/codec/temporal/api/enums/v1/namespace.ts";
import { MAX_ID_BYTES } from "../limits.ts";
import type { ServerCall } from "../rpc/call.ts";
import { invalidArgument } from "../rpc/failures.ts";
import { utf8Bytes } from "../visibility/byte-text.ts";
import { namespaceInvalidState } from "./namespace-failures.ts";
import type { NamespaceRegistry } from "./namespace-registry.ts";

/** Calls that make or look up a namespace: they say themselves what they think of its name. */
const OWN_CHECK: ReadonlySet<string> = new Set(["RegisterNamespace", "DescribeNamespace"]);

/** Calls that need a name, with a message of their own. */
const NAMESPACE_CALLS: ReadonlySet<string> = new Set([
  ...OWN_CHECK,
  "UpdateNamespace",
  "DeprecateNamespace",
  "DeleteNamespace",
]);

/** Calls that can do without one. */
const OPTIONAL: ReadonlySet<string> = new Set([
  "AddSearchAttributes",
  "RemoveSearchAttributes",
  "ListSearchAttributes",
]);

/** Calls for which a deprecated namespace is closed. */
const STARTS: ReadonlySet<string> = new Set(["StartWorkflowExecution", "SignalWithStartWorkflowExecution"]);

const FOR_STARTS: readonly number[] = [NamespaceState.REGISTERED];
const FOR_ALL: readonly number[] = [NamespaceState.REGISTERED, NamespaceState.DEPRECATED];

/** What requests may have that concerns admission. */
interface Named {
  readonly namespace?: string;
  readonly taskToken?: Uint8Array;
  readonly id?: unknown;
  readonly namespaceId?: unknown;
}

/**
 * The check that stands before every handler: the namespace that a request names has to exist, and to be in a state that allows
 * the call. A request with a task token may leave its namespace out: the token has it, and its handler checks that.
 *
 * @example
 * ```ts
 * const dispatcher = new Dispatcher({ admit: admission(namespaces), onDefect });
 * ```
 */
export function admission(namespaces: NamespaceRegistry): (request: object, call: ServerCall) => void {
  return (request, { method }) => {
    const { namespace, taskToken, id, namespaceId } = request as Named;
    if (taskToken !== undefined && taskToken.length === 0) {
      throw invalidArgument("Task token not set on request.");
    }
    if (namespace === undefined) return;
    // No character takes more than three bytes per unit of its length.
    if (namespace.length > MAX_ID_BYTES / 3 && utf8Bytes(namespace) > MAX_ID_BYTES) {
      throw invalidArgument("Namespace length exceeds limit.");
    }
    if (namespace === "") {
      if (taskToken !== undefined || OPTIONAL.has(method)) return;
      if ((method === "DescribeNamespace" && id) || (method === "DeleteNamespace" && namespaceId)) return;
      const unset = NAMESPACE_CALLS.has(method) ? "Namespace not set on request." : "Namespace is empty.";
      throw invalidArgument(unset);
    }
    if (OWN_CHECK.has(method)) return;
    const { name, state } = namespaces.get(namespace);
    const allowed = STARTS.has(method) ? FOR_STARTS : FOR_ALL;
    if (!allowed.includes(state)) throw namespaceInvalidState(name, state, allowed);
  };
}
