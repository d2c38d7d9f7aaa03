import type { Duration } from "../common/duration.ts";
