// Frames below the user's own are noise to a reader of a failure. Ours are known by the names of functions, which
// survive bundling, unlike paths:
// - a function whose name begins with `perdureEntry` calls user code: it and all below it are cut off;
// - `perdureNext` links interceptors: such frames alone are left out.
const CUT =
  /^\s*at (?:async )?(?:[\w$]+\.)*perdureEntry\w*[ (]|^\s*at (?:Script\.)?runInContext \(|\(node:vm:\d+:\d+\)/;
const DROP = /^\s*at (?:async )?(?:[\w$]+\.)*perdureNext[ (]/;

/**
 * Cuts the frames of the SDK off a stack.
 *
 * @example
 * ```ts
 * cutoffStackTrace(error.stack);
 * ```
 */
export function cutoffStackTrace(stack: unknown): string {
  if (typeof stack !== "string") return "";
  const kept: string[] = [];
  for (const line of stack.split(/\r?\n/)) {
    if (CUT.test(line)) break;
    if (!DROP.test(line)) kept.push(line);
  }
  return kept.join("\n");
}
