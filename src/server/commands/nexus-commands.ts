import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { CommandRefused } from "./command.ts";

/** Refuses commands for Nexus operations. */
export function refuseNexus(): never {
  throw new CommandRefused(
    Cause.FEATURE_DISABLED,
    "Nexus operations are not part of Perdure's embedded server; run workflows that use them on a Temporal server",
  );
}
