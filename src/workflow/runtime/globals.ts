import { showValue } from "../../common/type-guards.ts";
import { CancellationScope } from "../cancellation-scope.ts";
import { DeterminismViolationError } from "../errors.ts";
import { sleep } from "../timers.ts";
import { AsyncLocalStorage } from "./async-local.ts";
import { assertWritable, maybeCurrentRun, requireRun } from "./current.ts";
import { SHIELDED_SCOPES } from "./flags.ts";
import { sandboxDate, sandboxIntl, sandboxTemporal } from "./global-time.ts";
import { writeLog } from "./logging.ts";
import { fillFrom, uuid4From } from "./random.ts";
import { ambientRandom } from "./random-source.ts";
import { hasFlag, pushCommand } from "./run.ts";

/**
 * The globals that workflow code sees instead of the realm's own. They act on the current run, so one set serves all
 * runs; they are frozen, so that no run changes them for another, but for `console`, which the realm puts back after each run.
 */
export function sandboxGlobals(): { readonly [name: string]: unknown } {
  const temporal = sandboxTemporal();
  return Object.freeze({
    Date: sandboxDate(),
    Intl: sandboxIntl(),
    ...(temporal === undefined ? {} : { Temporal: temporal }),
    Math: sandboxMath(),
    console: sandboxConsole(),
    performance: fixed({ now: elapsedMs, timeOrigin: 0 }),
    crypto: fixed({ randomUUID: () => uuid4From(ambientRandom), getRandomValues }),
    setTimeout: Object.freeze(perdureSetTimeout),
    clearTimeout: Object.freeze(perdureClearTimeout),
    setInterval: refused("setInterval", "Call sleep() in a loop instead."),
    clearInterval: refused("clearInterval", "Call sleep() in a loop instead."),
    WeakRef: refused("WeakRef", "Keep the object itself."),
    FinalizationRegistry: refused(
      "FinalizationRegistry",
      "Free what an object holds when you are done with it.",
    ),
    AsyncLocalStorage,
  });
}

/** An object of functions that no run can change, nor what they are. */
function fixed<T extends { readonly [name: string]: unknown }>(functions: T): Readonly<T> {
  for (const value of Object.values(functions)) Object.freeze(value);
  return Object.freeze(functions);
}

function refused(name: string, advice: string): unknown {
  const why =
    name === "WeakRef" || name === "FinalizationRegistry"
      ? "when garbage is collected differs from one replay to the next"
      : "it has no deterministic form";
  function refuse(): never {
    throw new DeterminismViolationError(`${name} cannot be used in workflows: ${why}. ${advice}`);
  }
  Object.defineProperty(refuse, "name", { value: name });
  return Object.freeze(refuse);
}

function sandboxMath(): object {
  const properties = Object.getOwnPropertyDescriptors(Math);
  const random = { ...properties.random, value: Object.freeze(() => ambientRandom()) };
  return Object.freeze(Object.create(Object.prototype, { ...properties, random }));
}

function elapsedMs(): number {
  const run = maybeCurrentRun();
  return run === undefined ? 0 : run.nowMs - run.info.runStartTime.getTime();
}

const INTEGER_ARRAYS =
  /^\[object (?:Ui|I)nt(?:8|16|32)(?:Clamped)?Array\]$|^\[object Big(?:Ui|I)nt64Array\]$/;

function getRandomValues<T>(array: T): T {
  if (!ArrayBuffer.isView(array) || !INTEGER_ARRAYS.test(Object.prototype.toString.call(array))) {
    throw new TypeError(`crypto.getRandomValues fills integer arrays only, got ${showValue(array)}`);
  }
  fillFrom(ambientRandom, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return array;
}

/** `console` of workflow code: log lines, dropped in replay as all are. */
function sandboxConsole(): object {
  const line = (level: "DEBUG" | "INFO" | "WARN" | "ERROR") =>
    Object.freeze((...args: unknown[]): void => {
      const run = maybeCurrentRun();
      if (run !== undefined) writeLog(run, level, args.map(consoleText).join(" "));
    });
  return {
    log: line("INFO"),
    info: line("INFO"),
    debug: line("DEBUG"),
    trace: line("DEBUG"),
    warn: line("WARN"),
    error: line("ERROR"),
  };
}

function consoleText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack || String(value);
  if (typeof value === "object" && value !== null) {
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      // A cycle or a BigInt inside.
    }
  }
  return String(value);
}

type Callback = (...args: unknown[]) => unknown;

function perdureSetTimeout(callback: Callback, ms?: number, ...args: unknown[]): number {
  const run = requireRun("setTimeout() may only be used in a workflow");
  assertWritable(run, "setTimeout()");
  if (typeof callback !== "function") {
    throw new TypeError(`setTimeout takes a function, got ${showValue(callback)}`);
  }
  const durationMs = Math.max(1, Number(ms) || 0);
  const perdureEntryTimeout = (): unknown => callback(...args);
  // The number that the timer is about to take.
  const seq = run.nextSeqs.timer;
  if (!hasFlag(run, SHIELDED_SCOPES)) {
    run.nextSeqs.timer++;
    new Promise<void>((resolve, reject) => {
      run.pending.timers.set(seq, { resolve, reject });
      pushCommand(run, { kind: "startTimer", seq, startToFireMs: durationMs });
    }).then(perdureEntryTimeout, () => undefined);
    return seq;
  }
  const scope = new CancellationScope({ cancellable: true });
  scope
    .run(() => sleep(durationMs))
    .then(
      () => {
        run.timeouts.delete(seq);
        perdureEntryTimeout();
      },
      () => {
        run.timeouts.delete(seq);
      },
    );
  run.timeouts.set(seq, scope);
  return seq;
}

function perdureClearTimeout(handle?: unknown): void {
  const run = requireRun("clearTimeout() may only be used in a workflow");
  assertWritable(run, "clearTimeout()");
  const isIssued = typeof handle === "number" && handle >= 1 && handle < run.nextSeqs.timer;
  if (!isIssued) return;
  const scope = run.timeouts.get(handle);
  if (scope !== undefined) {
    run.timeouts.delete(handle);
    scope.cancel();
    return;
  }
  // A number is used up here, and a command sent even for a timer that fired: so do the histories of the official SDK.
  run.nextSeqs.timer++;
  run.pending.timers.delete(handle);
  pushCommand(run, { kind: "cancelTimer", seq: handle });
}
