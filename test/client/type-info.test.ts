import { describe, expect, test } from "vitest";
import {
  type Client,
  Client as ClientClass,
  type ClientOptions,
  defineQuery,
  defineSignal,
  defineUpdate,
  ValueError,
  WithStartWorkflowOperation,
} from "../../src/client/mod.ts";
import { defineWorkflowOptions } from "../../src/workflow/workflow-options.ts";
import { Money, money, moneyToMoney } from "../conformance/money.ts";
import { type Answers, fakeServer, fromJson, json } from "./fake-server.ts";

type Payloads = { readonly payloads: readonly { readonly data: Uint8Array }[] } | undefined;

const euro = (amount: number): Money => new Money(amount, "EUR");
const seven = { payloads: [json("7 EUR")] };
const outcome = { value: { case: "success", value: seven } } as const;
const ref = { workflowExecution: { workflowId: "w", runId: "r" }, updateId: "u" };
const completed = {
  eventId: 5n,
  attributes: { case: "workflowExecutionCompletedEventAttributes", value: { result: seven } },
} as const;

const pay = defineSignal<[Money]>("pay", { typeInfo: { inputTypes: [money] } });
const paid = defineQuery<Money, [Money]>("paid", { typeInfo: moneyToMoney });
const raise = defineUpdate<Money, [Money]>("raise", { typeInfo: moneyToMoney });

async function invoice(amount: Money): Promise<Money> {
  return amount;
}
defineWorkflowOptions(invoice, { staticOptions: { typeInfo: moneyToMoney } });

/** A client of a server that answers seven euros to everything, and the arguments that came there, as they were on the wire. */
function rig(options: ClientOptions = {}): { readonly client: Client; readonly sent: unknown[] } {
  const sent: unknown[] = [];
  const note = (args: Payloads): void => void sent.push(...(args?.payloads ?? []).map(fromJson));
  const answers: Answers = {
    startWorkflowExecution: ({ input }) => {
      note(input);
      return { runId: "r" };
    },
    signalWithStartWorkflowExecution: ({ input, signalInput }) => {
      note(input);
      note(signalInput);
      return { runId: "r" };
    },
    signalWorkflowExecution: ({ input }) => {
      note(input);
      return {};
    },
    queryWorkflow: ({ query }) => {
      note(query?.queryArgs);
      return { queryResult: seven };
    },
    updateWorkflowExecution: ({ request }) => {
      note(request?.input?.args);
      return { updateRef: ref, stage: 3, outcome };
    },
    pollWorkflowExecutionUpdate: () => ({ outcome }),
    executeMultiOperation: ({ operations }) => {
      for (const { operation } of operations) {
        if (operation.case === "startWorkflow") note(operation.value.input);
        else if (operation.case === "updateWorkflow") note(operation.value.request?.input?.args);
      }
      const update = { updateRef: ref, stage: 3, outcome };
      return {
        responses: [
          { response: { case: "startWorkflow", value: { runId: "r", started: true } } },
          { response: { case: "updateWorkflow", value: update } },
        ],
      };
    },
    getWorkflowExecutionHistory: () => ({ history: { events: [completed] } }),
    respondActivityTaskCompleted: ({ result }) => {
      note(result);
      return {};
    },
  };
  const { connection } = fakeServer(answers);
  return { client: new ClientClass({ ...options, connection, identity: "me" }), sent };
}

const where = { workflowId: "w", taskQueue: "q" };

describe("workflows", () => {
  test("a function brings its own: arguments and result", async () => {
    const { client, sent } = rig();
    const result = await client.workflow.execute(invoice, { ...where, args: [euro(3)] });
    expect(sent).toEqual(["3 EUR"]);
    expect(result).toBeInstanceOf(Money);
    expect(result).toEqual(euro(7));
  });

  test("a name takes that of the call", async () => {
    const { client, sent } = rig();
    const handle = await client.workflow.start("invoice", {
      ...where,
      args: [euro(3)],
      typeInfo: moneyToMoney,
    });
    expect(sent).toEqual(["3 EUR"]);
    expect(await handle.result()).toEqual(euro(7));
  });

  test("handles and results of running ones take it as an option", async () => {
    const { client } = rig();
    expect(
      await client.workflow.getHandle("w", undefined, { typeInfo: moneyToMoney }).result(),
    ).toBeInstanceOf(Money);
    expect(await client.workflow.result("w", undefined, { typeInfo: moneyToMoney })).toBeInstanceOf(Money);
    expect(await client.workflow.getHandle("w").result()).toBe("7 EUR");
  });

  test("a function with a second one of the call is refused before anything is sent", async () => {
    const { client, sent } = rig();
    const twice = { ...where, args: [euro(3)] as [Money], typeInfo: moneyToMoney };
    await expect(client.workflow.start(invoice, twice)).rejects.toThrow(ValueError);
    expect(sent).toEqual([]);
  });
});

