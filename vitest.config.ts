import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^#platform$/, replacement: here("./runtimes/node/mod.ts") },
      { find: /^#platform\/worker$/, replacement: here("./runtimes/node/worker.ts") },
      { find: /^#platform\/thread$/, replacement: here("./runtimes/node/thread-entry.ts") },
      { find: /^#platform\/testing$/, replacement: here("./runtimes/node/testing.ts") },
      { find: /^#platform\/server$/, replacement: here("./runtimes/node/server.ts") },
      { find: /^perdure\/([a-z]+)$/, replacement: here("./src/$1/mod.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/conformance/**", "test/packaging/**", "test/interop/**", "**/node_modules/**"],
    // A guard against what hangs, not a measure: the slowest test takes half a minute on two cores that others use as well.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
