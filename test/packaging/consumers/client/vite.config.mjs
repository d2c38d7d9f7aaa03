export default {
  build: {
    ssr: "client.mjs",
    outDir: "out-vite",
    rollupOptions: { output: { entryFileNames: "client.mjs" } },
  },
  ssr: { noExternal: true },
};
