/**
 * Makes the built-in objects of the vm context unchangeable, since all runs of a thread share them.
 *
 * A plain `Object.freeze` would break user code: assignment to an own property fails when an inherited property of that name
 * is read-only (`error.name = …`, `object.toString = …`). So the properties of prototypes become accessors whose setter
 * defines the property on the receiver.
 */

type Key = string | symbol;
type Locked = object;

/** Objects that V8 has fast paths for which accessors would switch off; plain freezing keeps them. */
export interface LockPlan {
  /** Not touched: somebody else watches and restores them. */
  readonly skip: ReadonlySet<object>;
  /** Frozen as they are, their properties stay data properties except `overridable`. */
  readonly freeze: ReadonlySet<object>;
}

const overridable: ReadonlySet<Key> = new Set<Key>(["constructor", "toString", "valueOf", "toLocaleString"]);

/** Locks all that can be reached from `roots` through own properties and prototypes. */
export function lockIntrinsics(roots: readonly unknown[], plan: LockPlan): void {
  const seen = new Set<unknown>();
  const queue: unknown[] = [...roots];
  const prototypes = new Set<object>();
  for (let value = queue.pop(); value !== undefined || queue.length > 0; value = queue.pop()) {
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    collect(value, queue, prototypes);
  }
  for (const value of seen) {
    if (isObject(value) && !plan.skip.has(value)) lockOne(value, prototypes.has(value), plan);
  }
}

function isObject(value: unknown): value is Locked {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function collect(value: Locked, queue: unknown[], prototypes: Set<object>): void {
  const parent: unknown = Object.getPrototypeOf(value);
  if (isObject(parent)) {
    prototypes.add(parent);
    queue.push(parent);
  }
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    if ("value" in property) {
      if (key === "prototype" && isObject(property.value)) prototypes.add(property.value);
      queue.push(property.value);
    } else {
      queue.push(property.get, property.set);
    }
  }
}

function lockOne(value: Locked, isPrototype: boolean, plan: LockPlan): void {
  if (isPrototype) {
    const all = !plan.freeze.has(value);
    for (const key of Reflect.ownKeys(value)) {
      if (all || overridable.has(key)) makeOverridable(value, key);
    }
  }
  // Typed arrays with elements can't be frozen; none is reachable from the built-ins, but preloaded modules may have some.
  if (ArrayBuffer.isView(value)) Object.preventExtensions(value);
  else Object.freeze(value);
}

function makeOverridable(owner: Locked, key: Key): void {
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (property === undefined || !property.configurable || !("value" in property)) return;
  const { value, enumerable } = property;
  Object.defineProperty(owner, key, {
    configurable: false,
    enumerable: enumerable ?? false,
    // A method: bundlers would give an arrow function its name, for each property at a cost.
    get() {
      return value;
    },
    set(this: unknown, next: unknown) {
      if (!isObject(this) || this === owner) {
        throw new TypeError(
          `Cannot change '${String(key)}' of a built-in or shared object: all workflows of a worker share it. ` +
            "List the module that does it in preloadModules",
        );
      }
      Object.defineProperty(this, key, { value: next, writable: true, enumerable: true, configurable: true });
    },
  });
}

/** Built-in objects that no global names: iterator prototypes, generator functions and the like. */
export function hiddenIntrinsics(): object[] {
  const parent = (value: object): object => Object.getPrototypeOf(value) as object;
  const iterators = [[][Symbol.iterator](), new Map().entries(), new Set().values(), ""[Symbol.iterator]()];
  const found = [
    ...iterators.map(parent),
    parent("".matchAll(/(?:)/g)),
    parent(function* () {}),
    parent(async () => {}),
    parent(async function* () {}),
    parent(Uint8Array),
  ];
  return found;
}
