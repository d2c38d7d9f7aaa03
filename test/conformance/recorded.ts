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
const index = JSON.parse(readFileSync(`${folder}/index.json`, "utf8")) as {
  readonly histories: Readonly<Record<string, IndexEntry>>;
};

/** The official SDK's history of a subject. */
export function recordedHistory(subject: string): HistoryJson {
  const entry = index.histories[subject];
  if (!entry) throw new Error(`no recorded history of subject "${subject}" in test/histories/index.json`);
  return JSON.parse(readFileSync(`${folder}/${entry.file}`, "utf8")) as HistoryJson;
}
