/**
 * What `#platform` gives. Each runtime's `runtimes/<name>/mod.ts` exports the same name; this declaration lets `src/` be
 * type-checked without any of them.
 */
import type { Platform } from "./platform.ts";

/** The port of the runtime that this program runs on. */
export declare const platform: Platform;
