import * as common from "../../common/mod.ts";
import * as converter from "../../converter/mod.ts";
import * as workflow from "../../workflow/mod.ts";
import { createSandboxEntry } from "../../workflow/runtime/mod.ts";
import { deepImports } from "./deep-imports.ts";
import { createInside, type Inside } from "./inside.ts";

/** Value of the shared section: the workflow runtime with the modules that all runs have in common. */
const inside: Inside = createInside({
  createSandboxEntry,
  modules: {
    "perdure/workflow": workflow,
    "perdure/common": common,
    "perdure/converter": converter,
    ...deepImports,
  },
});
export default inside;
