export default {
  mode: "production",
  target: "node20",
  entry: "./client.mjs",
  experiments: { outputModule: true },
  output: {
    path: new URL("out-webpack", import.meta.url).pathname,
    filename: "client.mjs",
    module: true,
    clean: true,
  },
};
