import { isReservedName } from "../../../common/reserved-names.ts";
import { arrayFromPayloads } from "../../../converter/sync/payload-converter.ts";
import { RawValue } from "../../../converter/sync/raw-value.ts";
import { toPayloadWithTypeInfo } from "../../../converter/sync/type-info.ts";
import type { Job } from "../../../core/activation.ts";
import { DeterminismViolationError } from "../../errors.ts";
import type { QueryInput } from "../../interceptors.ts";
import { composeInterceptors } from "../compose-interceptors.ts";
import { insideHeaders } from "../converters.ts";
import { requireRun } from "../current.ts";
import { failureOfAnyway, temporalFailureOf } from "../failures.ts";
import type { Run } from "../run.ts";
import { type BuiltInQuery, builtInQueries } from "./built-in-queries.ts";

type QueryJob = Extract<Job, { kind: "queryWorkflow" }>;

/** A query arrives. It is answered in this activation, whatever happens. */
export function queryWorkflow(run: Run, job: QueryJob): void {
  const { queryId, queryType } = job;
  const interceptors = isReservedName(queryType) ? [] : run.interceptors.inbound;
  const { payload, context } = run.converters;
  const fail = (error: unknown): void => failQuery(run, queryId, error);
  try {
    const typeInfo = run.handlers.queries.get(queryType)?.typeInfo;
    const args = arrayFromPayloads(payload, job.args, context, typeInfo?.inputTypes);
    let outputType = typeInfo?.outputType;
    const execute = composeInterceptors(interceptors, "handleQuery", (input: QueryInput) => {
      // Interceptors may send it to another handler.
      outputType = run.handlers.queries.get(input.queryName)?.typeInfo?.outputType;
      return answer(input);
    });
    execute({ queryId, queryName: queryType, args, headers: insideHeaders(job.headers) }).then((result) => {
      try {
        const response = toPayloadWithTypeInfo(payload, result, context, outputType);
        run.commands.push({ kind: "respondToQuery", queryId, answer: { kind: "succeeded", response } });
      } catch (error) {
        fail(error);
      }
    }, fail);
  } catch (error) {
    fail(error);
  }
}

function failQuery(run: Run, queryId: string, error: unknown): void {
  let failure: ReturnType<typeof temporalFailureOf>;
  try {
    failure = temporalFailureOf(run, error);
  } catch {
    failure = failureOfAnyway(run, error);
  }
  run.commands.push({ kind: "respondToQuery", queryId, answer: { kind: "failed", failure } });
}

function answer({ queryName, args }: QueryInput): Promise<unknown> {
  const run = requireRun();
  try {
    const result = perdureEntryQuery(run, queryName, args);
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw new DeterminismViolationError("Query handlers should not return a Promise");
    }
    return Promise.resolve(result);
  } catch (error) {
    return Promise.reject(error);
  }
}

function perdureEntryQuery(run: Run, queryName: string, args: unknown[]): unknown {
  const { handlers } = run;
  const entry = handlers.queries.get(queryName);
  if (entry !== undefined) return entry.handler(...args);
  const builtIn = builtInQueries.get(queryName);
  if (builtIn !== undefined) return answerBuiltIn(run, builtIn);
  if (handlers.defaultQuery !== undefined && !isReservedName(queryName)) {
    return handlers.defaultQuery(queryName, ...args);
  }
  const known = [...builtInQueries.keys(), ...handlers.queries.keys()].join(" ");
  throw new ReferenceError(
    `Workflow did not register a handler for ${queryName}. Registered queries: [${known}]`,
  );
}

/** None of the user's code takes part in it: what the workflow made of `Array.prototype` and the like must not either. */
function answerBuiltIn(run: Run, builtIn: BuiltInQuery): RawValue {
  const answer = (): RawValue => new RawValue(builtIn.answer(run));
  return run.host.withOriginals?.(answer) ?? answer();
}
