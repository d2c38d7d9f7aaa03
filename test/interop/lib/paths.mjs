/** Where things are, and which official SDK is installed here. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const at = (relative) => fileURLToPath(new URL(relative, import.meta.url));

export const repositoryRoot = at("../../../");
export const interopRoot = at("../");
export const cacheFolder = at("../.cache/");
export const conformanceFolder = at("../../conformance/");
export const workflowsFolder = at("../../conformance/workflows/");
export const historiesFolder = at("../../histories/");

export const require = createRequire(import.meta.url);

const packageFile = require.resolve("@temporalio/worker/package.json");
export const officialVersion = JSON.parse(readFileSync(packageFile, "utf8")).version;
