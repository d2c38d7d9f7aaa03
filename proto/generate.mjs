// Generates src/gen from proto/, or with --check compares it with what is committed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const buf = join(root, "node_modules", "@bufbuild", "buf", "bin", "buf");
const committed = join(root, "src", "gen");

function generate(target) {
  rmSync(target, { recursive: true, force: true });
  execFileSync(process.execPath, [buf, "generate", "--output", target], { cwd: root, stdio: "inherit" });
}

/** Relative path → text of each file below a folder. */
function contents(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      return [relative(folder, path), readFileSync(path, "utf8")];
    }),
  );
}

function differences(expected, actual) {
  const paths = new Set([...expected.keys(), ...actual.keys()]);
  return [...paths].sort().filter((path) => expected.get(path) !== actual.get(path));
}

if (process.argv.includes("--check")) {
  const work = mkdtempSync(join(tmpdir(), "perdure-gen-"));
  try {
    generate(join(work, "gen"));
    const drifted = differences(contents(join(work, "gen")), contents(committed));
    for (const path of drifted) console.error(`src/gen/${path} differs from what proto/ gives`);
    if (drifted.length > 0) {
      console.error("Run `npm run generate` and commit src/gen.");
      process.exitCode = 1;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
} else {
  generate(committed);
}
