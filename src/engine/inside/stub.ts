/**
 * Stand-ins for modules that workflow code must not use. Importing one is fine (types and unused names are common), using it
 * throws an error that names the module and the export.
 */
export function stubModule(specifier: string, known: { readonly [name: string]: unknown }): object {
  const stubs = new Map<string, unknown>();
  const proxy: object = new Proxy(Object.create(null) as object, {
    get(_target, name) {
      if (typeof name === "symbol") return undefined;
      if (name === "__esModule") return true;
      if (Object.hasOwn(known, name)) return known[name];
      let stub = stubs.get(name);
      if (stub === undefined) {
        stub = stubExport(specifier, name);
        stubs.set(name, stub);
      }
      return stub;
    },
    has: () => true,
    // The bundler's import helper makes an object whose prototype is the module's prototype: it must end here.
    getPrototypeOf: () => proxy,
    set: () => false,
    defineProperty: () => false,
  });
  return proxy;
}

function stubExport(specifier: string, name: string): unknown {
  const refuse = (): never => {
    throw new Error(whyNot(specifier, name));
  };
  const target = function stub(): void {};
  return new Proxy(target, {
    apply: refuse,
    construct: refuse,
    set: refuse,
    get(of, property) {
      // A class may extend a stub and a debugger may print it; calling it is what fails.
      if (property === "prototype" || typeof property === "symbol")
        return Reflect.get(of, property) as unknown;
      return refuse();
    },
  });
}

function whyNot(specifier: string, name: string): string {
  if (specifier.endsWith("/activity")) {
    return (
      `'${name}' of '${specifier}' was used in workflow code, which is not in activity context. ` +
      "Import only types from activity files, and call activities through proxyActivities()"
    );
  }
  return (
    `'${name}' of '${specifier}' was used in workflow code, where that module can't work: it does I/O. ` +
    "Move the use into an activity, or import only its types (`import type`)"
  );
}
