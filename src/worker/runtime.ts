import { IllegalStateError, ValueError } from "../common/errors.ts";
import type { Logger } from "../common/logger.ts";
import { type MetricMeter, noopMetricMeter } from "../common/meter.ts";
import { showValue } from "../common/type-guards.ts";
import { DefaultLogger } from "./default-logger.ts";

/** Options of {@link Runtime.install}. */
export interface RuntimeOptions {
  /** Where workers, workflows and activities log. Default: {@link DefaultLogger} at level INFO. */
  readonly logger?: Logger | undefined;
  /** Process signals that shut all workers down. Default SIGINT, SIGTERM, SIGQUIT, SIGUSR2. */
  readonly shutdownSignals?: readonly string[] | undefined;
  /** Where metrics of workflows and activities go. Default: nowhere. */
  readonly metricMeter?: MetricMeter | undefined;
}

const KNOWN: ReadonlySet<string> = new Set<keyof RuntimeOptions>([
  "logger",
  "shutdownSignals",
  "metricMeter",
]);
const DEFAULT_SIGNALS: readonly string[] = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGUSR2"];

/**
 * What all workers of a process share: logger, metrics, signals.
 *
 * @example
 * ```ts
 * Runtime.install({ logger: new DefaultLogger("DEBUG"), shutdownSignals: ["SIGTERM"] });
 * ```
 */
export class Runtime {
  static #instance: Runtime | undefined;
  readonly logger: Logger;
  readonly metricMeter: MetricMeter;
  readonly shutdownSignals: readonly string[];

  private constructor(options: RuntimeOptions) {
    for (const name of Object.keys(options)) {
      if (KNOWN.has(name)) continue;
      throw new ValueError(
        `RuntimeOptions.${name}: there is no such option of a runtime; there are ${[...KNOWN].join(", ")}`,
      );
    }
    const { shutdownSignals = DEFAULT_SIGNALS } = options;
    if (
      !Array.isArray(shutdownSignals) ||
      shutdownSignals.some((name) => !/^SIG[A-Z0-9]+$/.test(String(name)))
    ) {
      throw new ValueError(
        `RuntimeOptions.shutdownSignals is ${showValue(shutdownSignals)}; it must be a list of signal names such as "SIGTERM"`,
      );
    }
    this.logger = options.logger ?? new DefaultLogger();
    this.metricMeter = options.metricMeter ?? noopMetricMeter;
    this.shutdownSignals = shutdownSignals;
  }

  /**
   * Sets what all workers use; before the first worker is created.
   *
   * @throws IllegalStateError when a runtime is in place already
   * @throws ValueError when an option is not usable
   *
   * @example
   * ```ts
   * Runtime.install({ logger: new DefaultLogger("WARN") });
   * ```
   */
  static install(options: RuntimeOptions): Runtime {
    const runtime = new Runtime(options);
    if (Runtime.#instance !== undefined) {
      throw new IllegalStateError(
        "Runtime is in place already: call Runtime.install once, before the first worker is created",
      );
    }
    Runtime.#instance = runtime;
    return runtime;
  }

  /**
   * The runtime in place; with the defaults if none was installed.
   *
   * @example
   * ```ts
   * Runtime.instance().logger.info("ready");
   * ```
   */
  static instance(): Runtime {
    Runtime.#instance ??= new Runtime({});
    return Runtime.#instance;
  }
}
