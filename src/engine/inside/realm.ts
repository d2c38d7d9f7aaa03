import { guardDefinitions, Restored } from "./guard-definitions.ts";
import { hiddenIntrinsics, lockIntrinsics } from "./lock.ts";
import {
  type Changes,
  changesOf,
  parentChange,
  putOn,
  snapshot,
  takeOff,
  type Watched,
  watch,
} from "./watched.ts";

/**
 * The global object and the built-ins of the vm context, shared in turn by all runs of the thread.
 *
 * R1. Between two runs the global object is in its base state, plus what `globals` of the entered run differ from it.
 * R2. What a run adds, replaces or deletes on the global object is kept in its bag and put back when it is entered again.
 * R3. The same holds for `console` and the watched built-ins (`Object`, `Promise`, `Symbol`, `Reflect`, `Error`, `Array.prototype`, …),
 *     so that polyfills of the running workflow work. All other built-ins are locked.
 * R4. Entering the run that is already entered costs one comparison.
 * R5. While the changes of a run are in place, nothing here uses what it may have changed (see `watched.ts`).
 */

type Key = string | symbol;
/** What one run changed, by watched object. Empty for nearly all runs. */
class Bag {
  readonly changes: Map<Watched, Changes> = new Map();
}

const defineProperty = Object.defineProperty;
const getDescriptor = Object.getOwnPropertyDescriptor;
const deleteProperty = Reflect.deleteProperty;
const parentOf = Object.getPrototypeOf as (target: object) => object | null;
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
  /** The global object and what is watched. */
  readonly #restored: Restored = new Restored();

  constructor(raw: object) {
    this.#global = globalThis;
    this.#raw = raw;
    const parent = parentOf(this.#global);
    this.#globalSlot = { target: this.#global, parent, base: this.#base, keys: [], values: [] };
    this.#restored.add(this.#global);
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
    for (const target of watched) this.#watch(target);
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

  #watch(target: object): void {
    this.#watched.push(watch(target));
    this.#restored.add(target);
  }

  #rebase(): void {
    this.#base.clear();
    for (const [key, value] of snapshot(this.#global)) this.#base.set(key, value);
    this.#baseOnRaw = textKeys(this.#raw);
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
    // The one of them that programs change.
    const own = globals["console"];
    if (typeof own === "object" && own !== null) this.#watch(own);
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

  /** Calls with the built-ins as they were before the entered run changed any. */
  aside<T>(work: () => T): T {
    const entered = this.#current;
    if (entered !== undefined) this.#switch(undefined);
    try {
      return work();
    } finally {
      if (entered !== undefined) this.#switch(entered);
    }
  }

  #switch(next: Bag | undefined): void {
    const last = this.#current;
    if (last !== undefined) this.#leave(last);
    this.#current = next;
    this.#restored.touched = false;
    if (next === undefined || next.changes.size === 0) return;
    next.changes.forEach((changes, watched) => {
      putOn(watched, changes);
    });
    this.#restored.touched = true;
  }

  #leave(bag: Bag): void {
    const { changes } = bag;
    if (changes.size > 0) changes.clear();
    const ofGlobal = this.#globalChanges();
    if (ofGlobal !== undefined) {
      changes.set(this.#globalSlot, ofGlobal);
      takeOff(this.#globalSlot, ofGlobal);
      this.#baseOnRaw = textKeys(this.#raw);
    }
    const watched = this.#watched;
    for (let index = 0; index < watched.length; index++) {
      const changed = changesOf(watched[index]!, this.#restored.touched);
      if (changed === undefined) continue;
      changes.set(watched[index]!, changed);
      takeOff(watched[index]!, changed);
    }
  }

  #globalChanges(): Changes | undefined {
    let properties: Changes["properties"] | undefined;
    let present = 0;
    const keys = ownKeys(this.#raw);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      if (typeof key !== "string") continue;
      const property = getDescriptor(this.#raw, key);
      if (property === undefined) continue;
      const base = this.#base.get(key);
      if (this.#baseOnRaw.has(key)) present++;
      if (base === undefined || !same(property.value, base.value) || property.get !== base.get) {
        properties ??= new Map();
        properties.set(key, copy(property));
      }
    }
    const symbols = ownSymbols(this.#global);
    if (symbols.length !== this.#baseSymbols) {
      properties ??= new Map();
      for (let index = 0; index < symbols.length; index++) {
        const key = symbols[index]!;
        if (!this.#base.has(key)) properties.set(key, getDescriptor(this.#global, key));
      }
    }
    if (present < this.#baseOnRaw.size) properties = this.#deleted(properties ?? new Map());
    const parent = parentChange(this.#globalSlot);
    if (properties === undefined && parent === undefined) return undefined;
    return { properties: properties ?? new Map(), parent };
  }

  #deleted(properties: Changes["properties"]): Changes["properties"] {
    this.#base.forEach((_, key) => {
      if (!properties.has(key) && getDescriptor(this.#global, key) === undefined)
        properties.set(key, undefined);
    });
    return properties;
  }
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, enumerable: false, configurable: true };
}

/** The raw object belongs to the host's realm, and so do its descriptors. */
function copy(property: PropertyDescriptor): PropertyDescriptor {
  return { ...property, configurable: true };
}

function textKeys(target: object): Set<Key> {
  const found = new Set<Key>();
  const keys = ownKeys(target);
  for (let index = 0; index < keys.length; index++) {
    if (typeof keys[index] === "string") found.add(keys[index]!);
  }
  return found;
}
