/** What `#test` means on Node: vitest. The other runtimes have a file each beside this one. */
export { afterAll, beforeAll, describe, expect, test } from "vitest";
