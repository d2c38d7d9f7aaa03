/**
 * A query cannot be understood. The message has no "invalid query: " in front: who answers the caller adds it.
 */
export class QueryError extends Error {
  readonly code = "QUERY_ERROR" as const;

  constructor(message: string) {
    super(message);
    this.name = "QueryError";
  }
}

/** What is no SQL. */
export function malformed(message: string): QueryError {
  return new QueryError(`malformed SQL query: ${message}`);
}

/** What is SQL, and cannot be asked here. */
export function unsupported(message: string): QueryError {
  return new QueryError(`operation is not supported: ${message}`);
}

/** What cannot mean anything. */
export function invalid(message: string): QueryError {
  return new QueryError(`invalid expression: ${message}`);
}
