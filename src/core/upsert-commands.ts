import type { PayloadMap } from "../common/payload.ts";

/** Workflow code changes its search attributes. A payload of JSON `null` or `[]` takes one away. */
export interface UpsertSearchAttributes {
  readonly kind: "upsertSearchAttributes";
  readonly fields: PayloadMap;
}

/** Workflow code changes its memo. A payload of encoding `binary/null` takes an entry away. */
export interface ModifyWorkflowProperties {
  readonly kind: "modifyWorkflowProperties";
  readonly memo: PayloadMap;
}
