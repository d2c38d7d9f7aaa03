import ts from "typescript";

/*
 * The members of exported interfaces, classes, type aliases and constants, by the names that code writes: `maximumAttempts`,
 * `static create` of a class, `"TRY_CANCEL"` of a union of texts, `bundlerOptions.ignoreModules` where a member is an object whose
 * type has no name. `test/interop/record-exports.mjs` records those of the official packages by it, and
 * `official-exports.test.ts` compares them with ours.
 */
export interface Member {
  readonly name: string;
  readonly deprecated: boolean;
  readonly internal: boolean;
}

export interface MembersOptions {
  readonly checker: ts.TypeChecker;
  /** Whether declarations of this file count. Default: all do. */
  readonly owns?: (file: string) => boolean;
  /** Whether to look into the member of this name although its type has a name of its own. Default: no. */
  readonly opens?: (member: string) => boolean;
}

/** How deep objects within objects are looked at. */
const DEPTH = 4;
const HIDDEN = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;

/** The members of what a module exports under a name, sorted. */
export function membersOf(exported: ts.Symbol, options: MembersOptions): Member[] {
  const { checker } = options;
  const symbol = unaliased(exported, checker);
  const found = new Map<string, Member>();
  const walk = new Walk(options, found);
  if (symbol.flags & ts.SymbolFlags.Type) walk.type(checker.getDeclaredTypeOfSymbol(symbol), "", 0);
  if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Variable)) {
    const type = checker.getTypeOfSymbol(symbol);
    walk.type(type, type.getConstructSignatures().length > 0 ? "static " : "", 0);
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** What an `export { x } from` stands for. */
export function unaliased(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

class Walk {
  readonly #options: MembersOptions;
  readonly #found: Map<string, Member>;

  constructor(options: MembersOptions, found: Map<string, Member>) {
    this.#options = options;
    this.#found = found;
  }

  type(type: ts.Type, prefix: string, depth: number): void {
    if (type.isUnion()) {
      for (const part of type.types) this.type(part, prefix, depth);
      return;
    }
    if (type.isStringLiteral()) this.#note(`${prefix}"${type.value}"`);
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return;
    for (const property of type.getProperties()) this.#property(property, prefix, depth);
  }

  #property(property: ts.Symbol, prefix: string, depth: number): void {
    const { checker, owns = () => true, opens } = this.#options;
    const declarations = property.declarations ?? [];
    const isForeign =
      declarations.length > 0 && !declarations.some((node) => owns(node.getSourceFile().fileName));
    const isHidden = declarations.some((node) => ts.getCombinedModifierFlags(node) & HIDDEN);
    // `__@` begins the names of symbols, `#` those of private members.
    if (isForeign || isHidden || /^(?:prototype$|__[@#]|#)/.test(property.name)) return;
    const name = `${prefix}${property.name}`;
    this.#note(name, property);
    if (depth >= DEPTH) return;
    const type = checker.getTypeOfSymbol(property);
    for (const part of type.isUnion() ? type.types : [type])
      if (opens?.(name) ?? isNameless(part)) this.type(part, `${name}.`, depth + 1);
  }

  #note(name: string, property?: ts.Symbol): void {
    const tags = new Set(property?.getJsDocTags(this.#options.checker).map((tag) => tag.name));
    this.#found.set(name, { name, deprecated: tags.has("deprecated"), internal: tags.has("internal") });
  }
}

/** An object type that was written where it is used; not a function, an array or a type with a name. */
function isNameless(type: ts.Type): boolean {
  return (
    type.aliasSymbol === undefined &&
    type.symbol?.name === "__type" &&
    type.getCallSignatures().length === 0 &&
    type.getConstructSignatures().length === 0
  );
}
