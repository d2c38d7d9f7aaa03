/** Signals and queries. */
import { eventSeen, settled } from "./wait.mjs";

const activityDone = ({ activityTaskCompletedEventAttributes: completed }) => completed;
const from = (source, list) => list.map((scenario) => ({ source, ...scenario }));

export const signalScenarios = [
  ...from("signals.ts", [
    {
      subject: "signal-one",
      workflow: "oneSignal",
      async act(handle) {
        await settled(handle);
        await handle.signal("finish");
      },
    },
    {
      subject: "signal-with-arguments",
      workflow: "signalWithArguments",
      async act(handle) {
        await settled(handle);
        await handle.signal("order", { id: 7, tags: ["a", "b"] }, true);
      },
    },
    {
      subject: "signal-before-first-task",
      workflow: "oneSignal",
      async run({ start, startWorker, ended, save }) {
        const handle = await start();
        await handle.signal("finish");
        await startWorker();
        await ended(handle);
        await save(handle);
      },
    },
    {
      subject: "signal-with-start",
      workflow: "oneSignal",
      async run({ client, startOptions, startWorker, ended, save }) {
        await startWorker();
        const handle = await client.signalWithStart("oneSignal", {
          ...startOptions,
          signal: "finish",
          signalArgs: [],
        });
        await ended(handle);
        await save(handle);
      },
    },
    {
      subject: "signal-many-buffered",
      workflow: "bufferedSignals",
      args: [8],
      async run({ start, startWorker, ended, save }) {
        const handle = await start();
        for (let index = 0; index < 8; index++) await handle.signal("word", `word ${index}`);
        await startWorker();
        await ended(handle);
        await save(handle);
      },
    },
    {
      subject: "signal-kinds-buffered",
      workflow: "bufferedSignalKinds",
      async run({ start, startWorker, ended, save }) {
        const handle = await start();
        await handle.signal("word", "one");
        await handle.signal("finish");
        await handle.signal("word", "two");
        await handle.signal("finish");
        await startWorker();
        await ended(handle);
        await save(handle);
      },
    },
    {
      subject: "signal-async-handler",
      workflow: "asyncSignalHandler",
      args: [3],
      async act(handle) {
        for (const [index, word] of ["a", "b", "c"].entries()) {
          await handle.signal("word", word);
          await eventSeen(
            handle,
            (_event, _index, events) => events.filter(activityDone).length === index + 1,
          );
        }
      },
    },
    {
      subject: "signal-handler-replaced",
      workflow: "replacedSignalHandler",
      async act(handle) {
        await settled(handle);
        await handle.signal("word", "a");
        await handle.signal("word", "b");
      },
    },
    {
      subject: "signal-unknown",
      note: "a signal that no handler ever takes stays buffered and is dropped when the workflow ends",
      workflow: "oneSignal",
      async act(handle) {
        await handle.signal("nobody-takes-this", 1);
        await handle.signal("finish");
      },
    },
  ]),
  ...from("queries.ts", [
    {
      subject: "query-counter",
      note: "queried while open and after the end; queries leave no events",
      workflow: "counter",
      async act(handle) {
        await handle.signal("addTo", 2);
        await handle.signal("addTo", 3);
        await settled(handle);
        await handle.query("total");
        await handle.query("describe", "items");
        await handle.signal("addTo", 4);
        await settled(handle);
        await handle.signal("close");
        await handle.result();
        await handle.query("total");
      },
    },
  ]),
];
