import type { Init } from "../../codec-runtime/init.ts";
import type { SearchAttributes } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { type CommandContext, CommandRefused } from "./command.ts";

/** The search attributes that a command gives to another run, checked. */
export function checkedAttributes(
  { engine, run }: CommandContext,
  value: { readonly searchAttributes?: Init<SearchAttributes> | undefined },
): Init<SearchAttributes> | undefined {
  const fields = value.searchAttributes?.indexedFields;
  if (fields === undefined) return undefined;
  try {
    return { indexedFields: engine.parts.searchAttributes.check(run.namespace, fields) };
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new CommandRefused(Cause.BAD_SEARCH_ATTRIBUTES, error.message);
  }
}
