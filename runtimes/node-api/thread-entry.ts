/**
 * What `#platform/thread` gives: the program of a workflow thread. From source it is a file (`runtimes/<name>/thread-entry.ts`). In the
 * built package it is text, so that it also comes along into a program of one file.
 */
export type ThreadEntry = ThreadFile | ThreadCode;

export interface ThreadFile {
  readonly kind: "file";
  readonly url: URL;
}

export interface ThreadCode {
  readonly kind: "code";
  readonly code: string;
}
