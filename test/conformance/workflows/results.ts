/** Workflows that only take and return values. */

export async function returnGreeting(name: string): Promise<string> {
  return `Hello, ${name}!`;
}

/** Returns its arguments as one array. */
export async function echoArguments(...args: unknown[]): Promise<unknown[]> {
  return args;
}

/** Returns its single argument unchanged, so that input and output payloads can be compared. */
export async function echoOne(value: unknown): Promise<unknown> {
  return value;
}

export async function returnUndefined(): Promise<void> {}

export async function returnNull(): Promise<null> {
  return null;
}

export async function returnBytes(length: number): Promise<Uint8Array> {
  return Uint8Array.from({ length }, (_, index) => index % 256);
}

export async function returnNested(): Promise<unknown> {
  return {
    text: 'déjà vu, 日本語, 🙂, \u0000 and \\ and "quotes"',
    numbers: [0, -0.5, 1e21, Number.MAX_SAFE_INTEGER],
    nothing: null,
    empty: { list: [], record: {} },
    deep: [[[[{ end: true }]]]],
    left_out: undefined,
    at: new Date(Date.UTC(2020, 1, 29, 12, 30, 15, 250)),
  };
}

export async function returnText(length: number): Promise<string> {
  return "é".repeat(length);
}
