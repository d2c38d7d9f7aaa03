/** Libraries in workflows, each in two runs that take turns. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "perdure/worker";
import { loadedInside, testPriced } from "../case-workflows/together.ts";
import type { Case, CaseWorld } from "./case.ts";

/** What a run that was given `name` sees. */
const expected: Readonly<Record<string, (name: string) => unknown>> = {
  zod: (name) => [7, 2026, { of: "a", a: name }, `refused for ${name}`, "ZodError", name, true],
  lodash: (name) => [
    "id-1",
    "id-2",
    name,
    `${name}!`,
    { odd: [1, 3], even: [2] },
    5,
    true,
    { a: { b: 1, c: [2] } },
    name.toUpperCase(),
  ],
  effect: (name) => [[`value of ${name}`, `fiber of ${name}`, "caught lost"], 12],
  "reflect-metadata": (name) => [name, `shared ${name}`, ["owner"], "Order"],
  "date-fns": (name) => [name === "ada" ? 1 : 6, "2026-02-02", true],
  "core-js": (name) => [
    name,
    [{ k: 1 }, { k: 2 }],
    [
      ["one", 2],
      ["more", 1],
    ],
    name,
  ],
  "core-js maps, sets and iterators": (name) => [
    name,
    name,
    ["a", name, "z"],
    true,
    [
      ["odd", [1, 3]],
      ["even", [2]],
    ],
    [10, 20],
    "undefined",
  ],
  names: () => ["OrderRefused", "useNames", "local", "OrderRefused"],
};

const bundles = new Map<string, Promise<{ code: string }>>();

/** Polyfills that change what all runs share: their modules are loaded before any run. */
const PRELOADED = [
  "core-js/actual/map",
  "core-js/actual/set",
  "core-js/actual/iterator",
  "core-js/full/map/group-by",
];

/** All libraries together, so that one also meets what others do; polyfills on their own, since they change what all meet. */
function bundleOf(library: string): Promise<{ code: string }> {
  const file =
    library === "core-js" ? "polyfills" : library.startsWith("core-js") ? "preloaded" : "libraries";
  const workflowsPath = fileURLToPath(new URL(`../case-workflows/${file}.ts`, import.meta.url));
  const preloadModules = file === "preloaded" ? PRELOADED : [];
  const bundle = bundles.get(file) ?? bundleWorkflowCode({ workflowsPath, preloadModules });
  bundles.set(file, bundle);
  return bundle;
}

async function takeTurns({ client, id, taskQueue }: CaseWorld, library: string): Promise<unknown[]> {
  const names = ["ada", "bob"];
  const start = async (name: string) =>
    await client.workflow.start("usesLibrary", { workflowId: id(), taskQueue, args: [library, name] });
  const handles = [];
  for (const name of names) {
    const handle = await start(name);
    assert.equal(await handle.query("hasBegun"), true);
    handles.push(handle);
  }
  for (const handle of handles) await handle.signal("proceed");
  return await Promise.all(handles.map((handle) => handle.result()));
}

const inTurns: readonly Case[] = Object.entries(expected).map(([library, sees]) => ({
  name: `libraries: ${library} in two runs that take turns, from the cache and in replay`,
  async run(world) {
    const workflowBundle = await bundleOf(library);
    for (const maxCachedWorkflows of [100, 0]) {
      const seen = await world.withWorker(() => takeTurns(world, library), {
        workflowBundle,
        maxCachedWorkflows,
      });
      assert.deepEqual(seen, [sees("ada"), sees("bob")]);
    }
  },
}));

export const libraryCases: readonly Case[] = [
  ...inTurns,
  {
    name: "libraries: one file of a user holds workflows, activities and tests together",
    async run({ connection, taskQueue }) {
      assert.equal(loadedInside, false);
      assert.deepEqual(await testPriced({ connection, taskQueue }), [
        3,
        true,
        true,
        "PriceTooHigh",
        "priced",
        "inner",
      ]);
    },
  },
];
