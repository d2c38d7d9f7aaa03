/** Importing every subpath changes nothing that others can see, and leaves nothing running: the program ends by itself. */
import { readFileSync } from "node:fs";

const manifest = JSON.parse(
  readFileSync(new URL("node_modules/perdure/package.json", import.meta.url), "utf8"),
);
const subpaths = Object.keys(manifest.exports).filter((key) => key !== "./package.json");

const builtins = [Object, Array, Promise, Map, Error, Symbol, Function, Date, Math, JSON, URL, Uint8Array];
const seen = () =>
  JSON.stringify([
    // Node itself leaves undici's mark when fetch or its classes are first named.
    Reflect.ownKeys(globalThis)
      .map(String)
      .filter((name) => !name.startsWith("Symbol(undici."))
      .sort(),
    builtins.map((builtin) =>
      [builtin, builtin.prototype ?? {}].map((part) => Reflect.ownKeys(part).map(String)),
    ),
    process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    Object.keys(process.env).length,
  ]);

const before = seen();
for (const subpath of subpaths) {
  await import(`perdure${subpath.slice(1)}`);
  if (seen() !== before) throw new Error(`importing ${subpath} changes globals or listens to process events`);
}
console.log("no effects");
