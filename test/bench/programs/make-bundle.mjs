/** Writes the workflow bundle to the path in BUNDLE. */

import { bundleWorkflowCode } from "SDK/worker";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL("workflows.mjs", import.meta.url)),
});
writeFileSync(process.env.BUNDLE, code);
