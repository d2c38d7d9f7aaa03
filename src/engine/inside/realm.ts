import { hiddenIntrinsics, lockIntrinsics } from "./lock.ts";

/**
 * The global object and the built-ins of the vm context, shared in turn by all runs of the thread.
 *
 * R1. Between two runs the global object is in its base state, plus what `globals` of the entered run differ from it.
 * R2. What a run adds, replaces or deletes on the global object is kept in its bag and put back when it is entered again.
 * R3. The same holds for the watched built-ins (`Object`, `Promise`, `Symbol`, `Reflect`, `Error`, `Array.prototype`, `Function.prototype`, …),
 *     so that polyfills of the running workflow work. All other built-ins are locked.
 * R4. Entering the run that is already entered costs one comparison.
 */

type Key = string | symbol;
/** `undefined`: the run deleted the property. */
type Changes = Map<Key, PropertyDescriptor | undefined>;

interface Watched {
  readonly target: object;
  readonly base: Map<Key, PropertyDescriptor>;
  /** The data properties of `base`, side by side, for the quick comparison that nearly always suffices. */
  readonly keys: readonly Key[];
  readonly values: readonly unknown[];
}

/** What one run changed, by watched object. Empty for nearly all runs. */
class Bag {
  readonly changes: Map<Watched, Changes> = new Map();
}

const defineProperty = Object.defineProperty;
const getDescriptor = Object.getOwnPropertyDescriptor;
const deleteProperty = Reflect.deleteProperty;
const ownKeys = Reflect.ownKeys;
const ownSymbols = Object.getOwnPropertySymbols;
const same = Object.is;

export class Realm {
  readonly #global: object;
  /** The host's view of the global object: sees the string keys that were set, without the built-ins, and is fast to read. */
  readonly #raw: object;
  readonly #base: Map<Key, PropertyDescriptor> = new Map();
  /** Base keys that `#raw` shows. A built-in shows there once it was replaced and restored. */
  #baseOnRaw: Set<Key> = new Set();
  #baseSymbols = 0;
  #seeded = false;
  readonly #watched: Watched[] = [];
  readonly #bags: Map<string, Bag> = new Map();
  readonly #globalSlot: Watched;
  #current: Bag | undefined;
  /** What is put back after each run: the global object and what is watched. */
  readonly #restored: Set<unknown>;

