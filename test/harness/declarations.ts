/**
 * Writes the `.d.ts` files of the package, one for each source file that the exported modules reach. `isolatedDeclarations` makes each
 * a function of its own source alone, so that all take two seconds where a bundler of declarations took thirty.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** Emits declarations for `entries` and all they import, below `outDir`. Throws when one is not self-contained. */
export function writeDeclarations(entries: readonly string[], outDir: string): void {
  const { config } = ts.readConfigFile("tsconfig.src.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  const seen = new Set<string>();
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const { outputText, diagnostics } = ts.transpileDeclaration(readFileSync(path, "utf8"), {
      fileName: path,
      compilerOptions: { ...options, noEmit: false, declaration: true },
      reportDiagnostics: true,
    });
    if (diagnostics && diagnostics.length > 0) {
      throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(diagnostics[0]?.messageText ?? "", "\n")}`);
    }
    const target = join(outDir, path.replace(/\.ts$/, ".d.ts"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, withJsSpecifiers(withoutDoubles(outputText)));
    for (const specifier of relativeImports(outputText))
      queue.push(normalize(join(dirname(path), specifier)));
  }
}

const RELATIVE = /((?:from|import)\s*\(?\s*")(\.{1,2}\/[^"]+)\.ts"/g;

const SYMBOL_PROPERTY = /^ *(\[Symbol\.\w+\]): .*;\n/gm;

/** `transpileDeclaration` gives a method that has a symbol for a name twice: as what it is, and as a property before all others. */
function withoutDoubles(text: string): string {
  return text.replace(SYMBOL_PROPERTY, (line: string, name: string) =>
    text.includes(`${name}(`) ? "" : line,
  );
}

function withJsSpecifiers(text: string): string {
  return text.replace(RELATIVE, '$1$2.js"');
}

function relativeImports(text: string): string[] {
  return [...text.matchAll(RELATIVE)].map(([, , path]) => `${path}.ts`);
}
