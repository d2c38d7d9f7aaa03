/**
 * One program of tests with `MockActivityEnvironment`, run under the official testing package and under Perdure's: what it sees must
 * be equal.
 */
import { deepEqual } from "node:assert/strict";
import * as officialActivity from "@temporalio/activity";
import * as officialCommon from "@temporalio/common";
import * as officialTesting from "@temporalio/testing";

/** What is thrown, as data. */
const failure = (error) => ({ name: error.name, message: error.message, type: error.type });
const outcome = (run) =>
  run.then(
    (value) => ({ value }),
    (error) => failure(error),
  );
const details = (given) => given && { ...given };

/** Notes all lines, without what differs from run to run. */
function noting(lines) {
  const log = (level, message, { durationMs, taskToken, error, ...meta } = {}) => {
    lines.push([level, message, { ...meta, error: error && failure(error) }]);
  };
  const at = (level) => (message, meta) => log(level, message, meta);
  return {
    log,
    trace: at("TRACE"),
    debug: at("DEBUG"),
    info: at("INFO"),
    warn: at("WARN"),
    error: at("ERROR"),
  };
}

/** By name, programs that give what they saw. */
const programs = {
  async "arguments and results"({ newEnv }) {
    const env = newEnv();
    return [
      await outcome(env.run(async (a, b) => a + b, 2, 3)),
      await outcome(env.run((text) => text.length, "sync")),
      await outcome(env.run(async () => undefined)),
      // What cannot be converted passes all the same: nothing is encoded.
      typeof (await env.run(async () => () => 1)),
    ];
  },

  async errors({ newEnv, activity, common }) {
    const throwing = (error) => outcome(newEnv().run(async () => Promise.reject(error)));
    const own = new RangeError("too far");
    return [
      await throwing(own),
      await newEnv()
        .run(() => {
          throw own;
        })
        .catch((error) => error === own),
      await throwing(common.ApplicationFailure.nonRetryable("never", "Kind")),
      await throwing(new activity.CompleteAsyncError()),
      await newEnv()
        .run(() => Promise.reject("text"))
        .catch((error) => error),
    ];
  },

  async "default facts, and those of the test"({ newEnv, activity, testing }) {
    const plain = ({ taskToken, ...info }) => [String.fromCharCode(...taskToken), info];
    return [
      plain(testing.defaultActivityInfo),
      plain(await newEnv().run(() => activity.activityInfo())),
      plain(await newEnv({ attempt: 3, heartbeatDetails: [1] }).run(() => activity.Context.current().info)),
    ];
  },

  async heartbeats({ newEnv, activity }) {
    const env = newEnv();
    const heard = [];
    const gone = () => heard.push("gone");
    const twice = (given) => heard.push(["twice", given]);
    env.on("heartbeat", (...args) => heard.push(args));
    env.once("heartbeat", (given) => heard.push(["once", given]));
    env.on("heartbeat", gone).off("heartbeat", gone);
    env.on("heartbeat", twice).addListener("heartbeat", twice);
    const sync = await env.run(() => {
      activity.heartbeat(1);
      // Listeners hear it within the activity's own turn.
      return heard.length;
    });
    env.removeListener("heartbeat", twice);
    await env.run(async () => {
      activity.heartbeat({ done: [1, 2] });
      activity.heartbeat();
    });
    const counts = [env.listenerCount("heartbeat"), env.emit("heartbeat", "by hand"), env.emit("nobody")];
    env.removeAllListeners("heartbeat");
    await env.run(() => activity.heartbeat("unheard"));
    return [sync, heard, counts, env.listenerCount("heartbeat")];
  },

  async "a listener that throws"({ newEnv, activity }) {
    const env = newEnv();
    env.on("heartbeat", () => {
      throw new Error("from the listener");
    });
    return await outcome(env.run(async () => activity.heartbeat(1)));
  },

  async cancellation({ newEnv, activity }) {
    const seen = async (env) => {
      const [thrown, slept] = await Promise.allSettled([activity.cancelled(), activity.sleep("1 hour")]);
      const signal = activity.cancellationSignal();
      return {
        thrown: failure(thrown.reason),
        slept: failure(slept.reason),
        aborted: [signal.aborted, failure(signal.reason)],
        details: details(activity.cancellationDetails()),
        same: env.context === activity.Context.current(),
      };
    };
    const results = [];
    for (const args of [
      [],
      ["TIMED_OUT"],
      ["WORKER_SHUTDOWN", { workerShutdown: true, cancelRequested: false }],
    ]) {
      const env = newEnv();
      env.once("heartbeat", () => env.cancel(args[0], args[1] && newDetails(env, args[1])));
      const before = await env.run(() => [
        activity.cancellationSignal().aborted,
        activity.cancellationDetails() === undefined,
      ]);
      results.push(
        before,
        await env.run(async () => {
          activity.heartbeat();
          return await seen(env);
        }),
        // The context is that of all activities that the environment runs.
        await outcome(env.run(() => activity.cancelled())),
      );
    }
    return results;
  },

  async "cancelled while it sleeps, and not caught"({ newEnv, activity }) {
    const env = newEnv();
    const run = outcome(env.run(() => activity.sleep("1 hour")));
    env.cancel();
    return [await run, await outcome(env.run(() => activity.sleep(1)))];
  },

  async "log lines and their facts"({ newEnv, activity, common }) {
    const lines = [];
    const options = {
      logger: noting(lines),
      interceptors: [
        () => ({ outbound: { getLogAttributes: (input, next) => next({ ...input, mine: 1 }) } }),
      ],
    };
    const env = newEnv({ activityId: "logs" }, options);
    await env.run(() => activity.log.info("working", { on: "it" }));
    await outcome(env.run(() => Promise.reject(new TypeError("wrong"))));
    const benign = { message: "harmless", category: common.ApplicationFailureCategory.BENIGN };
    await outcome(env.run(() => Promise.reject(common.ApplicationFailure.create(benign))));
    await outcome(env.run(() => Promise.reject(new activity.CompleteAsyncError())));
    env.cancel();
    await outcome(env.run(() => activity.cancelled()));
    return lines;
  },

  async interceptors({ newEnv, activity }) {
    const order = [];
    const named = (name) => (context) => {
      order.push(["made", name, context.info.activityId]);
      return {
        inbound: {
          async execute(input, next) {
            order.push([name, ...input.args, Object.keys(input.headers).length]);
            const result = await next({ ...input, args: [`${name}(${input.args[0]})`] });
            return `${name}:${result}`;
          },
        },
      };
    };
    const env = newEnv({}, { interceptors: [named("outer"), named("inner"), () => ({})] });
    const result = await env.run(async (text) => {
      order.push(["activity", text, activity.Context.current() === env.context]);
      return text.toUpperCase();
    }, "x");
    return [result, order];
  },

  async "metric tags"({ newEnv, activity }) {
    const tags = [];
    const counter = { kind: "counter", name: "n", add: (value, given) => tags.push([value, given]) };
    const meter = {
      createCounter: () => counter,
      withTags: (more) => ({
        ...meter,
        createCounter: () => ({
          ...counter,
          add: (value, given) => tags.push([value, { ...more, ...given }]),
        }),
      }),
    };
    const env = newEnv({ activityType: "measured" }, { metricMeter: meter });
    await env.run(() => activity.metricMeter.createCounter("n").add(1, { mine: "yes" }));
    return tags;
  },

  async "several at a time, and no context outside"({ newEnv, activity }) {
    const [one, two] = [newEnv({ activityId: "one" }), newEnv({ activityId: "two" })];
    const id = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return activity.activityInfo().activityId;
    };
    const ids = await Promise.all([one.run(id), two.run(id), one.run(id)]);
    const outside = await outcome((async () => activity.activityInfo())());
    return [ids, outside.message.slice(0, "Activity context not initialized".length)];
  },

  async "no client unless one is given"({ newEnv, activity }) {
    const client = { withAbortSignal: (_signal, run) => run(), mark: 7 };
    return [
      (await outcome(newEnv().run(async () => activity.getClient()))).name,
      (await newEnv({}, { client }).run(async () => activity.getClient())).mark,
    ];
  },
};

const official = { activity: officialActivity, common: officialCommon, testing: officialTesting };

/** Perdure as built: this folder is a package of its own. */
async function builtPerdure() {
  const [activity, common, testing] = await Promise.all(
    ["activity", "common", "testing"].map((part) => import(`../../../dist/src/${part}/mod.js`)),
  );
  return { activity, common, testing };
}

const detailsClasses = new WeakMap();

function newDetails(env, given) {
  return new (detailsClasses.get(env))(given);
}

async function seenBy(sdk, program) {
  const newEnv = (info, options) => {
    const logger = noting([]);
    const env = new sdk.testing.MockActivityEnvironment(info, { logger, ...options });
    detailsClasses.set(env, sdk.common.ActivityCancellationDetails);
    return env;
  };
  return await program({ ...sdk, newEnv });
}

/** Each program sees the same under both. */
export async function runMockActivities(report) {
  const perdure = await builtPerdure();
  for (const [name, program] of Object.entries(programs)) {
    await report.check(`mock activities as in the official SDK: ${name}`, async () => {
      const expected = await seenBy(official, program);
      deepEqual(await seenBy(perdure, program), expected);
    });
  }
}
