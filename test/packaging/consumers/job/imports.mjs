/** Imports every subpath; none may be empty. */
import { readFileSync } from "node:fs";

const manifest = JSON.parse(
  readFileSync(new URL("node_modules/perdure/package.json", import.meta.url), "utf8"),
);
const subpaths = Object.keys(manifest.exports).filter((key) => key !== "./package.json");
for (const subpath of subpaths) {
  const module = await import(`perdure${subpath.slice(1)}`);
  if (Object.keys(module).length === 0) throw new Error(`${subpath} exports nothing`);
}
console.log(`${subpaths.length} subpaths`);
