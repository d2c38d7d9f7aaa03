import { type Command, ExitCode, helpOf, UsageError } from "./command.ts";
import { devCommand } from "./dev-command.ts";
import { gatewayCommand } from "./gateway-command.ts";
import type { CliHost, ParsedArgs } from "./host.ts";
import { replayCommand } from "./replay-command.ts";

/** All commands of `perdure`: the one place where they are named. */
export const commands: readonly Command[] = [devCommand, gatewayCommand, replayCommand];

/**
 * Runs the command that the arguments name and resolves with the exit code.
 *
 * @example
 * process.exitCode = await runCli(["replay", "--workflows", "./workflows.ts", "histories"], host);
 */
export async function runCli(args: readonly string[], host: CliHost): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    host.out(overview());
    return name === undefined ? ExitCode.usage : ExitCode.ok;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    host.err(`perdure: there is no command '${name}'\n\n${overview()}`);
    return ExitCode.usage;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    host.out(helpOf(command));
    return ExitCode.ok;
  }
  try {
    return await command.run(parsed(command, rest, host), host);
  } catch (error) {
    const text = textOfError(error);
    // The arguments may be what is wrong, so that there is nothing parsed to ask.
    if (command.failureAsJson !== undefined && rest.includes("--json")) {
      host.out(command.failureAsJson(error, text));
    }
    host.err(`perdure ${name}: ${text}\n`);
    if (error instanceof UsageError) host.err(`See: perdure ${name} --help\n`);
    return ExitCode.usage;
  }
}

/** What an error says, and its causes as far as they say more. */
function textOfError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : textOfError(error.cause);
  if (error.message.includes(cause)) return error.message;
  return cause.includes(error.message) ? cause : `${error.message}: ${cause}`;
}

function parsed(command: Command, args: readonly string[], host: CliHost): ParsedArgs {
  let all: ParsedArgs;
  try {
    all = host.parseArgs(withPlainSwitches(command, args), command.options);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const [extra] = all.positionals;
  if (extra === undefined || command.takesFiles) return all;
  throw new UsageError(`'${extra}' is too much: there are options only, each with its value behind it`);
}

/** Switches may be given as `--switch=true` and `--switch=false`, as with the Temporal CLI. */
function withPlainSwitches({ options }: Command, args: readonly string[]): string[] {
  return args.flatMap((arg) => {
    const [, name = "", value] = /^--([^=]+)=(true|false)$/.exec(arg) ?? [];
    if (!Object.hasOwn(options, name) || options[name]?.type !== "boolean") return [arg];
    return value === "true" ? [`--${name}`] : [];
  });
}

function overview(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`);
  return [
    "Usage: perdure <command> [options]",
    "",
    ...lines,
    "",
    "perdure <command> --help tells more.",
    "",
  ].join("\n");
}
