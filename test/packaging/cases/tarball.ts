/** What the tarball says of itself. */
import { join } from "node:path";
import { type Group, root, succeeds } from "../suite.ts";

const bin = (name: string): string => join(root, "node_modules/.bin", name);

export const tarballChecks: Group = {
  name: "tarball",
  checks: (tarball) => [
    { name: "publint --strict", run: () => succeeds([bin("publint"), "--strict", tarball]) },
    {
      name: "attw --profile esm-only",
      run: () => succeeds([bin("attw"), "--profile", "esm-only", tarball]),
    },
  ],
};
