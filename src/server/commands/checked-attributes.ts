import type { Init } from "../../codec-runtime/init.ts";
import type { SearchAttributes } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { presentAttributes } from "../execution/null-payload.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { type CommandContext, CommandRefused } from "./command.ts";

/** The search attributes that a command gives to another run, checked. `about`: which command, and what it is to start. */
export function checkedAttributes(
  { engine, run }: CommandContext,
  value: { readonly searchAttributes?: Init<SearchAttributes> | undefined },
  about: { readonly command: string; readonly run: string },
): Init<SearchAttributes> | undefined {
  const fields = value.searchAttributes?.indexedFields;
  if (fields === undefined) return undefined;
  const rules = engine.parts.searchAttributes;
  // Of a name that there is not, the real server says no more.
  refusing(
    () => rules.checkNames(run.namespace, fields),
    (fault) => fault,
  );
  return refusing(
    () => presentAttributes(rules.check(run.namespace, fields)),
    (fault) => `invalid SearchAttributes on ${about.command}: ${fault}. ${about.run}`,
  );
}

/** What a check gives; its refusal is the command's. */
function refusing<Value>(check: () => Value, message: (fault: string) => string): Value {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new CommandRefused(Cause.BAD_SEARCH_ATTRIBUTES, message(error.message));
  }
}
