import type { Init } from "../../codec-runtime/init.ts";
import type { Command } from "../../gen/codec/temporal/api/command/v1/message.ts";
import { WorkflowTaskFailedCause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import type { RespondWorkflowTaskCompletedRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Engine } from "../execution/engine.ts";
import type { Run } from "../execution/run.ts";
import type { Transaction } from "../execution/transaction.ts";
import type { EventExtras } from "../history/event.ts";

type Attributes = Extract<NonNullable<Init<Command>["attributes"]>, { readonly case: string }>;

/** What each command says, by its name without suffix: `scheduleActivityTask`. */
export type CommandValues = {
  readonly [A in Attributes as A["case"] extends `${infer Name}CommandAttributes`
    ? Name
    : never]: NonNullable<A["value"]>;
};

/** Name of a command. */
export type CommandName = keyof CommandValues;

/** What a command is carried out in: one completed workflow task. */
export interface CommandContext {
  readonly engine: Engine;
  readonly run: Run;
  readonly tx: Transaction;
  readonly request: RespondWorkflowTaskCompletedRequest;
  /** Id of the WorkflowTaskCompleted event. */
  readonly completedId: number;
  /** Scheduled ids of the activities that the worker asked to have at once. */
  readonly eager: number[];
  /** What the command's event carries besides: summary, details, groups. */
  readonly extras: EventExtras;
}

/** Carries out one command, or refuses it. */
export type CommandHandler<Name extends CommandName> = (
  context: CommandContext,
  value: CommandValues[Name],
) => void;

const CAUSES: ReadonlyMap<number, string> = new Map(
  Object.entries(WorkflowTaskFailedCause).map(([name, number]) => [number, camelCase(name)]),
);

/**
 * A command cannot be carried out: the workflow task fails with this cause, and the worker gets INVALID_ARGUMENT.
 *
 * @example
 * ```ts
 * throw new CommandRefused(WorkflowTaskFailedCause.BAD_START_TIMER_ATTRIBUTES, "TimerId is not set on StartTimerCommand.");
 * ```
 */
export class CommandRefused extends Error {
  readonly code = "COMMAND_REFUSED" as const;
  readonly failedCause: WorkflowTaskFailedCause;
  /** The whole run ends because of it: something was larger than the server takes. */
  readonly terminates: boolean;

  constructor(
    failedCause: WorkflowTaskFailedCause,
    message: string,
    options: { readonly terminates?: boolean } = {},
  ) {
    super(message);
    this.name = "CommandRefused";
    this.failedCause = failedCause;
    this.terminates = options.terminates ?? false;
  }

  /** As the worker reads it: `BadStartTimerAttributes: …`. */
  get text(): string {
    const cause = CAUSES.get(this.failedCause) ?? String(this.failedCause);
    return this.message === "" ? cause : `${cause}: ${this.message}`;
  }
}

function camelCase(name: string): string {
  return name
    .toLowerCase()
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
