/** The recorded histories and their index. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { HistoryJson } from "./compare-histories.ts";

interface IndexEntry {
  readonly file: string;
  readonly workflowType: string;
  readonly source: string;
  readonly events: number;
}

const folder = fileURLToPath(new URL("../histories", import.meta.url));

function indexOf(place: string): Readonly<Record<string, IndexEntry>> {
  const index = JSON.parse(readFileSync(`${place}/index.json`, "utf8")) as {
    readonly histories: Readonly<Record<string, IndexEntry>>;
  };
  return Object.fromEntries(
    Object.entries(index.histories).map(([subject, entry]) => [
      subject,
      { ...entry, file: `${place}/${entry.file}` },
    ]),
  );
}

const index = { ...indexOf(folder), ...indexOf(`${folder}/configured`) };

/** The official SDK's history of a subject. */
export function recordedHistory(subject: string): HistoryJson {
  const entry = index[subject];
  if (!entry) throw new Error(`no recorded history of subject "${subject}" in the indexes of test/histories`);
  return JSON.parse(readFileSync(entry.file, "utf8")) as HistoryJson;
}
