// Takes the .proto files of one pinned package version into this folder: names, numbers and types, no prose.
// Usage: node proto/fetch.mjs [path of an already downloaded tarball]
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = "@temporalio/core-bridge@1.24.0";
const INSIDE = "package/sdk-core/crates/protos/protos";
/** Folder inside the package → the part of it that we take. */
const ROOTS = [
  ["api_upstream", "temporal"],
  ["api_upstream", "google/api"],
  ["testsrv_upstream", "temporal"],
  ["", "google/rpc"],
  ["", "grpc"],
];
const here = dirname(fileURLToPath(import.meta.url));

/** Removes line and block comments, minding string literals. */
function stripComments(text) {
  return text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (token) =>
    token.startsWith("/") ? "" : token,
  );
}

/** Options that only other languages' generators read, and the one annotation that nothing of ours reads. */
const UNUSED = [
  /^option (go_package|java_\w+|ruby_package|csharp_namespace|php_\w+|objc_class_prefix|cc_enable_arenas) = ("[^"]*"|\w+);/gm,
  /^import "nexusannotations\/[^;]*;/gm,
  /^\s*option \(nexusannotations\.[^;]*;/gm,
];

function clean(text) {
  let result = stripComments(text.replaceAll("\r\n", "\n"));
  for (const pattern of UNUSED) result = result.replace(pattern, "");
  result = result
    .replace(/[ \t]+$/gm, "")
    .replaceAll("\t", "  ")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/\{\n\n+/g, "{\n")
    .replace(/\n\n+(\s*\})/g, "\n$1");
  return `${result.trim()}\n`;
}

function protoFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".proto"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function unpack(work) {
  const given = process.argv[2];
  if (given !== undefined) {
    execFileSync("tar", ["-xzf", given, "-C", work, INSIDE]);
    return;
  }
  const packed = execFileSync("npm", ["pack", SOURCE, "--json", "--pack-destination", work], {
    encoding: "utf8",
  });
  const [{ filename }] = JSON.parse(packed);
  execFileSync("tar", ["-xzf", join(work, filename), "-C", work, INSIDE]);
}

const work = mkdtempSync(join(tmpdir(), "perdure-proto-"));
try {
  unpack(work);
  for (const folder of ["temporal", "google", "grpc"])
    rmSync(join(here, folder), { recursive: true, force: true });
  let count = 0;
  for (const [root, part] of ROOTS) {
    const base = join(work, INSIDE, root);
    for (const path of protoFiles(join(base, part))) {
      const target = join(here, relative(base, path));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, clean(readFileSync(path, "utf8")));
      count += 1;
    }
  }
  console.log(`${count} .proto files taken from ${SOURCE}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
