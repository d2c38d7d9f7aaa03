import ts from "typescript";
import { expect, test } from "vitest";
import { place, type SourceFile, sourceFiles } from "./source-files.ts";

const MAX_FILE_LINES = 500;
const MAX_FUNCTION_LINES = 60;
const MAX_PUBLIC_MEMBERS = 15;

/**
 * Classes whose public surface is the official SDK's: they have as many members as users expect there. Each with its
 * reason.
 */
const WIDE_CLASSES: Readonly<Record<string, string>> = {
  Reader: "one method for each wire type of protobuf, called by generated code",
  Writer: "one method for each wire type of protobuf, called by generated code",
  JsonReader: "one method for each scalar of proto3 JSON, called by generated code",
  TestWorkflowEnvironment: "what the official SDK's has, and what only an embedded server can tell",
};

const source = sourceFiles("src", "runtimes", "proto/plugin");
const all = [...source, ...sourceFiles("test", "examples")];

function each<T extends ts.Node>(
  files: readonly SourceFile[],
  is: (node: ts.Node) => node is T,
  use: (file: SourceFile, node: T) => void,
): void {
  for (const file of files) {
    const visit = (node: ts.Node): void => {
      if (is(node)) use(file, node);
      ts.forEachChild(node, visit);
    };
    visit(file.ast);
  }
}

test(`no file is longer than ${MAX_FILE_LINES} lines`, () => {
  const long = all.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    return lines > MAX_FILE_LINES ? [`${path}: ${lines} lines`] : [];
  });
  expect(long).toEqual([]);
});

test(`no function is longer than ${MAX_FUNCTION_LINES} lines`, () => {
  const long: string[] = [];
  const isFunction = (node: ts.Node): node is ts.FunctionLikeDeclaration =>
    ts.isFunctionLike(node) && "body" in node;
  each(source, isFunction, (file, node) => {
    if (!node.body) return;
    const lineOf = (position: number): number => file.ast.getLineAndCharacterOfPosition(position).line;
    const lines = lineOf(node.getEnd()) - lineOf(node.getStart(file.ast)) + 1;
    if (lines > MAX_FUNCTION_LINES) long.push(`${place(file, node)}: ${lines} lines`);
  });
  expect(long).toEqual([]);
});

test(`no class has more than ${MAX_PUBLIC_MEMBERS} public members`, () => {
  const wide: string[] = [];
  each(source, ts.isClassDeclaration, (file, node) => {
    const members = node.members.filter((member) => {
      const hidden = member.name && ts.isPrivateIdentifier(member.name);
      return !hidden && !ts.isConstructorDeclaration(member) && !ts.isClassStaticBlockDeclaration(member);
    });
    const name = node.name?.text ?? "(anonymous)";
    if (members.length > MAX_PUBLIC_MEMBERS && !(name in WIDE_CLASSES))
      wide.push(`${place(file, node)}: ${name} has ${members.length}`);
  });
  expect(wide).toEqual([]);
});

test("`any` does not occur, nor comments that silence the compiler or the linter", () => {
  const found: string[] = [];
  each(
    all,
    (node): node is ts.KeywordTypeNode => node.kind === ts.SyntaxKind.AnyKeyword,
    (file, node) => found.push(place(file, node)),
  );
  for (const { path, text } of all) {
    if (path.startsWith("test/types/") || path === "test/checks/shape.test.ts") continue;
    for (const mark of ["@ts-ignore", "@ts-expect-error", "@ts-nocheck", "biome-ignore", "eslint-disable"]) {
      if (text.includes(mark)) found.push(`${path}: ${mark}`);
    }
  }
  expect(found).toEqual([]);
});

test("no bag files, and names in kebab-case", () => {
  const bad = all.filter(({ path }) => {
    const name = path.split("/").at(-1) ?? "";
    return /^(utils?|helpers?|types|common|misc)\./.test(name) || !/^[a-z0-9.-]+$/.test(name);
  });
  expect(bad.map(({ path }) => path)).toEqual([]);
});

test("no test is skipped, left to do, or run alone", () => {
  const marks = /\b(it|test|describe|suite)\.(skip|todo|only|fails|skipIf|runIf)\b/;
  expect(
    all
      .filter(({ path, text }) => path !== "test/checks/shape.test.ts" && marks.test(text))
      .map(({ path }) => path),
  ).toEqual([]);
});
