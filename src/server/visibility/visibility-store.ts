// Invariants
// V1. A run is in its namespace once: by run id, by workflow id, and in the list of open or of closed runs.
// V2. Lists come in one order: open runs first, then by close time, newest first; runs alike in that by start time, newest
//     first, and runs of one millisecond by when they came, newest first. A page token is the place of a row in that order,
//     so pages stay whole while rows come and go.

import type { CompiledQuery } from "./query.ts";
import { SortedList } from "./sorted-list.ts";
import type { VisibilityRow, VisibilitySink } from "./visibility.ts";
import { type RowPlace, VisibilityEntry } from "./visibility-entry.ts";

/** Rows of one list call. */
export interface RowPage {
  readonly rows: readonly VisibilityRow[];
  /** Where the next page starts; undefined after the last. */
  readonly next: RowPlace | undefined;
}

/** How many rows there are of each value. */
export interface RowGroup {
  /** The value of the column; undefined where there is none. */
  readonly value: string | number | undefined;
  readonly count: number;
}

/** The runs of all namespaces, as visibility knows them. */
export class VisibilityStore implements VisibilitySink {
  readonly #namespaces: Map<string, NamespaceRows> = new Map();

  put(row: VisibilityRow): void {
    let rows = this.#namespaces.get(row.namespace);
    if (rows === undefined) {
      rows = new NamespaceRows();
      this.#namespaces.set(row.namespace, rows);
    }
    rows.put(row);
  }

  remove(namespace: string, runId: string): void {
    this.#namespaces.get(namespace)?.remove(runId);
  }

  /** Forgets all runs of a namespace. */
  removeNamespace(namespace: string): void {
    this.#namespaces.delete(namespace);
  }

  /** The rows that fit, at most `limit` of them, after a place if one is given. */
  list(
    namespace: string,
    query: CompiledQuery,
    page: { limit: number; after: RowPlace | undefined },
  ): RowPage {
    const rows: VisibilityRow[] = [];
    for (const entry of this.#candidates(namespace, query, page.after)) {
      if (query.test(entry) !== true) continue;
      rows.push(entry.row);
      if (rows.length === page.limit) return { rows, next: entry };
    }
    return { rows, next: undefined };
  }

  /** How many rows fit. */
  count(namespace: string, query: CompiledQuery): number {
    let count = 0;
    for (const entry of this.#candidates(namespace, query)) if (query.test(entry) === true) count++;
    return count;
  }

  /** How many rows fit, by the value of the column that the query groups by; values in ascending order. */
  groups(namespace: string, query: CompiledQuery): readonly RowGroup[] {
    const { groupBy } = query;
    if (groupBy === undefined) return [];
    const counts = new Map<string | number | undefined, number>();
    for (const entry of this.#candidates(namespace, query)) {
      if (query.test(entry) !== true) continue;
      // Only columns of texts and numbers can be grouped by.
      const value = entry.value(groupBy) as string | number | undefined;
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return [...counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => compareValues(a.value, b.value));
  }

  #candidates(namespace: string, query: CompiledQuery, after?: RowPlace): Iterable<VisibilityEntry> {
    return this.#namespaces.get(namespace)?.candidates(query, after) ?? [];
  }
}

class NamespaceRows {
  readonly #byRun: Map<string, VisibilityEntry> = new Map();
  /** Most workflows have one run. */
  readonly #byWorkflow: Map<string, VisibilityEntry | Set<VisibilityEntry>> = new Map();
  readonly #open = new SortedList<RowPlace>(comparePlaces);
  readonly #closed = new SortedList<RowPlace>(comparePlaces);
  #lastSequence = 0;

  put(row: VisibilityRow): void {
    const known = this.#byRun.get(row.runId);
    if (known && known.row.workflowId === row.workflowId && samePlace(known, row)) {
      known.replace(row);
      return;
    }
    this.remove(row.runId);
    const entry = new VisibilityEntry(row, known?.sequence ?? ++this.#lastSequence);
    this.#byRun.set(row.runId, entry);
    const siblings = this.#byWorkflow.get(row.workflowId);
    if (siblings instanceof Set) siblings.add(entry);
    else this.#byWorkflow.set(row.workflowId, siblings ? new Set([siblings, entry]) : entry);
    this.#listOf(row).add(entry);
  }

  remove(runId: string): void {
    const entry = this.#byRun.get(runId);
    if (entry === undefined) return;
    this.#byRun.delete(runId);
    const siblings = this.#byWorkflow.get(entry.row.workflowId);
    if (siblings instanceof Set) siblings.delete(entry);
    if (siblings === entry || (siblings instanceof Set && siblings.size === 0))
      this.#byWorkflow.delete(entry.row.workflowId);
    this.#listOf(entry.row).remove(entry);
  }

  /** Entries among which those that fit are, in order, after a place if one is given. */
  *candidates(query: CompiledQuery, after: RowPlace | undefined): IterableIterator<VisibilityEntry> {
    const few = this.#named(query);
    if (few) {
      for (const entry of few) if (!after || comparePlaces(entry, after) > 0) yield entry;
      return;
    }
    if (query.open !== false && after?.closeTimeMs === undefined) yield* entriesAfter(this.#open, after);
    if (query.open !== true) {
      yield* entriesAfter(this.#closed, after?.closeTimeMs === undefined ? undefined : after);
    }
  }

  #named({ runIds, workflowIds }: CompiledQuery): VisibilityEntry[] | undefined {
    if (runIds === undefined && workflowIds === undefined) return undefined;
    const found = new Set<VisibilityEntry>();
    for (const runId of runIds ?? []) {
      const entry = this.#byRun.get(runId);
      if (entry) found.add(entry);
    }
    if (runIds === undefined) {
      for (const workflowId of workflowIds ?? []) {
        const runs = this.#byWorkflow.get(workflowId);
        for (const entry of runs instanceof Set ? runs : runs ? [runs] : []) found.add(entry);
      }
    }
    return [...found].sort(comparePlaces);
  }

  #listOf(row: VisibilityRow): SortedList<RowPlace> {
    return row.closeTimeMs === undefined ? this.#open : this.#closed;
  }
}

function* entriesAfter(
  list: SortedList<RowPlace>,
  start: RowPlace | undefined,
): IterableIterator<VisibilityEntry> {
  for (const item of list.items(start)) {
    if (start && comparePlaces(item, start) === 0) continue;
    // Only entries are ever added to a list.
    yield item as VisibilityEntry;
  }
}

function comparePlaces(a: RowPlace, b: RowPlace): number {
  const closed = (b.closeTimeMs ?? Number.MAX_VALUE) - (a.closeTimeMs ?? Number.MAX_VALUE);
  if (closed !== 0) return closed;
  if (a.startTimeMs !== b.startTimeMs) return b.startTimeMs - a.startTimeMs;
  return b.sequence - a.sequence;
}

function samePlace(entry: VisibilityEntry, row: VisibilityRow): boolean {
  return entry.closeTimeMs === row.closeTimeMs && entry.startTimeMs === row.startTimeMs;
}

function compareValues(a: string | number | undefined, b: string | number | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
