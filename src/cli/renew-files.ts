import type { CliHost } from "./host.ts";

/** Files of which something was made, and is to be made again when they change. */
export interface RenewedFiles {
  /** Begins each message to the user: `perdure gateway`. */
  readonly program: string;
  /** What they are, for messages: `certificates of the listener`. */
  readonly what: string;
  readonly paths: readonly string[];
  /** Reads them, and puts in force what they say; what it rejects with leaves the old in force. */
  readonly renew: () => Promise<void>;
}

/**
 * Takes files anew whenever they change, so that a certificate can be renewed without a restart; the result ends that. A renewal is
 * more than one file, and may be seen half done: what does not fit is told, and the next change is looked at again.
 */
export function renewFiles(host: CliHost, { program, what, paths, renew }: RenewedFiles): () => void {
  if (paths.length === 0) return () => {};
  return host.onFileChange(paths, () => {
    renew().then(
      () => host.err(`${program}: took the new ${what}\n`),
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        host.err(`${program}: the new ${what} are not usable, the old stay in force: ${why}\n`);
      },
    );
  });
}
