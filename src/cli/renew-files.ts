import type { CliHost, FileWatch } from "./host.ts";

/** What was made of files, and what renews it in `Target` when they change, until its own result is called. */
export interface Started<Value, Target> {
  readonly value: Value;
  readonly renew: (target: Target) => () => void;
}

/** What is to be made again when files change. */
export interface RenewedFiles {
  /** Begins each message to the user: `perdure gateway`. */
  readonly program: string;
  /** What they are, for messages: `certificates of the listener`. */
  readonly what: string;
  /** Reads them, and puts in force what they say; what it rejects with leaves the old in force. */
  readonly renew: () => Promise<void>;
}

/**
 * Takes files anew whenever they change, so that certificates and tokens can be renewed without a restart; the result ends that. A
 * renewal may be seen half done, as of two files or of one that is being written: what does not fit is told, and the next change is
 * looked at again. Renewals come one after the other, so that the last one holds.
 */
export function renewFiles(
  host: CliHost,
  watch: FileWatch,
  { program, what, renew }: RenewedFiles,
): () => void {
  let last = Promise.resolve();
  const renewed = async (): Promise<void> => {
    try {
      await renew();
      host.err(`${program}: took the new ${what}\n`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      host.err(`${program}: the new ${what} are not usable, the old stay in force: ${why}\n`);
    }
  };
  return watch.onChange(() => {
    last = last.then(renewed);
  });
}
