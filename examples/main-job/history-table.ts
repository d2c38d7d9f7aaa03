import type { WorkflowHistory } from "perdure/client";

type HistoryEvent = WorkflowHistory["events"][number];

/** A history as a table for people: id, seconds since the start, what happened, and the detail that tells events apart. */
export function historyTable(history: WorkflowHistory): string {
  const start = timeOf(history.events[0]);
  const rows = history.events.map((event) => [
    String(event.eventId),
    `+${((timeOf(event) - start) / 1000).toFixed(3)}s`,
    nameOf(event),
    detailOf(event),
  ]);
  const header = ["id", "time", "event", "detail"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return [line(header), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)]
    .map((row) => row.trimEnd())
    .join("\n");
}

function timeOf(event: HistoryEvent | undefined): number {
  const time = event?.eventTime;
  return time ? Number(time.seconds) * 1000 + time.nanos / 1e6 : 0;
}

function nameOf(event: HistoryEvent): string {
  const name = event.attributes.case?.replace(/EventAttributes$/, "") ?? "unknown";
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function detailOf(event: HistoryEvent): string {
  const { attributes } = event;
  switch (attributes.case) {
    case "workflowExecutionStartedEventAttributes":
      return attributes.value.workflowType?.name ?? "";
    case "activityTaskScheduledEventAttributes":
      return `${attributes.value.activityType?.name} (id ${attributes.value.activityId})`;
    case "activityTaskStartedEventAttributes":
      return `attempt ${attributes.value.attempt}`;
    case "activityTaskCompletedEventAttributes":
      return `of event ${attributes.value.scheduledEventId}`;
    case "timerStartedEventAttributes":
    case "timerFiredEventAttributes":
      return `timer ${attributes.value.timerId}`;
    case "workflowExecutionSignaledEventAttributes":
      return attributes.value.signalName;
    default:
      return "";
  }
}
