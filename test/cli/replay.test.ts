import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cliHost } from "../../runtimes/node-api/cli-host.ts";
import { runCli } from "../../src/cli/mod.ts";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import { encodeHistory } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { withTimerBefore } from "../replay/altered.ts";
import { recorded } from "../replay/recorded.ts";
import { bundleOf } from "../replay/workflow-code.ts";

let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "perdure-cli-"));
  writeFileSync(join(folder, "bundle.js"), await bundleOf("mod.ts"));
  const good = recorded("activity-one");
  const bad = withTimerBefore(recorded("activity-chain"), 5);
  writeFileSync(
    join(folder, "good.json"),
    `\n${JSON.stringify(historyToJson({ events: good.events }), undefined, 2)}`,
  );
  writeFileSync(join(folder, "good.bin"), encodeHistory({ events: good.events }));
  writeFileSync(join(folder, "bad.json"), JSON.stringify(historyToJson({ events: bad.events })));
  writeFileSync(join(folder, "notes.json"), '{"no": "history"}');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const perdure = (...args: string[]): Promise<Ended> => perdureOn({}, args);

async function perdureOn(over: Partial<typeof cliHost>, args: readonly string[]): Promise<Ended> {
  let out = "";
  let err = "";
  const host = {
    ...cliHost,
    isTerminal: false,
    ...over,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  return { code: await runCli(args, host), out, err };
}

function replay(...args: string[]): Promise<Ended> {
  const files = args.map((arg) => (arg.startsWith("-") ? arg : join(folder, arg)));
  return perdure("replay", "--bundle", join(folder, "bundle.js"), ...files);
}

describe("perdure replay", () => {
  test("workflows on a web server are for Deno, which is said before anything is downloaded", async () => {
    const url = "https://modules.example/workflows.ts";
    const { code, err } = await perdure("replay", "--workflows", url, join(folder, "good.json"));
    expect(err).toContain(`'${url}': only Deno's workers bundle modules of web servers`);
    expect(code).toBe(2);
  });

  test("histories that fit: a table, exit code 0", async () => {
    const { code, out, err } = await replay("good.*");
    expect(err).toBe("");
    expect(out.split("\n").slice(0, 3)).toEqual([
      expect.stringMatching(/^result\s+events\s+workflow\s+history$/),
      expect.stringMatching(/^ok\s+11\s+oneActivity\s+.*good\.bin$/),
      expect.stringMatching(/^ok\s+11\s+oneActivity\s+.*good\.json$/),
    ]);
    expect(out).toMatch(/\n2 ok\n$/);
    expect(code).toBe(0);
  });

  test("`**` at the end means the histories in a folder and below, as the folder itself does", async () => {
    const { out, code } = await replay("**");
    const names = (text: string): string[] => text.match(/\w+\.(json|bin)$/gm) ?? [];
    expect(names(out)).toEqual(["bad.json", "good.bin", "good.json", "notes.json"]);
    expect(code).toBe(1);
    expect((await replay(".")).out).toBe(out);
  });

  test("one that does not: where it parts from the code, exit code 1", async () => {
    const { code, out } = await replay("good.json", "bad.json");
    expect(out).toMatch(/^differs .*bad\.json$/m);
    expect(out).toContain("> 5 TimerStarted: timer id '77'");
    expect(out).toMatch(/\n1 ok, 1 differs\n$/);
    expect(code).toBe(1);
  });

  test("as JSON", async () => {
    const { code, out } = await replay("--json", "bad.json", "good.json");
    const report = JSON.parse(out) as { histories: { error?: { report: unknown } }[] };
    expect(report).toMatchObject({ ok: 1, differs: 1, failed: 0, unreadable: 0, exitCode: 1 });
    expect(report).not.toHaveProperty("error");
    expect(report.histories[0]).toMatchObject({
      verdict: "differs",
      workflowType: "activityChain",
      error: { code: "DETERMINISM_VIOLATION", report: { event: { eventId: 5, type: "TimerStarted" } } },
    });
    expect(code).toBe(1);
  });

  test("as JSON, when a file is lost in the middle: what was replayed, and the error", async () => {
    const files = ["good.json", "lost.json"].map((name) => join(folder, name));
    const stat = async () => "file" as const;
    const args = ["replay", "--bundle", join(folder, "bundle.js"), ...files];
    const { code, out, err } = await perdureOn({ stat }, [...args, "--json"]);
    const report = JSON.parse(out) as { error: { message: string } };
    expect(report).toMatchObject({
      ok: 1,
      exitCode: 2,
      histories: [{ verdict: "ok" }],
      error: {
        name: "Error",
        code: "ENOENT",
        message: expect.stringMatching(/^Stopped after 1 histories: .*lost/),
      },
    });
    expect(err).toContain(report.error.message);
    expect(code).toBe(2);
    const table = await perdureOn({ stat }, args);
    expect(table.out).toMatch(/^ok .*good\.json$/m);
    expect(table.err).toMatch(/Stopped after 1 histories/);
  });

  test("a file that is no history: exit code 2", async () => {
    const { code, out } = await replay("notes.json", "good.json");
    expect(out).toMatch(/^unreadable /m);
    expect(code).toBe(2);
  });

  test("a folder stands for the histories in it", async () => {
    const { code, out } = await perdure(
      "replay",
      "--bundle",
      join(folder, "bundle.js"),
      "--threads",
      "1",
      folder,
    );
    expect(out).toMatch(/\n2 ok, 1 differs, 1 unreadable\n$/);
    expect(code).toBe(1);
  });
});

describe("wrong arguments", () => {
  const bundle = ["--bundle", "b.js"];
  test.each<[string, string[], string]>([
    ["no command", [], "Usage: perdure"],
    ["an unknown command", ["fly"], "there is no command 'fly'"],
    ["no code", ["replay", "x.json"], "--workflows"],
    ["no history", ["replay", ...bundle], "--query"],
    ["files and a query", ["replay", ...bundle, "--query", "a", "x.json"], "--query"],
    ["an unknown option", ["replay", ...bundle, "--wrong"], "--wrong"],
    ["a file that is not there", ["replay", ...bundle, "nowhere.json"], "nowhere.json"],
    ["a pattern for nothing", ["replay", ...bundle, "nowhere/*.json"], "nowhere/*.json"],
    ["a bundle that is not there", ["replay", ...bundle, "package.json"], "workflowBundle.codePath"],
    ["half of a key pair", ["replay", ...bundle, "--query", "a", "--tls-cert", "package.json"], "--tls-key"],
    ["no threads", ["replay", ...bundle, "--threads", "0", "package.json"], "--threads"],
  ])("%s: exit code 2", async (_, args, text) => {
    const { code, out, err } = await perdure(...args);
    expect(out + err).toContain(text);
    expect(code).toBe(2);
    if (args[0] !== "replay") return;
    const asJson = await perdure(...args, "--json");
    const report = JSON.parse(asJson.out) as object;
    const error = { name: expect.any(String), message: expect.stringContaining(text) };
    expect(report).toMatchObject({ exitCode: 2, ok: 0, histories: [], error });
    expect(asJson.code).toBe(2);
  });

  test("help names every option and is no error", async () => {
    const { code, out } = await perdure("replay", "--help");
    expect(out).toContain("--tls-server-name <name>");
    expect(code).toBe(0);
  });
});
