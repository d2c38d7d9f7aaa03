/** The workflow code could not be bundled. `details` has one line per problem, with file and position where known. */
export class BundleError extends Error {
  override readonly name: string = "BundleError";
  readonly code = "BUNDLE_FAILED";
  readonly details: readonly string[];
  constructor(message: string, options: { cause?: unknown; details?: readonly string[] } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.details = options.details ?? [];
  }
}
