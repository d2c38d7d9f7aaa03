/**
 * Objects that runs may change and that all of them share: what a run did to one is taken off when it leaves, and put on again when it
 * comes back.
 *
 * W1. What a run did must not break the way back: no method, iterator or spread of an array is used here, and no accessor that a run
 *     may have defined is called.
 */

type Key = string | symbol;

/** What a run changed of one object. A property that is `undefined` was deleted. */
export interface Changes {
  readonly properties: Map<Key, PropertyDescriptor | undefined>;
  /** Set when the run gave the object another prototype. */
  readonly parent: { readonly value: object | null } | undefined;
}

/** An object in its base state. */
export interface Watched {
  readonly target: object;
  readonly parent: object | null;
  readonly base: Map<Key, PropertyDescriptor>;
  /** Keys and values of `base` side by side, for the quick comparison that nearly always suffices. */
  readonly keys: readonly Key[];
  /** `ACCESSOR` for an accessor. */
  readonly values: readonly unknown[];
}

const defineProperty = Object.defineProperty;
const getDescriptor = Object.getOwnPropertyDescriptor;
const deleteProperty = Reflect.deleteProperty;
const ownKeys = Reflect.ownKeys;
const parentOf = Object.getPrototypeOf as (target: object) => object | null;
const setParent = Reflect.setPrototypeOf;
const same = Object.is;
const ACCESSOR = {};

/** Takes the present state of an object as its base state. */
export function watch(target: object): Watched {
  const base = snapshot(target);
  const keys = [...base.keys()];
  const values = [...base.values()].map((property) =>
    "value" in property ? (property.value as unknown) : ACCESSOR,
  );
  return { target, parent: parentOf(target), base, keys, values };
}

/** All own properties of an object. */
export function snapshot(target: object): Map<Key, PropertyDescriptor> {
  const base = new Map<Key, PropertyDescriptor>();
  const keys = ownKeys(target);
  for (let index = 0; index < keys.length; index++) {
    const property = getDescriptor(target, keys[index]!);
    if (property !== undefined) base.set(keys[index]!, property);
  }
  return base;
}

/**
 * What differs from the base state; undefined when nothing does. `thorough`: properties may have been defined, not only assigned to, so
 * that values alone do not tell.
 */
export function changesOf(watched: Watched, thorough: boolean): Changes | undefined {
  if (!thorough && isUnchanged(watched)) return undefined;
  const { target, base } = watched;
  const properties = new Map<Key, PropertyDescriptor | undefined>();
  const keys = ownKeys(target);
  let present = 0;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const property = getDescriptor(target, key);
    const before = base.get(key);
    if (before !== undefined) present++;
    if (before === undefined || property === undefined || !isSame(property, before))
      properties.set(key, property);
  }
  if (present < base.size) {
    base.forEach((_, key) => {
      if (getDescriptor(target, key) === undefined) properties.set(key, undefined);
    });
  }
  const parent = parentChange(watched);
  return properties.size === 0 && parent === undefined ? undefined : { properties, parent };
}

/** The prototype, if it is another one. */
export function parentChange({ target, parent }: Watched): Changes["parent"] {
  const value = parentOf(target);
  return value === parent ? undefined : { value };
}

function isUnchanged({ target, parent, keys, values }: Watched): boolean {
  const present = ownKeys(target);
  if (present.length !== keys.length || parentOf(target) !== parent) return false;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    // One that was deleted and came back is at another place.
    if (present[index] !== key) return false;
    const value = values[index];
    if (value !== ACCESSOR && !same((target as { [key: Key]: unknown })[key], value)) return false;
  }
  return true;
}

function isSame(a: PropertyDescriptor, b: PropertyDescriptor): boolean {
  return (
    same(a.value, b.value) &&
    a.get === b.get &&
    a.set === b.set &&
    a.writable === b.writable &&
    a.enumerable === b.enumerable
  );
}

/** Puts a run's changes on. */
export function putOn({ target }: Watched, { properties, parent }: Changes): void {
  properties.forEach((property, key) => {
    apply(target, key, property);
  });
  if (parent !== undefined) setParent(target, parent.value);
}

/** Takes a run's changes off. */
export function takeOff({ target, base, parent: own }: Watched, { properties, parent }: Changes): void {
  properties.forEach((_, key) => {
    apply(target, key, base.get(key));
  });
  if (parent !== undefined) setParent(target, own);
}

function apply(target: object, key: Key, property: PropertyDescriptor | undefined): void {
  if (property === undefined) deleteProperty(target, key);
  else defineProperty(target, key, property);
}
