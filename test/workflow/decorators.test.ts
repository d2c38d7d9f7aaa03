import { describe, expect, test } from "vitest";
import {
  commandsOf,
  errorOf,
  failureOf,
  type Harness,
  harness,
  kindsOf,
  resultOf,
  signalJob,
  timerJob,
} from "./vm-harness.ts";

const source = `
  import * as workflow from "perdure/workflow";
  import { ApplicationFailure } from "perdure/workflow";

  @workflow.defn({ name: "greet" })
  export class Greeting {
    names: string[] = [];
    done = false;
    @workflow.run
    async run(greeting: string): Promise<string> {
      await workflow.condition(() => this.done);
      return greeting + " " + this.names.join(" and ");
    }
    @workflow.signal
    add(name: string): void { this.names.push(name); }
    @workflow.signal({ name: "the-end", description: "ends it", unfinishedPolicy: "ABANDON" })
    async end(): Promise<void> { await workflow.sleep(1); this.done = true; }
    @workflow.query
    count(): number { return this.names.length; }
    @workflow.query({ name: "list", description: "all of them" })
    all(): string[] { return this.names; }
  }

  @workflow.defn()
  @workflow.init
  export class Counter {
    total: number;
    constructor(start: number) { this.total = start; }
    @workflow.signal() add(by: number): void { this.total += by; }
    @workflow.run async main(start: number): Promise<number[]> { return [start, this.total]; }
  }

  class Base {
    seen: string[] = [];
    @workflow.signal note(text: string): void { this.seen.push("base " + text); }
    @workflow.query history(): string[] { return this.seen; }
  }

  @workflow.defn
  export class Derived extends Base {
    @workflow.signal override note(text: string): void { this.seen.push("derived " + text); }
    @workflow.run async run(): Promise<void> { await workflow.sleep(1000); }
  }

  @workflow.defn({ dynamic: true })
  export class Anything {
    @workflow.run async run(...args: unknown[]): Promise<unknown> {
      await workflow.sleep(1);
      return [workflow.workflowInfo().workflowType, args, this.got];
    }
    got: unknown[] = [];
    @workflow.signal({ dynamic: true }) any(name: string, ...args: unknown[]): void { this.got.push([name, ...args]); }
    @workflow.query({ dynamic: true }) ask(name: string, arg: unknown): unknown { return [name, arg]; }
  }

  class Mistake extends Error {}
  @workflow.defn({ failureExceptionTypes: [Mistake], versioningBehavior: "PINNED" })
  export class Ruled {
    @workflow.run async run(): Promise<void> { throw new Mistake("counted"); }
  }

  @workflow.defn() export class BadStart {
    constructor() { throw ApplicationFailure.create({ message: "not today", type: "Closed" }); }
    @workflow.run async run(): Promise<void> {}
  }

  export class Undecorated { async run(): Promise<void> {} }
  export async function plain() { return "function"; }
`;

