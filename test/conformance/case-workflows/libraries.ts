/** Libraries that people import in workflows. Each leaves state behind before the run waits, and looks at it afterwards. */
import "reflect-metadata";
import { addDays, format, getDefaultOptions, setDefaultOptions } from "date-fns";
import { Context, Effect, Fiber, Schema } from "effect";
import _ from "lodash";
import { condition, defineQuery, defineSignal, setHandler, sleep } from "perdure/workflow";
import { z } from "zod";

export const proceed = defineSignal("proceed");
export const hasBegun = defineQuery<boolean>("hasBegun");

/** What a run does with a library before it waits; what it gives back says what to do afterwards. */
type Use = (name: string) => () => unknown;

class Greeter extends Context.Service<Greeter, { readonly greet: (name: string) => string }>()("Greeter") {}

const wait = (ms: number): Promise<void> => sleep(ms);

function useZod(name: string): () => unknown {
  const schema = z.object({
    id: z.uuid(),
    count: z.coerce.number().int().default(3),
    at: z.iso.datetime().transform((text) => new Date(text).getUTCFullYear()),
    kind: z.discriminatedUnion("of", [
      z.object({ of: z.literal("a"), a: z.string() }),
      z.object({ of: z.literal("b"), b: z.bigint() }),
    ]),
  });
  z.config({ customError: () => `refused for ${name}` });
  z.globalRegistry.add(schema, { id: "Order", title: name });
  return () => {
    const id = "0b8f2f6e-5c0e-4b57-9a5e-0c7b8a0b1a11";
    const good = schema.parse({ id, count: "7", at: "2026-01-02T03:04:05Z", kind: { of: "a", a: name } });
    const bad = schema.safeParse({ id: "no", at: "2026-01-02T03:04:05Z", kind: { of: "a", a: name } });
    return [
      good.count,
      good.at,
      good.kind,
      bad.error?.issues[0]?.message,
      bad.error?.name,
      z.globalRegistry.get(schema)?.title,
      z.globalRegistry.has(schema),
    ];
  };
}

function useLodash(name: string): () => unknown {
  _.mixin({ owner: () => name });
  _.templateSettings.imports = { ..._.templateSettings.imports, owner: name };
  const first = _.uniqueId("id-");
  return () => [
    first,
    _.uniqueId("id-"),
    (_ as unknown as { owner(): string }).owner(),
    _.template("<%= owner %>!")(),
    _.groupBy([1, 2, 3], (value) => (value % 2 ? "odd" : "even")),
    _.cloneDeep({ map: new Map([[name, new Date(5)]]) })
      .map.get(name)
      ?.getTime(),
    _.isEqual(new Set([name]), new Set([name])),
    _.merge({ a: { b: 1 } }, { a: { c: [2] } }),
    _.memoize((value: string) => value.toUpperCase())(name),
  ];
}

function useEffectLibrary(name: string): () => unknown {
  const program = Effect.gen(function* () {
    const { greet } = yield* Greeter;
    const fiber = yield* Effect.forkChild(Effect.as(Effect.sleep("30 millis"), greet("fiber")));
    const both = yield* Effect.all([Effect.promise(() => wait(10)), Effect.succeed(greet("value"))], {
      concurrency: "unbounded",
    });
    const caught = yield* Effect.fail("lost").pipe(
      Effect.catch((error) => Effect.succeed(`caught ${error}`)),
    );
    return [both[1], yield* Fiber.join(fiber), caught];
  });
  const running = Effect.runPromise(
    program.pipe(Effect.provideService(Greeter, { greet: (what) => `${what} of ${name}` })),
  );
  const decode = Schema.decodeUnknownSync(Schema.Struct({ amount: Schema.NumberFromString }));
  return async () => [await running, decode({ amount: "12" }).amount];
}

function useMetadata(name: string): () => unknown {
  class Order {
    place(): void {}
  }
  Reflect.defineMetadata("owner", name, Order.prototype, "place");
  Reflect.defineMetadata("owner", `shared ${name}`, Object.prototype);
  return () => [
    Reflect.getMetadata("owner", Order.prototype, "place"),
    Reflect.getMetadata("owner", {}),
    Reflect.getMetadataKeys(Order.prototype, "place"),
    new Order().constructor.name,
  ];
}

function useDates(name: string): () => unknown {
  setDefaultOptions({ weekStartsOn: name === "ada" ? 1 : 6 });
  return () => [
    getDefaultOptions().weekStartsOn,
    format(addDays(new Date(2026, 0, 30), 3), "yyyy-MM-dd"),
    Math.abs(addDays(new Date(), 1).getTime() - Date.now() - 86_400_000) <= 3_600_000,
  ];
}

class OrderRefused extends Error {}

/** Names that bundling must keep, though other modules have the same. */
function useNames(name: string): () => unknown {
  const local = (): void => {};
  return () => [OrderRefused.name, useNames.name, local.name, new OrderRefused(name).constructor.name];
}

const uses: Readonly<Record<string, Use>> = {
  zod: useZod,
  lodash: useLodash,
  effect: useEffectLibrary,
  "reflect-metadata": useMetadata,
  "date-fns": useDates,
  names: useNames,
};

/** Uses a library, waits for the signal, and gives back what it sees then. */
export async function usesLibrary(library: string, name: string): Promise<unknown> {
  let told = false;
  setHandler(proceed, () => {
    told = true;
  });
  const look = uses[library]?.(name);
  setHandler(hasBegun, () => look !== undefined);
  await condition(() => told);
  await sleep(10);
  return await look?.();
}
