import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import proto from "@temporalio/proto";

/** The official SDK takes decoded histories. */
export function readHistory(file, bytes) {
  if (file.endsWith(".json")) return historyFromJSON(JSON.parse(bytes.toString("utf8")));
  return proto.temporal.api.history.v1.History.decode(bytes);
}
