import { noteAnnotations, overrideAnnotations, withAnnotations } from "./annotations.ts";
import type { WorkflowCommand } from "./command.ts";
import { coreFlags } from "./flags.ts";
import { applyKnownLocals } from "./local-resolution.ts";
import type { LiveMachine } from "./machine.ts";
import { unknownSeq } from "./nondeterminism.ts";
import type { Problem } from "./problem.ts";
import { accept, type MachineCommand, terminalCommands } from "./registry.ts";
import type { Run } from "./run-state.ts";

function endOf(commands: readonly MachineCommand[]): number {
  return commands.findIndex((command) => terminalCommands.has(command.kind));
}

/**
 * The commands of one completion in the order that history has (or will have) them: the first one that ends the run goes
 * last. Runs recorded before this rule drop what came after it instead.
 */
export function orderTerminal(
  commands: readonly MachineCommand[],
  moveTerminal: boolean,
): readonly MachineCommand[] {
  const end = endOf(commands);
  if (end < 0 || end === commands.length - 1) return commands;
  if (!moveTerminal) return commands.slice(0, end + 1);
  const ordered = commands.filter((command) => !terminalCommands.has(command.kind));
  ordered.push(commands[end]!);
  return ordered;
}

/** A machine may act by way of other ones, whose commands were issued since `before`. */
function shareAnnotations({ issued }: Run, before: number, { annotations }: LiveMachine): void {
  if (annotations === undefined) return;
  for (let i = before; i < issued.length; i++) issued[i]!.machine.annotations ??= annotations;
}

function feedOne(run: Run, command: MachineCommand): Problem | undefined {
  const { issued } = run;
  const before = issued.length;
  const accepted = accept(command, run);
  if (accepted.kind === "opened") {
    noteAnnotations(accepted.machine, command, issued[before]);
    shareAnnotations(run, before, accepted.machine);
    if (accepted.machine.seq !== 0) run.machines.add(accepted.machine);
    return undefined;
  }
  if (accepted.kind === "answered") return accepted.problem;
  if (accepted.kind === "issued") {
    for (const entry of issued.slice(before)) noteAnnotations(entry.machine, command, entry);
    return undefined;
  }
  const machine = run.machines.find(accepted.of, accepted.seq);
  if (machine === "unknown") return unknownSeq(accepted.of, accepted.seq);
  if (machine === "over") return undefined;
  overrideAnnotations(machine, command);
  const problem = machine.cancel(run);
  shareAnnotations(run, before, machine);
  if (machine.cancelledBeforeSent) run.commands.purgeCancelled();
  run.machines.release(machine);
  return problem;
}

/** Moves what machines issued to the queue that history is matched against, and tells them. */
function queueIssued(run: Run): Problem | undefined {
  const { issued, commands } = run;
  for (const entry of issued) {
    if (entry.machine.cancelledBeforeSent) continue;
    const problem = entry.machine.advance(entry.ack, undefined, run);
    if (problem !== undefined) return problem;
    commands.push(withAnnotations(entry));
  }
  issued.length = 0;
  return undefined;
}

/** Takes in what workflow code asks for in one completion. */
export function feedCommands(run: Run, commands: readonly MachineCommand[]): Problem | undefined {
  const moveTerminal = !run.replaying || run.flags.tryUse(coreFlags.moveTerminalCommands, false);
  for (const command of orderTerminal(commands, moveTerminal)) {
    const problem = feedOne(run, command);
    if (problem !== undefined) return problem;
  }
  return applyKnownLocals(run) ?? queueIssued(run);
}

export type QueryAnswer = Extract<WorkflowCommand, { kind: "respondToQuery" }>;

/** A completion's commands, with the answers to queries apart. */
export interface SplitCommands {
  readonly commands: readonly MachineCommand[];
  readonly answers: readonly QueryAnswer[];
}

export function splitCommands(all: readonly WorkflowCommand[]): SplitCommands {
  const commands: MachineCommand[] = [];
  const answers: QueryAnswer[] = [];
  for (const command of all) {
    if (command.kind === "respondToQuery") answers.push(command);
    else commands.push(command);
  }
  return { commands, answers };
}
