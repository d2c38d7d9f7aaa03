import { expect, test, vi } from "vitest";
import { createGateway } from "../../src/gateway/mod.ts";

vi.mock("jose", () => {
  throw new Error("Cannot find package 'jose'");
});

test("without the package jose a gateway for signed tokens does not start, and says what to install", async () => {
  const gateway = createGateway({
    auth: {
      kind: "jwt",
      jwksUrl: "http://127.0.0.1:1/",
      issuer: "i",
      audience: "a",
      caller: () => undefined,
    },
  });
  await expect(gateway.listen()).rejects.toThrow(/needs the package jose.*npm install jose/);
  await gateway.close();
});
