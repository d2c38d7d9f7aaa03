import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserExample, serve } from "../../examples/browser/serve.ts";
import { type ChromiumPage, openPage } from "../harness/chromium.ts";
import { chromiumCommand } from "../harness/chromium-command.ts";

function there(): boolean {
  try {
    return chromiumCommand() !== "";
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    console.warn("NOT RUN: the page in Chromium, because there is none here");
    return false;
  }
}

describe("the page of examples/browser in Chromium", () => {
  const canRun = there();
  let example: BrowserExample;
  let page: ChromiumPage;

  beforeAll(async () => {
    if (!canRun) return;
    example = await serve();
    page = await openPage(example.url);
  }, 120_000);
  afterAll(async () => {
    await page?.close();
    await example?.close();
  }, 60_000);

  const shown = (id: string, text: RegExp): Promise<void> =>
    expect
      .poll(() => page.evaluate(`document.getElementById("${id}")?.textContent`), { timeout: 30_000 })
      .toMatch(text);
  const click = (id: string): Promise<unknown> => page.evaluate(`document.getElementById("${id}").click()`);
  const enter = (token: string): Promise<unknown> =>
    page.evaluate(`document.getElementById("token").value = ${JSON.stringify(token)}`);

  test("orders, shows the progress, approves, shows the result; then a bad token and a gateway that is gone", async () => {
    if (!canRun) return;
    await shown("state", /nothing ordered/);
    // Until then the page's script is not there yet.
    await expect
      .poll(() => page.evaluate('document.getElementById("order").disabled'), { timeout: 20_000 })
      .toBe(false);
    await click("order");
    await shown("state", /waiting for approval/);
    await click("approve");
    await shown("result", /approved by grace/);
    await shown("state", /shipped/);
    await shown("problem", /^$/);

    const good = new URL(example.url).hash.slice(1);
    await enter("not-the-token-of-anybody");
    await click("order");
    await shown("problem", /Failed to start Workflow: .*UNAUTHENTICATED/i);

    await enter(good);
    await example.closeGateway();
    await click("order");
    await shown("problem", /Failed to start Workflow: /);
    expect(await page.evaluate(`document.getElementById("problem").textContent`)).not.toMatch(
      /UNAUTHENTICATED/i,
    );
  }, 180_000);
});
