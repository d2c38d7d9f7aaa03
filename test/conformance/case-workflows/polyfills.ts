/** Polyfills of core-js: each run loads its own, like any other module. */
import "core-js/actual/array/group";
import "core-js/actual/object/group-by";
import "core-js/es/promise/with-resolvers";
import "core-js/full/array/unique-by";
import { condition, defineQuery, defineSignal, setHandler, sleep } from "perdure/workflow";

export const proceed = defineSignal("proceed");
export const hasBegun = defineQuery<boolean>("hasBegun");

/** What the polyfills add; the compiler's library is older. */
interface Polyfilled {
  withResolvers(): { readonly promise: Promise<string>; resolve(value: string): void };
}
type List = { k: number }[] & {
  uniqueBy(by: (item: { k: number }) => number): unknown[];
  group(by: (item: { k: number }) => string): Record<string, unknown[]>;
  owner(): string;
};

/** Uses polyfills before and after a wait. */
export async function usesLibrary(_library: string, name: string): Promise<unknown> {
  let told = false;
  setHandler(proceed, () => {
    told = true;
  });
  setHandler(hasBegun, () => true);
  (Array.prototype as { owner?: () => string }).owner = () => name;
  const { promise, resolve } = (Promise as unknown as Polyfilled).withResolvers();
  await condition(() => told);
  await sleep(10);
  resolve(name);
  const list = [{ k: 1 }, { k: 1 }, { k: 2 }] as List;
  const grouped = Object.entries(list.group(({ k }) => (k > 1 ? "more" : "one")));
  return [
    await promise,
    list.uniqueBy(({ k }) => k),
    grouped.map(([key, items]) => [key, items.length]),
    list.owner(),
  ];
}
