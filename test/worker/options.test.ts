import { describe, expect, test } from "vitest";
import { compileWorkerOptions, defaultMaxCachedWorkflows } from "../../src/worker/compile-options.ts";
import { unknownOptions } from "../../src/worker/known-options.ts";
import type { WorkerOptions } from "../../src/worker/options.ts";
import { defaultBuildId, loadWorkflowCode } from "../../src/worker/workflow-code.ts";
import { RecordedLog } from "./recorded-log.ts";

const MIB = 1024 * 1024;

function compile(options: Partial<WorkerOptions> = {}, debugVariable?: string, log = new RecordedLog()) {
  return compileWorkerOptions(
    { taskQueue: "queue", ...options },
    { identity: "1@host", heapLimitBytes: 4096 * MIB, debugVariable, logger: log },
  );
}

describe("worker options", () => {
  test("defaults are those of the official SDK", () => {
    expect(compile()).toMatchObject({
      namespace: "default",
      identity: "1@host",
      enableNonLocalActivities: false,
      shutdownGraceTimeMs: 0,
      shutdownForceTimeMs: undefined,
      maxConcurrentWorkflowTaskExecutions: 40,
      maxConcurrentActivityTaskExecutions: 100,
      maxConcurrentWorkflowTaskPolls: 10,
      maxConcurrentActivityTaskPolls: 10,
      nonStickyToStickyPollRatio: 0.2,
      stickyQueueScheduleToStartTimeoutMs: 10_000,
      maxCachedWorkflows: 2282,
      workflowThreadPoolSize: 1,
      maxHeartbeatThrottleIntervalMs: 60_000,
      defaultHeartbeatThrottleIntervalMs: 30_000,
      maxEagerActivityReservationsPerWorkflowTask: 3,
      debugMode: false,
      deadlockTimeoutMs: 5000,
    });
  });

  test("the cache follows the heap's limit, at least 10", () => {
    expect(defaultMaxCachedWorkflows(1224 * MIB)).toBe(600);
    expect(defaultMaxCachedWorkflows(100 * MIB)).toBe(10);
    expect(defaultMaxCachedWorkflows(undefined)).toBeGreaterThan(100);
  });

  test.each([
    [{ taskQueue: "" }, /WorkerOptions.taskQueue is "?'?"?'?; it must be a non-empty text/],
    [{ taskQueue: "__temporal_x" }, /task queue name '__temporal_x'/],
    [{ namespace: 5 }, /namespace is 5.*non-empty text/],
    [
      { maxConcurrentActivityTaskExecutions: 0 },
      /maxConcurrentActivityTaskExecutions is 0.*whole number from 1/,
    ],
    [{ maxConcurrentWorkflowTaskExecutions: 1.5 }, /maxConcurrentWorkflowTaskExecutions is 1\.5/],
    [{ maxConcurrentWorkflowTaskPolls: 1 }, /maxConcurrentWorkflowTaskPolls is 1.*whole number from 2/],
    [{ nonStickyToStickyPollRatio: 2 }, /nonStickyToStickyPollRatio is 2.*from 0 to 1/],
    [{ maxActivitiesPerSecond: 0 }, /maxActivitiesPerSecond is 0.*positive/],
    [{ maxTaskQueueActivitiesPerSecond: -1 }, /maxTaskQueueActivitiesPerSecond is -1/],
    [{ shutdownGraceTime: "soon" }, /WorkerOptions.shutdownGraceTime.*soon/],
    [{ shutdownForceTime: -1 }, /shutdownForceTime is -1.*not negative/],
    [{ maxCachedWorkflows: -1 }, /maxCachedWorkflows is -1.*from 0/],
    [
      { maxEagerActivityReservationsPerWorkflowTask: -1 },
      /maxEagerActivityReservationsPerWorkflowTask is -1/,
    ],
    [{ activities: "x" }, /activities is .*x.*an object/],
    [{ activities: { __temporal_x: () => {} } }, /activity name '__temporal_x'/],
    [{ activities: [() => {}] }, /activities is .*an object/],
    [{ sinks: { __temporal_x: {} } }, /sink name '__temporal_x'/],
    [{ sinks: { alerts: { raise: () => {} } } }, /sinks.alerts.raise is function .*fn/],
    [{ client: "c" }, /client is "c".*an object/],
    [{ workflowTaskPollerBehavior: null }, /workflowTaskPollerBehavior.type is undefined/],
    [{ workflowBundle: {} }, /workflowBundle.*code.*codePath/],
    [{ workflowBundle: { code: "a", codePath: "b" } }, /workflowBundle/],
    [{ debugMode: "yes" }, /debugMode is .*yes.*true or false/],
    [{ patchActivationCallback: true }, /patchActivationCallback is true.*a function/],
    [{ workflowTaskPollerBehavior: { type: "autoscaling" } }, /workflowTaskPollerBehavior.type/],
    [
      { activityTaskPollerBehavior: { type: "simple-maximum", maximum: 0 } },
      /activityTaskPollerBehavior.maximum is 0/,
    ],
    [{ interceptors: { activity: [1] } }, /interceptors.activity/],
    [{ interceptors: { workflowModules: [1] } }, /interceptors.workflowModules/],
    [{ workflowFailureErrorTypes: { order: "Error" } }, /workflowFailureErrorTypes\["order"\]/],
    [
      {
        workerDeploymentOptions: {
          version: { deploymentName: "", buildId: "1" },
          useWorkerVersioning: false,
        },
      },
      /workerDeploymentOptions.version/,
    ],
    [
      {
        workerDeploymentOptions: {
          version: { deploymentName: "d", buildId: "1" },
          useWorkerVersioning: true,
        },
      },
      /defaultVersioningBehavior.*PINNED or AUTO_UPGRADE/,
    ],
    [
      {
        buildId: "b",
        workerDeploymentOptions: {
          version: { deploymentName: "d", buildId: "1" },
          useWorkerVersioning: false,
        },
      },
      /buildId.*left out/,
    ],
  ])("%o is refused", (options, message) => {
    expect(() => compile(options as Partial<WorkerOptions>)).toThrow(message);
  });

  test("cache size 1 becomes 2, with a warning", () => {
    const log = new RecordedLog();
    expect(compile({ maxCachedWorkflows: 1 }, undefined, log).maxCachedWorkflows).toBe(2);
    expect(log.at("WARN")).toHaveLength(1);
  });

  test("workflow slots stay between 2 and the cache's size; only a given number is warned about", () => {
    const log = new RecordedLog();
    expect(compile({ maxCachedWorkflows: 20 }, undefined, log).maxConcurrentWorkflowTaskExecutions).toBe(20);
    expect(log.at("WARN")).toEqual([]);
    const one = compile({ maxConcurrentWorkflowTaskExecutions: 1 }, undefined, log);
    expect(one.maxConcurrentWorkflowTaskExecutions).toBe(2);
    expect(log.at("WARN")).toHaveLength(1);
    const uncached = compile({ maxConcurrentWorkflowTaskExecutions: 1, maxCachedWorkflows: 0 });
    expect(uncached.maxConcurrentWorkflowTaskExecutions).toBe(1);
    expect(uncached.maxConcurrentWorkflowTaskPolls).toBe(1);
  });

  test("an option that does not exist is ignored with a warning", () => {
    const log = new RecordedLog();
    compile({ taskQueue: "q", maxConcurentActivities: 5 } as Partial<WorkerOptions>, undefined, log);
    expect(log.at("WARN")).toEqual([
      "WorkerOptions.maxConcurentActivities is not an option of this worker and is ignored",
    ]);
  });

  test.each([
    ["useVersioning", true, /workerDeploymentOptions/],
    ["nexusServices", [{}], /does not handle them/],
    ["maxConcurrentNexusTaskExecutions", 5, /does not handle them/],
    ["maxConcurrentNexusTaskPolls", 5, /does not handle them/],
    ["nexusTaskPollerBehavior", { type: "autoscaling" }, /does not handle them/],
    ["tuner", {}, /maxConcurrentWorkflowTaskExecutions/],
    ["plugins", [{}], /wrap Worker\.create/],
    ["enableSDKTracing", true, /interceptors/],
    ["reuseV8Context", false, /always share a context/],
    ["workflowTaskPollerBehavior", { type: "autoscaling" }, /polls do not scale by themselves/],
    ["activityTaskPollerBehavior", { type: "autoscaling" }, /polls do not scale by themselves/],
    ["bundlerOptions", { webpackConfigHook: () => ({}) }, /bundlerOptions\.webpackConfigHook .*esbuild/],
    ["interceptors", { activityInbound: [() => ({})] }, /interceptors\.activityInbound .*inbound: …/],
    ["interceptors", { nexus: [() => ({})] }, /interceptors\.nexus .*does not handle them/],
    ["interceptors", { client: {} }, /interceptors\.client .*the Client that you pass/],
    ["bundlerOptions", { plugins: [{}] }, /bundlerOptions\.plugins .*preloadModules/],
  ])("the official SDK's %s is refused with what to do instead: %j", (name, value, message) => {
    const log = new RecordedLog();
    const given = { taskQueue: "q", [name]: value } as Partial<WorkerOptions>;
    expect(() => compile(given, undefined, log)).toThrow(message);
    expect(() => compile(given, undefined, log)).toThrow(`WorkerOptions.${name}`);
  });

  test("of these, what asks for what happens anyhow passes without a word", () => {
    const log = new RecordedLog();
    const harmless = {
      useVersioning: false,
      nexusServices: [],
      plugins: [],
      enableSDKTracing: false,
      reuseV8Context: true,
      tuner: undefined,
      bundlerOptions: { plugins: [], webpackConfigHook: undefined },
    };
    compile({ taskQueue: "q", ...harmless } as Partial<WorkerOptions>, undefined, log);
    expect(log.at("WARN")).toEqual([]);
  });

  test("every option of the official worker is known here, supported or not", () => {
    // `npm ci --prefix test/interop` brings its declarations; the names below are those of 1.24.0.
    const official =
      "taskQueue connection namespace identity buildId useVersioning workerDeploymentOptions workflowsPath workflowBundle bundlerOptions activities enableNonLocalActivities nexusServices dataConverter interceptors sinks patchActivationCallback shutdownGraceTime shutdownForceTime tuner maxConcurrentWorkflowTaskExecutions maxConcurrentActivityTaskExecutions maxConcurrentLocalActivityExecutions maxConcurrentNexusTaskExecutions maxConcurrentWorkflowTaskPolls maxConcurrentActivityTaskPolls maxConcurrentNexusTaskPolls workflowTaskPollerBehavior activityTaskPollerBehavior nexusTaskPollerBehavior nonStickyToStickyPollRatio stickyQueueScheduleToStartTimeout maxCachedWorkflows workflowThreadPoolSize maxHeartbeatThrottleInterval defaultHeartbeatThrottleInterval maxActivitiesPerSecond maxTaskQueueActivitiesPerSecond maxEagerActivityReservationsPerWorkflowTask workflowFailureErrorTypes disablePayloadErrorLimit showStackTraceSources debugMode plugins enableSDKTracing reuseV8Context".split(
        " ",
      );
    expect(unknownOptions(Object.fromEntries(official.map((name) => [name, undefined])))).toEqual([]);
  });

  test("polls follow the slots", () => {
    expect(compile({ maxConcurrentActivityTaskExecutions: 3 }).maxConcurrentActivityTaskPolls).toBe(3);
    expect(
      compile({ activityTaskPollerBehavior: { type: "simple-maximum", maximum: 7 } })
        .maxConcurrentActivityTaskPolls,
    ).toBe(7);
  });

  test("only functions are activities, and methods keep their object", async () => {
    class Mailer {
      readonly from = "me";
      readonly notAnActivity = 1;
      send = function (this: Mailer): string {
        return this.from;
      };
    }
    const { activities, enableNonLocalActivities } = compile({ activities: new Mailer() });
    expect([...activities.keys()]).toEqual(["send"]);
    expect(activities.get("send")?.()).toBe("me");
    expect(enableNonLocalActivities).toBe(true);
  });

  test("debug mode turns the deadlock check off", () => {
    expect(compile({ debugMode: true }).deadlockTimeoutMs).toBe(0);
    expect(compile({}, "TRUE").deadlockTimeoutMs).toBe(0);
    expect(compile({}, "0").deadlockTimeoutMs).toBe(5000);
  });
});

describe("workflow code", () => {
  const platform = {
    bundle: async (request: object) => `bundle of ${JSON.stringify(request)}`,
    readTextFile: async (path: string) => `content of ${path}`,
  };
  const load = (options: Partial<WorkerOptions>, logger = new RecordedLog()) =>
    loadWorkflowCode({
      options: compile(options),
      bundlerOptions: options.bundlerOptions,
      dataConverter: options.dataConverter,
      platform,
      logger,
    });

  test("comes from a bundle, a file, or is bundled", async () => {
    expect(await load({ workflowBundle: { code: "the code" } })).toBe("the code");
    expect(await load({ workflowBundle: { codePath: "/a.js" } })).toBe("content of /a.js");
    expect(await load({ workflowsPath: "/w.ts", bundlerOptions: { ignoreModules: ["fs"] } })).toMatch(
      /"workflowsPath":"\/w.ts".*"ignoreModules":\["fs"\]/,
    );
    expect(await load({})).toBeUndefined();
  });

  test("a prebuilt bundle goes before the path, and says so", async () => {
    const log = new RecordedLog();
    expect(await load({ workflowBundle: { code: "x" }, workflowsPath: "/w.ts" }, log)).toBe("x");
    expect(log.at("WARN")[0]).toMatch(/workflowsPath is ignored/);
  });

  test("converters given as values cannot reach workflows that are bundled here", async () => {
    const payloadConverter = { toPayload: () => ({}), fromPayload: () => undefined };
    await expect(
      load({ workflowsPath: "/w.ts", dataConverter: { payloadConverter: payloadConverter as never } }),
    ).rejects.toThrow(/payloadConverterPath/);
  });

  test("the default build id has the hash of the bundle", async () => {
    expect(await defaultBuildId("1.2.3", undefined)).toBe("perdure@1.2.3");
    expect(await defaultBuildId("1.2.3", "code")).toMatch(/^perdure@1\.2\.3\+[0-9a-f]{64}$/);
    expect(await defaultBuildId("1", "a")).not.toBe(await defaultBuildId("1", "b"));
  });
});
