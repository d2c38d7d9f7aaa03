import { compareAnswers, type Subject } from "../namespaces/compare-answers.ts";
import type { Exchange } from "../namespaces/exchange.ts";
import { LIST_TABLE } from "./list-table.ts";
import { ODD_QUERIES } from "./odd-query-table.ts";
import { ATTRIBUTES, populate } from "./population.ts";
import { COUNT_QUERIES, DIFFERENCES, LIST_QUERIES } from "./query-table.ts";
import { type RowRecord, recordRow, rowOf } from "./row-record.ts";

const namespace = "table";
const ALL = "TemporalNamespaceDivision IS NULL OR TemporalNamespaceDivision IS NOT NULL";

/** Both servers have the same runs: ours gets the rows that the real one listed when its answers were recorded. */
const prepared: Pick<Subject, "prepareReal" | "prepareOwn"> = {
  prepareReal: async ({ workflow, operator }) => {
    await populate(namespace, workflow, operator);
    const { executions } = await workflow.listWorkflowExecutions({ namespace, query: ALL });
    return executions.map((info) => recordRow(namespace, info));
  },
  prepareOwn: ({ store, attributes, namespaces }, given) => {
    namespaces.register({ name: namespace, retention: { seconds: 86_400 } });
    attributes.add(namespace, ATTRIBUTES);
    // The list has the newest first.
    for (const record of [...(given as readonly RowRecord[])].reverse()) store.put(rowOf(record));
  },
};

function differs(query: string): Pick<Exchange, "differs"> {
  const reason = DIFFERENCES[query];
  return reason === undefined ? {} : { differs: reason };
}

compareAnswers({
  name: "queries",
  ...prepared,
  exchanges: [
    ...[...LIST_QUERIES, ...ODD_QUERIES].map(
      (query): Exchange => ({
        what: `list ${query}`,
        ...differs(query),
        call: async ({ workflow }) => {
          const { executions } = await workflow.listWorkflowExecutions({ namespace, query });
          return executions.map(({ execution }) => execution?.workflowId);
        },
      }),
    ),
    ...COUNT_QUERIES.map(
      (query): Exchange => ({
        what: `count ${query}`,
        call: ({ workflow }) => workflow.countWorkflowExecutions({ namespace, query }),
      }),
    ),
  ],
});

compareAnswers({ name: "lists", ...prepared, exchanges: LIST_TABLE });
