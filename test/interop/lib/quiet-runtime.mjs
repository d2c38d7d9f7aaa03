/** The scenarios provoke warnings and errors: keep the recorder's output readable. */
import { DefaultLogger, Runtime } from "@temporalio/worker";

export function quietRuntime() {
  Runtime.install({
    logger: new DefaultLogger(process.env.RECORD_LOG ?? "ERROR", (entry) => {
      if (process.env.RECORD_LOG) console.error(entry.level, entry.message, entry.meta?.error ?? "");
    }),
    telemetryOptions: { logging: { filter: { core: process.env.RECORD_LOG ?? "ERROR", other: "ERROR" } } },
    shutdownSignals: [],
  });
}
