import type { WorkerFacts } from "../../../../src/engine/protocol.ts";
import type { EvaluatedBundle } from "./sandbox-in-realm.ts";

/** Not a file: `on-workerd.ts` writes its text when it bundles. */
export declare const bundle: EvaluatedBundle;
export declare const facts: Partial<WorkerFacts>;
