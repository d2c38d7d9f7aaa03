import { HealthMethods } from "../gen/codec/grpc/health/v1/health.ts";
import { OperatorServiceMethods } from "../gen/codec/temporal/api/operatorservice/v1/service.ts";
import { TestServiceMethods } from "../gen/codec/temporal/api/testservice/v1/service.ts";
import { WorkflowServiceMethods } from "../gen/codec/temporal/api/workflowservice/v1/service.ts";
import { buildService, type Invokers, type RpcService } from "./service.ts";

/** Raw access to Temporal's workflow service. */
export type WorkflowService = RpcService<WorkflowServiceMethods>;
/** Raw access to Temporal's operator service. */
export type OperatorService = RpcService<OperatorServiceMethods>;
/** Raw access to the time-skipping test server's own service. */
export type TestService = RpcService<TestServiceMethods>;
/** Raw access to the standard gRPC health service. */
export type HealthService = Omit<RpcService<HealthMethods>, "watch">;

/** The services of one connection, each made when it is first asked for. */
export class Services {
  readonly #invokers: Invokers;
  #workflow: WorkflowService | undefined;
  #operator: OperatorService | undefined;
  #test: TestService | undefined;
  #health: HealthService | undefined;

  constructor(invokers: Invokers) {
    this.#invokers = invokers;
  }

  get workflow(): WorkflowService {
    this.#workflow ??= buildService(WorkflowServiceMethods, this.#invokers);
    return this.#workflow;
  }

  get operator(): OperatorService {
    this.#operator ??= buildService(OperatorServiceMethods, this.#invokers);
    return this.#operator;
  }

  get test(): TestService {
    this.#test ??= buildService(TestServiceMethods, this.#invokers);
    return this.#test;
  }

  get health(): HealthService {
    this.#health ??= buildService(HealthMethods, this.#invokers);
    return this.#health;
  }
}
