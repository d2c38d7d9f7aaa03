import { encodeLink, type Link } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { invalidArgument } from "./failures.ts";

const MAX_LINKS = 10;
const MAX_LINK_BYTES = 4_000;

/**
 * Checks what a request is linked with.
 *
 * @throws {ServiceFailure} INVALID_ARGUMENT for too many links, ones that are too large, and ones that lead nowhere
 */
export function checkLinks(links: readonly Link[]): void {
  if (links.length > MAX_LINKS) {
    throw invalidArgument(`cannot attach more than ${MAX_LINKS} links per request, got ${links.length}`);
  }
  for (const link of links) {
    const { length } = encodeLink(link);
    if (length > MAX_LINK_BYTES) {
      throw invalidArgument(`link exceeds allowed size of ${MAX_LINK_BYTES}, got ${length}`);
    }
    const fault = linkFault(link);
    if (fault !== undefined) throw invalidArgument(fault);
  }
}

function linkFault({ variant }: Link): string | undefined {
  switch (variant.case) {
    case "workflowEvent": {
      const { namespace, workflowId, runId, reference } = variant.value;
      if (reference.case === "eventRef" && reference.value.eventId !== 0n && !reference.value.eventType) {
        return "workflow event link ref cannot have an unspecified event type and a non-zero event ID";
      }
      return missing("workflow event", { namespace, "workflow ID": workflowId, "run ID": runId });
    }
    case "batchJob":
      return variant.value.jobId === "" ? "batch job link must not have an empty job ID" : undefined;
    case "activity": {
      const { namespace, activityId, runId } = variant.value;
      return missing("activity", { namespace, "activity ID": activityId, "run ID": runId });
    }
    case "nexusOperation": {
      const { namespace, operationId, runId } = variant.value;
      return missing("nexus operation", { namespace, "operation ID": operationId, "run ID": runId });
    }
    default:
      return "unsupported link variant";
  }
}

function missing(kind: string, fields: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(fields)) {
    if (value === "") return `${kind} link must not have an empty ${name} field`;
  }
  return undefined;
}
