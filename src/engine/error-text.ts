/** What an error says, for whatever was thrown and of whatever realm it is. */
export function errorText(error: unknown): string {
  const message = typeof error === "object" && error !== null ? (error as Partial<Error>).message : undefined;
  return typeof message === "string" ? message : String(error);
}

/** The stack of an error, or what there is instead. */
export function errorStack(error: unknown): string {
  const stack = typeof error === "object" && error !== null ? (error as Partial<Error>).stack : undefined;
  return typeof stack === "string" ? stack : errorText(error);
}
