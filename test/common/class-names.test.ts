import { describe, expect, test } from "vitest";
import { realmSafe } from "../../src/common/realm-safe.ts";

describe("error classes", () => {
  test("have their own name, whatever a bundler called the class", () => {
    // As esbuild writes a class that mentions itself.
    const Renamed = class _StockError extends Error {
      static {
        realmSafe(_StockError, "StockError", "STOCK");
      }
    };
    expect([Renamed.name, new Renamed().name, new Renamed().constructor.name]).toEqual([
      "StockError",
      "StockError",
      "StockError",
    ]);
  });
});
