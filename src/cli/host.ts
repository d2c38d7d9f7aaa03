/** What a command needs of the runtime it runs on. */
export interface CliHost {
  /**
   * Takes arguments apart.
   *
   * @throws Error whose message is for the user, when they do not fit the options
   */
  parseArgs(args: readonly string[], options: OptionTable): ParsedArgs;
  readFile(path: string): Promise<Uint8Array>;
  /** The entries of a folder. */
  readFolder(path: string): Promise<readonly FolderEntry[]>;
  /** What a path is; undefined when there is nothing. */
  stat(path: string): Promise<"file" | "folder" | undefined>;
  /** The absolute form of a path of the user. */
  resolve(path: string): string;
  env(name: string): string | undefined;
  out(text: string): void;
  err(text: string): void;
  /** Resolves with the name of the signal when the process is asked to stop (SIGINT, SIGTERM). */
  untilAskedToStop(): Promise<string>;
  /** Remembers what files are like when it is called, to tell of changes. */
  watchFiles(paths: readonly string[]): FileWatch;
  /** Whether what `err` writes is seen on a terminal. */
  readonly isTerminal: boolean;
}

/** Files that may become others. */
export interface FileWatch {
  /**
   * Calls `changed` when a file is another than it was when the watch began, or when it last called, until the result is called. A
   * file that is not there is one, too.
   */
  onChange(changed: () => void): () => void;
}

/** An entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Options of a command: long names, with what each is. */
export interface OptionTable {
  readonly [name: string]: CliOption;
}

/** One option of a command. */
export interface CliOption {
  readonly type: "string" | "boolean";
  /** One letter that stands for it after a single dash. */
  readonly short?: string | undefined;
  readonly multiple?: boolean | undefined;
  /** What stands for the value in the help. */
  readonly value?: string | undefined;
  readonly help: string;
}

/** Arguments taken apart. */
export interface ParsedArgs {
  readonly values: { readonly [name: string]: string | boolean | readonly (string | boolean)[] | undefined };
  readonly positionals: readonly string[];
}
