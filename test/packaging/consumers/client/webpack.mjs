/** Bundles `client.mjs` and `all.mjs` for Node by webpack, whose own command needs a newer Node than the oldest that is tested. */
import { fileURLToPath } from "node:url";
import webpack from "webpack";

const here = fileURLToPath(new URL(".", import.meta.url));
const compiler = webpack({
  mode: "production",
  target: "node20",
  context: here,
  entry: { client: "./client.mjs", all: "./all.mjs" },
  experiments: { outputModule: true },
  output: { path: `${here}out-webpack`, filename: "[name].mjs", module: true, clean: true },
});
compiler.run((error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString("errors-only"));
    process.exitCode = 1;
  }
  compiler.close(() => {});
});
