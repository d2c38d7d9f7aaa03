/** Requires every subpath, as CommonJS programs do: `require` of ES modules. */
const manifest = require("perdure/package.json");

const subpaths = Object.keys(manifest.exports).filter((key) => key !== "./package.json");
for (const subpath of subpaths) {
  const module = require(`perdure${subpath.slice(1)}`);
  if (Object.keys(module).length === 0) throw new Error(`${subpath} exports nothing`);
}
console.log(`${subpaths.length} subpaths`);
