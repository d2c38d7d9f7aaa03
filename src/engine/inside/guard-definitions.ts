type Key = string | symbol;

const defineProperty = Object.defineProperty;
const defineProperties = Object.defineProperties;
const getDescriptor = Object.getOwnPropertyDescriptor;
const ownKeys = Reflect.ownKeys;
const reflectDefine = Reflect.defineProperty;
const reflectPrevent = Reflect.preventExtensions;

/** What is put back after each run, and whether the entered run may have defined properties of it rather than assigned to them. */
export class Restored {
  readonly #targets: Set<unknown> = new Set();
  /** Then values alone do not tell what changed. */
  touched = false;

  add(target: object): void {
    this.#targets.add(target);
  }

  /** Whether this is put back; the caller is about to change it. */
  touch(target: unknown): boolean {
    const isRestored = this.#targets.has(target);
    if (isRestored) this.touched = true;
    return isRestored;
  }

  has(target: unknown): boolean {
    return this.#targets.has(target);
  }
}

/** A property that can't be deleted would leak into other runs, and an object that can't be changed could not be put back. */
export function guardDefinitions(restored: Restored): void {
  guardProperties(restored);
  guardExtensions(restored);
}

function guardProperties(restored: Restored): void {
  const open = (property: PropertyDescriptor): PropertyDescriptor => ({ ...property, configurable: true });
  replace(Object, {
    defineProperty<T>(target: T, key: Key, property: PropertyDescriptor & ThisType<unknown>): T {
      return defineProperty(target, key, restored.touch(target) ? open(property) : property);
    },
    defineProperties<T>(target: T, properties: PropertyDescriptorMap): T {
      if (!restored.touch(target)) return defineProperties(target, properties);
      const keys = ownKeys(properties);
      for (let index = 0; index < keys.length; index++) {
        const key = keys[index]!;
        if (getDescriptor(properties, key)?.enumerable)
          defineProperty(target, key, open(properties[key as string]!));
      }
      return target;
    },
  });
  replace(Reflect, {
    defineProperty(target: object, key: Key, property: PropertyDescriptor & ThisType<unknown>): boolean {
      return reflectDefine(target, key, restored.touch(target) ? open(property) : property);
    },
  });
  // Old, but in use: they define configurable properties.
  for (const name of ["__defineGetter__", "__defineSetter__"] as const) {
    const define = getDescriptor(Object.prototype, name)?.value as
      | ((key: Key, accessor: unknown) => void)
      | undefined;
    if (define === undefined) continue;
    replace(Object.prototype, {
      [name](this: unknown, key: Key, accessor: unknown): void {
        restored.touch(this);
        Reflect.apply(define, this, [key, accessor]);
      },
    });
  }
}

function guardExtensions(restored: Restored): void {
  for (const name of ["freeze", "seal", "preventExtensions"] as const) {
    const fix = Object[name] as <T>(target: T) => T;
    replace(Object, {
      [name]<T>(target: T): T {
        if (!restored.has(target)) return fix(target);
        throw new TypeError(
          `Cannot ${name === "preventExtensions" ? "prevent extensions of" : name} a built-in object: all workflows of a worker share it`,
        );
      },
    });
  }
  replace(Reflect, {
    preventExtensions(target: object): boolean {
      return restored.has(target) ? false : reflectPrevent(target);
    },
  });
}

function replace(owner: object, functions: { readonly [name: string]: unknown }): void {
  for (const name of Object.keys(functions)) {
    defineProperty(owner, name, {
      value: functions[name],
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
}
