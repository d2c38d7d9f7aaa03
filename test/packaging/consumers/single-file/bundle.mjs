/** Bundles the workflows at build time, as a module, so that they become part of the program. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "perdure/worker";

const workflowsPath = fileURLToPath(new URL("./workflows.mjs", import.meta.url));
const { code } = await bundleWorkflowCode({ workflowsPath });
writeFileSync(
  new URL("./workflow-bundle.mjs", import.meta.url),
  `export const code = ${JSON.stringify(code)};\n`,
);
