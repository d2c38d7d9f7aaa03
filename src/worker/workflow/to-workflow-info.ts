import { type SearchAttributePair, TypedSearchAttributes } from "../../common/search-attributes.ts";
import type { WorkflowInfo } from "../../workflow/workflow-info.ts";

/** What structured cloning took from the facts (classes and functions) is put back. */
export function toWorkflowInfo(plain: { readonly [key: string]: unknown }): WorkflowInfo {
  // The thread sends the whole of WorkflowInfo with these two as plain data.
  const { typedSearchAttributes, unsafe } = plain as {
    readonly typedSearchAttributes?: SearchAttributePair[];
    readonly unsafe?: object;
  };
  const info: unknown = {
    ...plain,
    typedSearchAttributes: new TypedSearchAttributes(typedSearchAttributes ?? []),
    unsafe: {
      ...unsafe,
      now: () => Date.now(),
      random: {
        random: () => Math.random(),
        uuid4: () => crypto.randomUUID(),
        fillRandom: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes),
      },
    },
  };
  return info as WorkflowInfo;
}
