/** Reads the options of a program that are whole numbers. */
export function numberOption<Name extends string>(
  values: Readonly<Record<Name, string>>,
): (name: Name) => number {
  return (name) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 0) return value;
    throw new RangeError(`--${name} ${values[name]}: expected a whole number from 0`);
  };
}
