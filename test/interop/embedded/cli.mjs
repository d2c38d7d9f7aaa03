/** The Temporal CLI against the embedded server's port. Its runs are worked on by the official SDK's worker. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { eventually } from "./report.mjs";

const run = promisify(execFile);

/** `temporal` with an address: text, or the parsed answer of `--output json`. */
class Cli {
  #path;
  #address;
  taskQueue;

  constructor({ temporal, address, taskQueue }) {
    this.#path = temporal;
    this.#address = address;
    this.taskQueue = taskQueue;
  }

  async text(...args) {
    const what = run(this.#path, [...args, "--address", this.#address], { timeout: 20_000 });
    // Nothing to ask anybody.
    what.child.stdin.end();
    try {
      return (await what).stdout;
    } catch (error) {
      throw new Error(
        `temporal ${args.join(" ")}: ${error.killed ? "took too long" : error.stderr}${error.stdout}`,
      );
    }
  }

  async json(...args) {
    return JSON.parse(await this.text(...args, "--output", "json"));
  }

  async start(id, type, ...args) {
    const queue = ["--task-queue", this.taskQueue];
    return await this.json("workflow", "start", "-w", id, "--type", type, ...queue, ...args);
  }

  async status(id) {
    const { workflowExecutionInfo } = await this.json("workflow", "describe", "-w", id);
    return workflowExecutionInfo.status;
  }
}

const cases = {
  async "start, signal, query, update, show, result"(cli) {
    const { workflowId, runId } = await cli.start("cli-account", "account", "--input", "1");
    equal(workflowId, "cli-account");
    ok(runId);
    const W = ["-w", workflowId];
    await cli.text("workflow", "signal", ...W, "--name", "add", "--input", "2");
    deepEqual((await cli.json("workflow", "query", ...W, "--name", "total")).queryResult, [3]);
    const update = ["workflow", "update", "execute", ...W, "--name", "addUpdate", "--input"];
    equal((await cli.json(...update, "4")).result, 7);
    match(
      await cli.text("workflow", "describe", ...W),
      /WorkflowId +cli-account\n[\s\S]*Pending Activities: 0/,
    );
    equal(await cli.status(workflowId), "WORKFLOW_EXECUTION_STATUS_RUNNING");
    await cli.text("workflow", "signal", ...W, "--name", "finish");
    equal((await cli.json("workflow", "result", ...W)).result, 7);
    const { events } = await cli.json("workflow", "show", ...W);
    equal(events[0].eventType, "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED");
    equal(events.at(-1).eventType, "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED");
    match(await cli.text("workflow", "show", ...W), /WorkflowExecutionCompleted/);
  },

  async "execute, signal-with-start, list, count"(cli) {
    const queue = ["--task-queue", cli.taskQueue];
    const executed = await cli.json("workflow", "execute", "-w", "cli-list-1", "--type", "parent", ...queue);
    deepEqual(executed.result, { total: 3, failed: "as told" });
    const signal = ["--signal-name", "add", "--signal-input", "5"];
    const start = ["-w", "cli-list-2", "--type", "account", ...queue, "--input", "1"];
    await cli.text("workflow", "signal-with-start", ...signal, ...start);
    const query = ["--query", "WorkflowId STARTS_WITH 'cli-list-' AND WorkflowType IN ('parent', 'account')"];
    const ids = async () =>
      (await cli.json("workflow", "list", ...query)).map(({ execution }) => execution.workflowId);
    // The parent's child is found too.
    await eventually(async () => (await ids()).length === 3);
    deepEqual((await ids()).sort(), ["cli-list-1", "cli-list-1-child", "cli-list-2"]);
    match(await cli.text("workflow", "count", ...query), /Total: 3/);
    const grouped = ["--query", "WorkflowId STARTS_WITH 'cli-list-' GROUP BY ExecutionStatus"];
    match(await cli.text("workflow", "count", ...grouped), /Running/);
    match(await cli.text("workflow", "list", ...query, "--limit", "1"), /cli-list-/);
    await cli.text("workflow", "terminate", "-w", "cli-list-2");
  },

  async "cancel, terminate"(cli) {
    await cli.start("cli-cancel", "untilCancelled");
    await cli.text("workflow", "cancel", "-w", "cli-cancel");
    await eventually(async () => (await cli.status("cli-cancel")) === "WORKFLOW_EXECUTION_STATUS_CANCELED");
    await cli.start("cli-terminate", "account");
    await cli.text("workflow", "terminate", "-w", "cli-terminate", "--reason", "enough");
    equal(await cli.status("cli-terminate"), "WORKFLOW_EXECUTION_STATUS_TERMINATED");
  },

  async "reset, delete"(cli) {
    const { runId } = await cli.start("cli-reset", "account", "--input", "1");
    const W = ["-w", "cli-reset"];
    await cli.json("workflow", "update", "execute", ...W, "--name", "addUpdate", "--input", "2");
    const reset = ["--type", "FirstWorkflowTask", "--reason", "again"];
    const again = await cli.json("workflow", "reset", ...W, ...reset);
    ok(again.runId && again.runId !== runId);
    await eventually(
      async () => (await cli.json("workflow", "query", ...W, "--name", "total")).queryResult[0] === 3,
    );
    await cli.text("workflow", "signal", ...W, "--name", "finish");
    equal((await cli.json("workflow", "result", ...W)).result, 3);
    await cli.text("workflow", "delete", ...W, "--yes");
    await eventually(async () => !(await cli.text("workflow", "list")).includes(again.runId));
  },

  async "namespaces, search attributes"(cli) {
    await cli.text(
      "operator",
      "namespace",
      "create",
      "-n",
      "from-cli",
      "--retention",
      "3d",
      "--description",
      "mine",
    );
    const { namespaceInfo, config } = await cli.json("operator", "namespace", "describe", "-n", "from-cli");
    equal(namespaceInfo.name, "from-cli");
    equal(namespaceInfo.description, "mine");
    equal(config.workflowExecutionRetentionTtl, "259200s");
    match(await cli.text("operator", "namespace", "list"), /from-cli/);
    const attribute = ["--name", "FromCli", "--type", "Keyword", "-n", "from-cli"];
    await cli.text("operator", "search-attribute", "create", ...attribute);
    match(await cli.text("operator", "search-attribute", "list", "-n", "from-cli"), /FromCli\s+Keyword/);
    match(await cli.text("operator", "cluster", "health"), /SERVING/);
  },

  async "task queue"(cli) {
    const describe = ["task-queue", "describe", "--task-queue", cli.taskQueue];
    match(await cli.text(...describe), /workflow[\s\S]*activity/);
    match(await cli.text(...describe, "--legacy-mode"), /Identity|identity|Pollers/i);
    ok(Array.isArray((await cli.json(...describe)).pollers));
  },
};

/** Two groups at a time: each command is a process of its own. `about.temporal` is the path of the CLI. */
export async function runCli(report, about) {
  const cli = new Cli(about);
  const left = Object.entries(cases);
  const runSome = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [name, test] = next;
      await report.check(`Temporal CLI: ${name}`, () => test(cli), 60_000);
    }
  };
  await Promise.all([runSome(), runSome()]);
}
