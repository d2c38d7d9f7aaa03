import type { Init } from "../../../src/codec-runtime/init.ts";
import type { WorkflowExecution } from "../../../src/gen/codec/temporal/api/common/v1/message.ts";
import { signal, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

interface Page {
  readonly history?: { readonly events: readonly { readonly eventId: bigint }[] } | undefined;
  readonly nextPageToken: Uint8Array;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const EMPTY = new Uint8Array(0);
const VISIBILITY = bytes(
  '{"CloseTime":"2026-01-01T00:00:00Z","StartTime":"2026-01-01T00:00:00Z","RunID":"11111111-2222-4333-8444-555555555555"}',
);
/** What is a token of no call that pages, or not any more. */
const ODD: readonly (readonly [string, (token: Uint8Array) => Uint8Array])[] = [
  ["text", () => bytes("nonsense")],
  ["a number", () => bytes("5")],
  ["null", () => bytes("null")],
  ["an object", () => bytes("{}")],
  ["a list", () => bytes("[]")],
  ["an end of input", () => new Uint8Array([0xff])],
  ["a truncated one", (token) => token.slice(0, -1)],
  ["its first byte", (token) => token.slice(0, 1)],
  ["one with a byte more", (token) => new Uint8Array([...token, 0xff])],
  ["one of a list", () => VISIBILITY],
];

const shown = ({ history, nextPageToken }: Page): unknown => ({
  events: history?.events.map(({ eventId }) => Number(eventId)).join(" "),
  more: nextPageToken.length > 0,
});

/** Reads a history, one way or the other. */
function read(
  stage: Stage,
  way: "forward" | "back",
  step: string,
  request: { readonly execution?: Init<WorkflowExecution>; readonly nextPageToken?: Uint8Array },
): Promise<Page | undefined> {
  const { namespace, service } = stage;
  const asked = { namespace, execution: stage.execution, maximumPageSize: 1, ...request };
  const call = (): Promise<Page> =>
    way === "forward"
      ? service.getWorkflowExecutionHistory(asked, { deadline: Date.now() + 4_000 })
      : service.getWorkflowExecutionHistoryReverse(asked);
  return stage.step(`${way}: ${step}`, call, shown);
}

async function readWith(stage: Stage, way: "forward" | "back"): Promise<void> {
  const first = await read(stage, way, "first page", {});
  const token = first?.nextPageToken ?? EMPTY;
  for (const [what, make] of ODD) await read(stage, way, what, { nextPageToken: make(token) });
  await read(stage, way, "its own", { nextPageToken: token });
  await read(stage, way, "its own, again", { nextPageToken: token });
  await read(stage, way, "for another workflow", {
    nextPageToken: token,
    execution: { workflowId: stage.id("other") },
  });
  await read(stage, way, "for no workflow", {
    nextPageToken: token,
    execution: { workflowId: stage.id("nobody") },
  });
  await read(stage, way, "without an id", { nextPageToken: token, execution: {} });
  await stage.step(
    `${way}: in another namespace`,
    () => {
      const request = {
        namespace: "temporal-system",
        execution: stage.execution,
        maximumPageSize: 1,
        nextPageToken: token,
      };
      return way === "forward"
        ? stage.service.getWorkflowExecutionHistory(request)
        : stage.service.getWorkflowExecutionHistoryReverse(request);
    },
    shown,
  );
}

/** Tokens that a page of a history cannot begin with. */
export const PAGE_TOKENS: readonly Scenario[] = [
  defineScenario("tokens: odd ones of histories", async (stage) => {
    await stage.start();
    await stage.start({ workflowId: stage.id("other") });
    for (let count = 0; count < 3; count++) await signal(stage);
    await readWith(stage, "forward");
    await readWith(stage, "back");
    await stop(stage);
    await stop(stage, stage.id("other"));
  }),
];
