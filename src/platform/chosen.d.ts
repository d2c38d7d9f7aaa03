import type { Platform } from "./platform.ts";

/** What `#platform` stands for where no runtime is chosen yet: in the check that `src/` names none. */
export declare const platform: Platform;
