/** The command line, seen from the runtime that starts it. */
export type { CliHost, CliOption, FolderEntry, OptionTable, ParsedArgs } from "./host.ts";
export { runCli } from "./main.ts";
