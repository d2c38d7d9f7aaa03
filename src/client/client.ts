import { AsyncCompletionClient } from "./async-completion-client.ts";
import { BaseClient } from "./base-client.ts";
import { checkOptionalRecord } from "./check-options.ts";
import { type BaseClientOptions, ClientScope } from "./client-scope.ts";
import type { ClientInterceptors } from "./interceptors.ts";
import type { QueryRejectCondition } from "./query-reject-condition.ts";
import { WorkflowClient } from "./workflow-client.ts";

/** Options of {@link Client}. */
export interface ClientOptions extends BaseClientOptions {
  interceptors?: ClientInterceptors | undefined;
  workflow?:
    | {
        /** In which states of a workflow its queries are refused. Default `"NONE"`. */
        queryRejectCondition?: QueryRejectCondition | undefined;
      }
    | undefined;
}

/**
 * Everything that a client of a Temporal server can do, by part.
 *
 * @example
 * ```ts
 * const connection = await Connection.connect({ address: "localhost:7233" });
 * const client = new Client({ connection, namespace: "default" });
 * ```
 */
export class Client extends BaseClient<ClientOptions> {
  /** Starts workflows and acts on them. */
  readonly workflow: WorkflowClient;
  /** Completes activities from outside of their worker. */
  readonly activity: AsyncCompletionClient;

  /** @throws {ValueError} naming the option, its value and what is allowed */
  constructor(options: ClientOptions = {}) {
    const scope = new ClientScope(options);
    super(scope, options);
    checkOptionalRecord(options.interceptors, "interceptors");
    checkOptionalRecord(options.workflow, "workflow");
    const { queryRejectCondition } = options.workflow ?? {};
    const interceptors = options.interceptors?.workflow;
    this.workflow = new WorkflowClient({ interceptors, queryRejectCondition }, scope);
    this.activity = new AsyncCompletionClient(scope);
  }
}
