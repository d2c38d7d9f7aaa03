import { ServiceFailure, toRpcError } from "../../../src/server/rpc/service-failure.ts";
import type { SearchAttributes } from "../../../src/server/visibility/search-attributes.ts";
import { ATTRIBUTE_TABLE, VALUE_TABLE, type ValueExchange } from "./attribute-table.ts";
import { compareAnswers } from "./compare-answers.ts";
import { exchange } from "./exchange.ts";
import { NAMESPACE_TABLE } from "./namespace-table.ts";

compareAnswers({ name: "namespaces", exchanges: NAMESPACE_TABLE });

compareAnswers({
  name: "search-attributes",
  exchanges: [...ATTRIBUTE_TABLE, ...VALUE_TABLE],
  askOwn: ({ attributes, services }, asked) => {
    if (!("fields" in asked)) return exchange(asked, services);
    // Ours has no runs here: what a start would set is what `check` lets through.
    const { fields } = asked as ValueExchange;
    return exchange({ call: async () => checked(attributes, fields) }, services);
  },
});

function checked(attributes: SearchAttributes, fields: ValueExchange["fields"]): unknown {
  try {
    return { indexedFields: attributes.check("attributes", fields) };
  } catch (error) {
    throw error instanceof ServiceFailure ? toRpcError(error) : error;
  }
}
