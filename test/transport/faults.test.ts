import { describe, test } from "vitest";
import { faults } from "./faults.ts";

for (const [group, list] of Object.entries(faults)) {
  describe(`calls over sockets: ${group}`, () => {
    for (const { name, run } of list) test(name, run);
  });
}
