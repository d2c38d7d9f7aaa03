/** The page: orders, approves, and shows how the workflow goes on, all through the gateway. */
import {
  connect,
  type EdgeConnection,
  queryWorkflow,
  signalWorkflow,
  startWorkflow,
  workflowResult,
} from "perdure/edge";

const element = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const token = element<HTMLInputElement>("token");
const orderButton = element<HTMLButtonElement>("order");
const approveButton = element<HTMLButtonElement>("approve");
const show = (id: "state" | "result" | "problem", text: string): void => {
  element(id).textContent = text;
};

const here = new URL(location.href).searchParams;
/** Where the gateway is: another origin than the page's, as in production. */
const gateway = here.get("gateway") ?? "";
const taskQueue = here.get("queue") ?? "";
/** In the fragment, which browsers send to no server. A real page gets a token of the user's own when they sign in. */
token.value = location.hash.slice(1);

/** Runs what a click asked for; what goes wrong is there to be read. */
async function attempt(work: () => Promise<void>): Promise<void> {
  show("problem", "");
  try {
    await work();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    show("problem", `${error instanceof Error ? error.message : String(error)}${cause}`);
  }
}

async function order(): Promise<void> {
  const temporal = connect({ address: gateway, apiKey: token.value });
  const workflowId = `order-${crypto.randomUUID()}`;
  const deadline = Date.now() + 10_000;
  await startWorkflow(temporal, "order", { taskQueue, workflowId, args: ["ada", "teapot", 3] }, { deadline });
  approveButton.disabled = false;
  approveButton.onclick = () =>
    attempt(() =>
      signalWorkflow(temporal, { workflowId }, "approve", ["grace"], { deadline: Date.now() + 10_000 }),
    );
  const ended = new AbortController();
  const progress = follow(temporal, workflowId, ended.signal);
  try {
    show("result", String(await workflowResult(temporal, { workflowId })));
  } finally {
    ended.abort();
    approveButton.disabled = true;
    await progress;
  }
  show("state", await queryWorkflow<string>(temporal, { workflowId }, "status"));
}

/** Asks for the state until the end; a question that fails is asked again, the result tells of lasting trouble. */
async function follow(temporal: EdgeConnection, workflowId: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      show(
        "state",
        await queryWorkflow<string>(temporal, { workflowId }, "status", [], { abortSignal: ended }),
      );
    } catch {
      // Nothing new to show.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

orderButton.onclick = () => attempt(order);
orderButton.disabled = false;