  constructor(raw: object) {
    this.#global = globalThis;
    this.#raw = raw;
    this.#globalSlot = { target: this.#global, base: this.#base, keys: [], values: [] };
    this.#restored = new Set([this.#global]);
    guardDefinitions(this.#restored);
  }

  /** Sets globals of the base state: what every run sees. */
  supply(globals: { readonly [name: string]: unknown }): void {
    for (const name of Object.keys(globals)) {
      defineProperty(this.#global, name, hidden(globals[name]));
    }
  }

  remove(names: readonly string[]): void {
    for (const name of names) deleteProperty(this.#global, name);
  }

  /** Takes the present state as the base state and locks the built-ins. `shared` are objects that all runs can reach. */
  seal(shared: readonly unknown[]): void {
    const arrayIterator = Object.getPrototypeOf([][Symbol.iterator]()) as object;
    const watched = [
      Object,
      Array,
      Promise,
      Symbol,
      Reflect,
      Error,
      Array.prototype,
      Array.prototype[Symbol.unscopables],
      // Polyfills hide their functions' source there.
      Function.prototype,
      RegExp.prototype,
      arrayIterator,
    ];
    for (const target of watched) {
      this.#watched.push(watch(target));
      this.#restored.add(target);
    }
    const builtins = ownKeys(this.#global).map((key) => getDescriptor(this.#global, key)?.value as unknown);
    const mapIterator = Object.getPrototypeOf(new Map().entries()) as object;
    const setIterator = Object.getPrototypeOf(new Set().values()) as object;
    const stringIterator = Object.getPrototypeOf(""[Symbol.iterator]()) as object;
    lockIntrinsics(
      [...builtins.filter((value) => value !== this.#global), ...hiddenIntrinsics(), ...shared],
      {
        skip: new Set<object>([...watched, this.#global]),
        freeze: new Set<object>([
          String.prototype,
          Number.prototype,
          mapIterator,
          setIterator,
          stringIterator,
        ]),
      },
    );
    this.#rebase();
  }

  #rebase(): void {
    this.#base.clear();
    for (const [key, value] of snapshot(this.#global)) this.#base.set(key, value);
    this.#baseOnRaw = new Set(ownKeys(this.#raw).filter((key) => typeof key === "string"));
    this.#baseSymbols = ownSymbols(this.#global).length;
  }

  /** Makes a bag for a new run and enters it. */
  open(runId: string): void {
    const bag = new Bag();
    this.#bags.set(runId, bag);
    this.#switch(bag);
  }

  /** Gives the entered run its own globals. Those of the first run become the base, so that shared ones cost nothing. */
  seed(globals: { readonly [name: string]: unknown }): void {
    const target = this.#global as { [name: string]: unknown };
    for (const name of Object.keys(globals)) {
      if (!same(target[name], globals[name])) defineProperty(this.#global, name, hidden(globals[name]));
    }
    if (this.#seeded) return;
    this.#seeded = true;
    this.#rebase();
  }

  enter(runId: string): void {
    const bag = this.#bags.get(runId);
    if (bag !== this.#current) this.#switch(bag);
  }

  close(runId: string): void {
    if (this.#bags.get(runId) === this.#current) this.#switch(undefined);
    this.#bags.delete(runId);
  }

  #switch(next: Bag | undefined): void {
    const last = this.#current;
    if (last !== undefined) this.#leave(last);
    this.#current = next;
    if (next === undefined) return;
    for (const [watched, changes] of next.changes) {
      for (const [key, property] of changes) apply(watched.target, key, property);
    }
  }

  #leave(bag: Bag): void {
    if (bag.changes.size > 0) bag.changes.clear();
    const changes = this.#globalChanges();
    if (changes !== undefined) this.#undo(bag, this.#globalSlot, changes);
    for (const watched of this.#watched) {
      const changed = changesOf(watched);
      if (changed !== undefined) this.#undo(bag, watched, changed);
    }
  }

  #undo(bag: Bag, watched: Watched, changes: Changes): void {
    bag.changes.set(watched, changes);
    for (const key of changes.keys()) apply(watched.target, key, watched.base.get(key));
    if (watched === this.#globalSlot) {
      this.#baseOnRaw = new Set(ownKeys(this.#raw).filter((key) => typeof key === "string"));
    }
  }

  #globalChanges(): Changes | undefined {
    let changes: Changes | undefined;
    let present = 0;
    for (const key of ownKeys(this.#raw)) {
      if (typeof key !== "string") continue;
      const property = getDescriptor(this.#raw, key);
      if (property === undefined) continue;
      const base = this.#base.get(key);
      if (this.#baseOnRaw.has(key)) present++;
      if (base === undefined || !same(property.value, base.value) || property.get !== base.get) {
        changes ??= new Map();
        changes.set(key, copy(property));
      }
    }
    const symbols = ownSymbols(this.#global);
    if (symbols.length !== this.#baseSymbols) {
      changes ??= new Map();
      for (const key of symbols) {
        if (!this.#base.has(key)) changes.set(key, getDescriptor(this.#global, key));
      }
    }
    if (present < this.#baseOnRaw.size) {
      changes ??= new Map();
      for (const key of this.#base.keys()) {
        if (!changes.has(key) && getDescriptor(this.#global, key) === undefined) changes.set(key, undefined);
      }
    }
    return changes;
  }
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, enumerable: false, configurable: true };
}

/** The raw object belongs to the host's realm, and so do its descriptors. */
function copy(property: PropertyDescriptor): PropertyDescriptor {
  return { ...property, configurable: true };
}

function snapshot(target: object): Map<Key, PropertyDescriptor> {
  const base = new Map<Key, PropertyDescriptor>();
  for (const key of ownKeys(target)) {
    const property = getDescriptor(target, key);
    if (property !== undefined) base.set(key, property);
  }
  return base;
}

function watch(target: object): Watched {
  const base = snapshot(target);
  const data = [...base].filter(([, property]) => property.get === undefined);
  return {
    target,
    base,
    keys: data.map(([key]) => key),
    values: data.map(([, property]) => property.value as unknown),
  };
}

function isUnchanged({ target, base, keys, values }: Watched): boolean {
  for (let index = 0; index < keys.length; index++) {
    if (!same((target as { [key: Key]: unknown })[keys[index]!], values[index])) return false;
  }
  return ownKeys(target).length === base.size;
}

function changesOf(watched: Watched): Changes | undefined {
  if (isUnchanged(watched)) return undefined;
  const { target, base } = watched;
  const keys = ownKeys(target);
  let changes: Changes | undefined;
  let present = 0;
  for (const key of keys) {
    const property = base.get(key);
    if (property !== undefined) {
      present++;
      if (property.get !== undefined || same((target as { [key: Key]: unknown })[key], property.value))
        continue;
    }
    changes ??= new Map();
    changes.set(key, getDescriptor(target, key));
  }
  if (present === base.size) return changes;
  changes ??= new Map();
  for (const key of base.keys()) {
    if (getDescriptor(target, key) === undefined) changes.set(key, undefined);
  }
  return changes;
}

function apply(target: object, key: Key, property: PropertyDescriptor | undefined): void {
  if (property === undefined) deleteProperty(target, key);
  else defineProperty(target, key, property);
}

/** A property that can't be deleted would leak into other runs, so there is none on what is restored after each. */
function guardDefinitions(restored: ReadonlySet<unknown>): void {
  const open = (target: unknown, property: PropertyDescriptor): PropertyDescriptor =>
    restored.has(target) ? { ...property, configurable: true } : property;
  const reflectDefine = Reflect.defineProperty;
  const guards = {
    defineProperty<T>(target: T, key: Key, property: PropertyDescriptor & ThisType<unknown>): T {
      return defineProperty(target, key, open(target, property));
    },
  };
  const reflectGuards = {
    defineProperty(target: object, key: Key, property: PropertyDescriptor & ThisType<unknown>): boolean {
      return reflectDefine(target, key, open(target, property));
    },
  };
  defineProperty(Object, "defineProperty", hidden(guards.defineProperty));
  defineProperty(Reflect, "defineProperty", hidden(reflectGuards.defineProperty));
}
