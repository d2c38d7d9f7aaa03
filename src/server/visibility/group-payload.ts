import type { Init } from "../../codec-runtime/init.ts";
import type { Payload } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { workflowExecutionStatusNames } from "../../gen/codec/temporal/api/enums/v1/workflow.json.ts";
import { typedPayload } from "./attribute-values.ts";
import type { Column } from "./query-columns.ts";

const encoder = new TextEncoder();

/** The value that a group has in common, as counts give it. */
export function groupPayload({ field, type }: Column, value: string | number | undefined): Init<Payload> {
  const text = field === "ExecutionStatus" ? statusName(Number(value)) : String(value ?? "");
  return typedPayload(
    { metadata: { encoding: encoder.encode("json/plain") }, data: encoder.encode(JSON.stringify(text)) },
    type,
  );
}

/** `TIMED_OUT` as clients write it: `TimedOut`. */
function statusName(status: number): string {
  const name = workflowExecutionStatusNames.names[status] ?? String(status);
  return name.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
