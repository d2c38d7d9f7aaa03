/** Finds out where code that does not come to rest spends its time. */
export interface StackSampler {
  /**
   * Ends it. Gives the frames where most of the time went, innermost first, as they stand in `Error.stack`; undefined when it is not
   * known. Never rejects.
   */
  stop(): Promise<string | undefined>;
}

/** A function that was seen on the stack; positions count from 1. */
export interface SampledFunction {
  readonly functionName: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Frames as `Error.stack` has them. */
export function stackText(frames: readonly SampledFunction[]): string {
  const lines = frames.map(({ functionName, file, line, column }) => {
    const place = `${file}:${line}:${column}`;
    return functionName === "" ? `    at ${place}` : `    at ${functionName} (${place})`;
  });
  return lines.join("\n");
}
