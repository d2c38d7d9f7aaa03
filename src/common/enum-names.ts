import { ValueError } from "./errors.ts";
import { showValue } from "./type-guards.ts";

/** One protobuf enum as users write it: short names for the numbers above zero; zero is `undefined`. */
export interface EnumNames<Name extends string> {
  /** Short or full name to number, `undefined` to 0. Throws a {@link ValueError} that names `option` otherwise. */
  encode(value: string | null | undefined, option?: string): number;
  /** Number to short name; 0 and numbers of a newer server to `undefined`. */
  decode(value: number | null | undefined): Name | undefined;
}

/**
 * Makes the two directions of an enum. `names[0]` stands for number 1.
 *
 * @example
 * ```ts
 * const behavior = enumNames("VersioningBehavior", "VERSIONING_BEHAVIOR_", ["PINNED", "AUTO_UPGRADE"]);
 * behavior.encode("PINNED"); // 1
 * ```
 */
export function enumNames<const Name extends string>(
  title: string,
  prefix: string,
  names: readonly Name[],
): EnumNames<Name> {
  const numbers = new Map<string, number>([[`${prefix}UNSPECIFIED`, 0]]);
  for (const [index, name] of names.entries()) numbers.set(name, index + 1).set(prefix + name, index + 1);
  return {
    encode(value, option = title) {
      if (value === undefined || value === null) return 0;
      const number = numbers.get(value);
      if (number === undefined) {
        throw new ValueError(`${option} is ${showValue(value)}; allowed are ${names.join(", ")}`);
      }
      return number;
    },
    decode(value) {
      return value === undefined || value === null ? undefined : names[value - 1];
    },
  };
}
