/** Bundles the workflows beforehand, so that the worker needs neither esbuild nor its permissions. */
import { bundleWorkflowCode } from "perdure/worker";

const workflowsPath = new URL("./workflows.ts", import.meta.url).href;
const { code } = await bundleWorkflowCode({ workflowsPath });
Deno.writeTextFileSync(
  new URL("./workflow-bundle.ts", import.meta.url),
  `export const code: string = ${JSON.stringify(code)};\n`,
);
