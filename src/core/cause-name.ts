/**
 * A cause as users see it, in the words of all SDKs: `ExternalWorkflowExecutionNotFound` for
 * `EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND`. A number of a newer server is `Unspecified`.
 */
export function causeName(names: { readonly [name: string]: number }, cause: number): string {
  const found = Object.entries(names).find(([, number]) => number === cause)?.[0] ?? "UNSPECIFIED";
  return found
    .split("_")
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join("");
}
