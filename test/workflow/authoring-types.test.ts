import { expect, expectTypeOf, test } from "vitest";
import type * as common from "../../src/common/mod.ts";
import * as workflow from "../../src/workflow/mod.ts";

// What a user writes has to type-check as written; the compiler is the test, the assertions are a few samples.

interface Activities {
  charge(amount: number, currency?: string): Promise<{ receipt: string }>;
  version: string;
}

class OutOfStock extends Error {}

@workflow.defn({ name: "order", failureExceptionTypes: [OutOfStock], versioningBehavior: "PINNED" })
@workflow.init
class Order {
  readonly #lines: string[] = [];
  constructor(id: string) {
    this.#lines.push(id);
  }
  @workflow.run
  async run(id: string): Promise<number> {
    await workflow.condition(() => this.#lines.length > 3);
    return id.length;
  }
  @workflow.signal
  add(line: string): void {
    this.#lines.push(line);
  }
  @workflow.signal({ name: "clear", unfinishedPolicy: "ABANDON" })
  async empty(): Promise<void> {
    await workflow.sleep("1s");
    this.#lines.length = 0;
  }
  @workflow.query()
  lines(limit: number): readonly string[] {
    return this.#lines.slice(0, limit);
  }
}

@workflow.defn
class Bare {
  @workflow.run
  async go(): Promise<void> {}
}

test("decorated classes have their names", () => {
  expect(workflow.workflowNameOf(Order)).toBe("order");
  expect(workflow.workflowNameOf(Order.prototype.run)).toBe("order");
  expect(workflow.workflowNameOf(Bare)).toBe("Bare");
});

test("proxied activities have the types of the activities", () => {
  const { charge } = workflow.proxyActivities<Activities>({ startToCloseTimeout: "1 minute" });
  expectTypeOf(charge).parameters.toEqualTypeOf<[amount: number, currency?: string]>();
  expectTypeOf(charge).returns.resolves.toEqualTypeOf<{ receipt: string }>();
  expectTypeOf(charge.executeWithOptions).parameter(1).toEqualTypeOf<[amount: number, currency?: string]>();
  type Version = workflow.ActivityInterfaceFor<Activities>["version"];
  expectTypeOf<Version>().toEqualTypeOf<typeof workflow.NotAnActivityMethod>();
  const untyped = workflow.proxyActivities({ startToCloseTimeout: 1 });
  expectTypeOf(untyped["anything"]!).toBeCallableWith(1, "two");
});

test("options of activities have the keys of the official SDK's, event groups only in workflows", () => {
  type Common =
    | "retry"
    | "startToCloseTimeout"
    | "scheduleToStartTimeout"
    | "scheduleToCloseTimeout"
    | "summary";
  type Local = Common | "cancellationType" | "localRetryThreshold";
  expectTypeOf<keyof common.LocalActivityOptions>().toEqualTypeOf<Local>();
  expectTypeOf<keyof workflow.LocalActivityOptions>().toEqualTypeOf<Local | "eventGroups">();
  expectTypeOf<keyof workflow.ActivityOptions>().toEqualTypeOf<
    keyof common.ActivityOptions | "eventGroups"
  >();
  const group = workflow.createEventGroup;
  type Groups = ReturnType<typeof group>[];
  expectTypeOf<Groups>().toExtend<NonNullable<workflow.LocalActivityOptions["eventGroups"]>>();
  expect(group).toBeTypeOf("function");
});

test("handlers have the types of their definitions", () => {
  const add = workflow.defineSignal<[line: string, count?: number]>("add");
  const total = workflow.defineQuery<number, [of: string]>("total");
  const uses = (): void => {
    workflow.setHandler(add, (line, count) => {
      expectTypeOf(line).toEqualTypeOf<string>();
      expectTypeOf(count).toEqualTypeOf<number | undefined>();
    });
    workflow.setHandler(add, async () => {}, { unfinishedPolicy: "ABANDON" });
    workflow.setHandler(total, (of) => of.length);
    workflow.setHandler(total, undefined);
  };
  expect(uses).toThrow("may only be used from a Workflow Execution");
});

test("conditions, sleeps and continue-as-new", () => {
  expectTypeOf(workflow.condition).toBeCallableWith(() => true);
  type Timed = (fn: () => boolean, timeout: workflow.Duration) => Promise<boolean>;
  expectTypeOf<typeof workflow.condition>().toExtend<Timed>();
  const loop = async (count: number, _label: string): Promise<void> =>
    await workflow.continueAsNew<typeof loop>(count + 1, "again");
  expectTypeOf(loop).returns.resolves.toBeVoid();
  expectTypeOf(workflow.makeContinueAsNewFunc<typeof loop>).returns.toEqualTypeOf<
    (count: number, label: string) => Promise<never>
  >();
});
