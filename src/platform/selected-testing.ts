/** What `#platform/testing` gives; see `selected.ts`. */
import type { TestingPlatform } from "./testing-platform.ts";

/** The testing port of the runtime that this program runs on. */
export declare const testingPlatform: TestingPlatform;
