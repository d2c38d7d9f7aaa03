import { describe, expect, test } from "vitest";
import { cases } from "./cases.ts";
import known from "./known-failures.json" with { type: "json" };

for (const [group, list] of Object.entries(cases)) {
  describe(`listening: ${group}`, () => {
    for (const { name, run } of list) {
      test(name, async () => {
        // A known failure must fail: when it is mended, its line goes.
        if (Object.hasOwn(known.node, `${group}: ${name}`)) await expect(run()).rejects.toThrow();
        else await run();
      });
    }
  });
}
