import { describe, test } from "vitest";
import { cases } from "./cases.ts";

for (const [group, list] of Object.entries(cases)) {
  describe(`gateway: ${group}`, () => {
    for (const { name, run } of list) test(name, run, 120_000);
  });
}