describe.each([false, true])("experimentalDecorators: %s", (experimentalDecorators) => {
  const sandbox = (workflows = source): Promise<Harness> => harness({ workflows, experimentalDecorators });

  test("classes and functions are workflow types under their names", async () => {
    const { entry } = await sandbox();
    expect([...entry.workflowTypes()].sort()).toEqual(
      ["BadStart", "Counter", "Derived", "Ruled", "default", "greet", "plain"].sort(),
    );
  });

  test("run, signals and queries of a class", async () => {
    const { start } = await sandbox();
    const run = start("greet", { args: ["Hello"], jobs: [signalJob("add", "Ada")] });
    expect(run.query("count")).toBe(1);
    run.activate([signalJob("add", "Bob")]);
    expect(run.query("list")).toEqual(["Ada", "Bob"]);
    expect(kindsOf(run.activate([signalJob("the-end")]))).toEqual(["startTimer"]);
    expect(resultOf(run.activate([timerJob(1)]))).toBe("Hello Ada and Bob");
  });

  test("with init the constructor takes the arguments, and the first task's signals find the instance", async () => {
    const { start } = await sandbox();
    expect(resultOf(start("Counter", { args: [5], jobs: [signalJob("add", 2)] }).first)).toEqual([5, 7]);
  });

  test("a class inherits handlers and may override them", async () => {
    const { start } = await sandbox();
    const run = start("Derived");
    run.activate([signalJob("note", "x")]);
    expect(run.query("history")).toEqual(["derived x"]);
  });

  test("a dynamic class runs the other types, with dynamic handlers", async () => {
    const { start } = await sandbox();
    const run = start("whatever", { args: [1, "two"] });
    run.activate([signalJob("hey", 3)]);
    expect(run.query("question", 4)).toEqual(["question", 4]);
    expect(resultOf(run.activate([timerJob(1)]))).toEqual(["whatever", [1, "two"], [["hey", 3]]]);
  });

  test("rules of the definition hold", async () => {
    const { start } = await sandbox();
    const { first } = start("Ruled");
    expect(errorOf(first)).toMatchObject({ message: "counted", type: "Mistake" });
    expect(first).toMatchObject({ versioningBehavior: 1 });
  });

  test("a constructor that throws ends the run as its function would", async () => {
    const { start } = await sandbox();
    const { first } = start("BadStart");
    expect(kindsOf(first)).toEqual(["failWorkflow"]);
    expect(errorOf(first)).toMatchObject({ message: "not today", type: "Closed" });
  });

  test("a class without defn is named in the error", async () => {
    const { start } = await harness({
      workflows: "export class Undecorated {}; export async function other() {}",
    });
    expect(failureOf(start("Undecorated").first).message).toBe(
      "Failed to initialize workflow of type 'Undecorated': the class 'Undecorated' has no @workflow.defn decorator. Exported are: other",
    );
  });

  const mistakes: readonly (readonly [what: string, body: string, message: string])[] = [
    ["no run method", "@workflow.defn() class A { @workflow.signal s() {} }", "no method has @workflow.run"],
    [
      "two run methods",
      "@workflow.defn() class A { @workflow.run async a() {} @workflow.run async b() {} }",
      "more than one method has @workflow.run",
    ],
    [
      "two signals of a name",
      "@workflow.defn() class A { @workflow.run async r() {} @workflow.signal a() {} @workflow.signal({ name: 'a' }) b() {} }",
      "there is more than one signal 'a'",
    ],
    [
      "a reserved name",
      "@workflow.defn() class A { @workflow.run async r() {} @workflow.query({ name: '__stack_trace' }) b() {} }",
      "Cannot use query name '__stack_trace'",
    ],
    [
      "a dynamic workflow with a name",
      "@workflow.defn({ dynamic: true, name: 'x' }) class A { @workflow.run async r() {} }",
      "a dynamic workflow has no name",
    ],
    ["a static method", "class A { @workflow.signal static s() {} }", "of instances only"],
    [
      "a dynamic handler with a name",
      "class A { @workflow.signal({ dynamic: true, name: 'x' }) s() {} }",
      "has no name",
    ],
  ];
  test.each(mistakes)("refused: %s", async (_what, body, message) => {
    const { start } = await sandbox(`import * as workflow from "perdure/workflow"; ${body}`);
    expect(failureOf(start("any").first).message).toContain(message);
  });

  test("workflowNameOf gives the type of classes, their run methods and functions", async () => {
    const { start } = await sandbox(`
      import * as workflow from "perdure/workflow";
      @workflow.defn({ name: "aliased" }) class A { @workflow.run async run() {} }
      @workflow.defn() class Plain { @workflow.run async go() {} }
      export async function names() {
        return [A, A.prototype.run, Plain, Plain.prototype.go, names].map((x) => workflow.workflowNameOf(x));
      }
    `);
    expect(resultOf(start("names").first)).toEqual(["aliased", "aliased", "Plain", "Plain", "names"]);
  });
});

test("two exports of one type are refused", async () => {
  const { start } = await harness(`
    import * as workflow from "perdure/workflow";
    @workflow.defn({ name: "twice" }) export class A { @workflow.run async run() {} }
    export async function twice() {}
  `);
  expect(failureOf(start("twice").first).message).toContain("Two workflows of type 'twice' are exported");
});

test("a decorator that replaces a decorated method is found out", async () => {
  const { start } = await harness(`
    import * as workflow from "perdure/workflow";
    const wrap = (fn, context) => function (...args) { return fn.apply(this, args); };
    @workflow.defn() export class Wrapped { @wrap @workflow.signal s() {} @workflow.run async run() {} }
    @workflow.defn() export class Fine { @workflow.signal @wrap s() {} @workflow.run async run() { return 1; } }
  `);
  expect(failureOf(start("Wrapped").first).message).toContain("put @workflow.signal above the others");
  expect(resultOf(start("Fine").first)).toBe(1);
});

test("a field cannot be a handler", async () => {
  const { start } = await harness(`
    import * as workflow from "perdure/workflow";
    export class A { @workflow.signal s = () => {}; }
  `);
  expect(failureOf(start("any").first).message).toBe("@workflow.signal decorates methods only, not a field");
});

test("each run has an instance of its own", async () => {
  const { start } = await harness(source);
  const [a, b] = [start("greet", { args: ["Hi"] }), start("greet", { args: ["Hi"] })];
  a.activate([signalJob("add", "Ada")]);
  expect([a.query("count"), b.query("count")]).toEqual([1, 0]);
  expect(commandsOf(b.activate([]))).toEqual([]);
});
