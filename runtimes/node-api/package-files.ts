import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** True when this module runs from `.ts`: in the repository, or under Deno from its registry. */
export function isSource(): boolean {
  return import.meta.url.endsWith(".ts");
}

/** Folder of the package: the nearest one above this module that has a package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(
        "The folder of the package perdure was not found: install it anew, and do not bundle it into one file",
      );
    }
    folder = parent;
  }
  return folder;
}
