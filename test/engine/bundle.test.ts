import { describe, expect, test } from "vitest";
import { BundleFormatError, readBundle, writeBundle } from "../../src/engine/bundle.ts";

const parts = {
  perdure: "0.1.0",
  wall: 1,
  sharedSpecifiers: ["perdure/workflow"],
  preloadSpecifiers: [],
  target: "es2022",
  shared: "shared é\n",
  preload: "",
  user: "user\n",
  sourceMap: "{}",
};

describe("a workflow bundle", () => {
  test("is one string from which its sections are read back", () => {
    const text = writeBundle(parts);
    const bundle = readBundle(text, 1);
    expect(bundle.shared).toBe(parts.shared);
    expect(bundle.preload).toBe("");
    expect(bundle.user).toBe(parts.user);
    expect(bundle.sourceMap).toBe("{}");
    expect(bundle.header).toMatchObject({
      perdure: "0.1.0",
      wall: 1,
      shared: ["perdure/workflow"],
      sourceMap: true,
    });
    expect(text.startsWith("//")).toBe(true);
  });

  test.each([
    ["other code", "var __TEMPORAL__ = {};\n", /bundles of other SDKs do not work/],
    ["a cut bundle", writeBundle(parts).slice(0, -1), /was cut or changed/],
    [
      "another format",
      writeBundle(parts).replace('"format":1', '"format":7'),
      /format 7, this version reads format 1/,
    ],
    [
      "a header that is not JSON",
      "//perdure-workflow-bundle {\n",
      /header of the workflow bundle is not JSON/,
    ],
    [
      "another sandbox contract",
      writeBundle({ ...parts, wall: 9 }),
      /made by Perdure 0\.1\.0 \(sandbox contract 9\)/,
    ],
  ])("%s is refused with what to do", (_name, text, message) => {
    expect(() => readBundle(text, 1)).toThrow(BundleFormatError);
    expect(() => readBundle(text, 1)).toThrow(message);
  });
});
