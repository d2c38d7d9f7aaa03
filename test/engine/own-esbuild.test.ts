import * as shared from "esbuild";
import { expect, test } from "vitest";
import { withEsbuild } from "../../runtimes/node-api/own-esbuild.ts";

const answer = async (esbuild: Pick<typeof shared, "transform">): Promise<string> =>
  (await esbuild.transform("export const answer = 40 + 2", { minify: true })).code.trim();

test("builds of ours use a process of their own, which others do not lose when it is ended", async () => {
  const own = await withEsbuild((esbuild) => Promise.resolve(esbuild));
  expect(own.build).not.toBe(shared.build);
  const under = shared.build({
    stdin: { contents: "export {}" },
    write: false,
    plugins: [{ name: "stops ours", setup: (build) => build.onStart(async () => void (await own.stop())) }],
  });
  expect((await under).errors).toEqual([]);
  expect(await answer(shared)).toBe("export const answer=42;");
});

test("the process is begun again when it is needed again, and lent to all who build at a time", async () => {
  const first = await withEsbuild((esbuild) => esbuild.stop().then(() => answer(esbuild)));
  const both = await Promise.all([withEsbuild(answer), withEsbuild(answer)]);
  expect([first, ...both]).toEqual(Array(3).fill("export const answer=42;"));
});

test("what a build throws is passed on", async () => {
  await expect(withEsbuild(() => Promise.reject(new Error("no build")))).rejects.toThrow("no build");
});
