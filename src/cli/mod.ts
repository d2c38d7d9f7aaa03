/** The command line, seen from the runtime that starts it. */
export type { CliHost, CliOption, FileWatch, FolderEntry, OptionTable, ParsedArgs } from "./host.ts";
export { runCli } from "./main.ts";
