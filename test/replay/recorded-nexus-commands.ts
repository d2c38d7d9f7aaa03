import type { Command } from "../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { ms } from "./wire-forms.ts";

/** Commands of Nexus operations and their events, in the form of `recorded-commands.ts`. */

type Attributes = NonNullable<Command["attributes"]> | NonNullable<HistoryEvent["attributes"]>;
type Case =
  | "scheduleNexusOperationCommandAttributes"
  | "nexusOperationScheduledEventAttributes"
  | "requestCancelNexusOperationCommandAttributes"
  | "nexusOperationCancelRequestedEventAttributes";

/** What is compared of such a command. */
export function nexusCommandOf(attributes: Extract<Attributes, { case: Case }>): { readonly kind: string } {
  switch (attributes.case) {
    case "requestCancelNexusOperationCommandAttributes":
    case "nexusOperationCancelRequestedEventAttributes":
      return {
        kind: "requestCancelNexusOperation",
        scheduledEventId: attributes.value.scheduledEventId,
      } as { readonly kind: string };
    default: {
      const a = attributes.value;
      return {
        kind: "scheduleNexusOperation",
        endpoint: a.endpoint,
        service: a.service,
        operation: a.operation,
        input: a.input,
        headers: a.nexusHeader,
        scheduleToClose: ms(a.scheduleToCloseTimeout),
        scheduleToStart: ms(a.scheduleToStartTimeout),
        startToClose: ms(a.startToCloseTimeout),
      } as { readonly kind: string };
    }
  }
}
