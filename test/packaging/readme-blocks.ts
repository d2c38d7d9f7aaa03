/** The programs and commands that README.md prints. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./suite.ts";

/** A block of code: its section, its language, and a number from the second of that kind on, such as `On Deno, sh 2`. */
export interface Block {
  readonly name: string;
  readonly text: string;
}

/** All blocks, in order. */
export function readmeBlocks(): readonly Block[] {
  const blocks: Block[] = [];
  const seen = new Map<string, number>();
  let section = "";
  const parts = /^#{2,3} (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm;
  for (const [, heading, language, text = ""] of readFileSync(join(root, "README.md"), "utf8").matchAll(
    parts,
  )) {
    if (heading !== undefined) {
      section = heading;
      continue;
    }
    const kind = `${section}, ${language}`;
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    blocks.push({ name: count === 1 ? kind : `${kind} ${count}`, text });
  }
  return blocks;
}

/** The text of a block. */
export function printed(name: string): string {
  const found = readmeBlocks().find((block) => block.name === name);
  if (found === undefined) throw new Error(`README.md has no block "${name}"`);
  return found.text;
}

/** The command lines of a block, without their comments and prompts. */
export function commandLines(name: string): readonly (readonly string[])[] {
  return printed(name)
    .split("\n")
    .map((line) => line.replace(/\s+# .*$/, "").trim())
    .filter((line) => line !== "")
    .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ""));
}
