/**
 * A field of what was thrown, for whatever was thrown and of whatever realm it is. Undefined where reading it throws: workflow code may
 * have made it a getter, or makes all stacks by itself.
 */
export function errorField(error: unknown, field: "message" | "name" | "stack" | "cause"): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  try {
    return (error as Partial<Error>)[field];
  } catch {
    return undefined;
  }
}

/** What an error says. */
export function errorText(error: unknown): string {
  const message = errorField(error, "message");
  if (typeof message === "string") return message;
  try {
    return String(error);
  } catch {
    return "an error that can't be read";
  }
}

/** The stack of an error, or what there is instead. */
export function errorStack(error: unknown): string {
  const stack = errorField(error, "stack");
  return typeof stack === "string" ? stack : errorText(error);
}
