import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./source-files.ts";

test.each(["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"])("%s names only files that exist", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const paths = [...text.matchAll(/`((?:src|runtimes|test|proto|examples)\/[\w./-]*)`/g)].map(
    ([, path]) => path ?? "",
  );
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