describe("messages", () => {
  test("definitions bring their own", async () => {
    const { client, sent } = rig();
    const handle = client.workflow.getHandle("w");
    await handle.signal(pay, euro(1));
    expect(await handle.query(paid, euro(2))).toEqual(euro(7));
    expect(await handle.executeUpdate(raise, { args: [euro(3)] })).toEqual(euro(7));
    expect(sent).toEqual(["1 EUR", "2 EUR", "3 EUR"]);
  });

  test("names take that of the call", async () => {
    const { client, sent } = rig();
    const handle = client.workflow.getHandle("w");
    await handle.signalWithOptions("pay", { args: [euro(1)], typeInfo: { inputTypes: [money] } });
    const options = { args: [euro(2)], typeInfo: moneyToMoney };
    expect(await handle.queryWithOptions("paid", options)).toEqual(euro(7));
    expect(await handle.executeUpdate("raise", { args: [euro(3)], typeInfo: moneyToMoney })).toEqual(euro(7));
    const update = handle.getUpdateHandle("u", { typeInfo: moneyToMoney });
    expect(await update.result()).toEqual(euro(7));
    expect(sent).toEqual(["1 EUR", "2 EUR", "3 EUR"]);
  });

  test("a definition with a second one of the call is refused", async () => {
    const handle = rig().client.workflow.getHandle("w");
    const options = { args: [euro(1)] as [Money], typeInfo: moneyToMoney };
    await expect(handle.signalWithOptions(pay, options)).rejects.toThrow("for the signal 'pay' beside");
    await expect(handle.queryWithOptions(paid, options)).rejects.toThrow("for the query 'paid' beside");
    await expect(handle.executeUpdate(raise, options)).rejects.toThrow("for the update 'raise' beside");
  });
});

describe("messages that start", () => {
  test("signal-with-start: the workflow's and the signal's", async () => {
    const { client, sent } = rig();
    const byFunction = {
      ...where,
      args: [euro(1)] as [Money],
      signal: pay,
      signalArgs: [euro(2)] as [Money],
    };
    const handle = await client.workflow.signalWithStart(invoice, byFunction);
    expect(await handle.result()).toEqual(euro(7));
    await client.workflow.signalWithStart("invoice", {
      ...where,
      args: [euro(3)],
      typeInfo: moneyToMoney,
      signal: "pay",
      signalArgs: [euro(4)],
      signalTypeInfo: { inputTypes: [money] },
    });
    expect(sent).toEqual(["1 EUR", "2 EUR", "3 EUR", "4 EUR"]);
  });

  test("update-with-start: the workflow's and the update's", async () => {
    const { client, sent } = rig();
    const startWorkflowOperation = new WithStartWorkflowOperation(invoice, {
      ...where,
      args: [euro(1)],
      workflowIdConflictPolicy: "USE_EXISTING",
    });
    const options = { args: [euro(2)] as [Money], startWorkflowOperation };
    expect(await client.workflow.executeUpdateWithStart(raise, options)).toEqual(euro(7));
    const handle = await startWorkflowOperation.workflowHandle();
    expect(await handle.result()).toEqual(euro(7));
    expect(sent).toEqual(["1 EUR", "2 EUR"]);
  });
});

test("activities that are completed from outside", async () => {
  const { client, sent } = rig();
  await client.activity.complete(Uint8Array.of(1), euro(5), { typeInfo: { outputType: money } });
  expect(sent).toEqual(["5 EUR"]);
});

test("interceptors see it, and may put another in its place", async () => {
  const cents = {
    transferTypeConverter: {
      toTransferType: ({ amount }: Money) => amount * 100,
      fromTransferType: (value: number) => euro(value / 100),
    },
  };
  const seen: unknown[] = [];
  const { client, sent } = rig({
    interceptors: {
      workflow: [
        {
          signal(input, next) {
            seen.push(input.typeInfo);
            return next({ ...input, typeInfo: { inputTypes: [cents] } });
          },
        },
      ],
    },
  });
  await client.workflow.getHandle("w").signal(pay, euro(1));
  expect(seen).toEqual([pay.typeInfo]);
  expect(sent).toEqual([100]);
});
