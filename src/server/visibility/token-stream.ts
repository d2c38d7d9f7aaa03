import { fromByteText } from "./byte-text.ts";
import { malformed, type QueryError } from "./query-error.ts";
import { NAME_KEYWORDS, QUALIFIED_KEYWORDS } from "./query-keywords.ts";
import { QueryLexer, type Token } from "./query-lexer.ts";

/** The real server refuses a query nested deeper than this. */
const MAX_NESTING = 200;

/** Tokens with one of look-ahead, and the errors that are reported at them. */
export class TokenStream {
  readonly #lexer: QueryLexer;
  #current: Token;
  #nesting = 0;

  constructor(bytes: string) {
    this.#lexer = new QueryLexer(bytes);
    this.#current = this.#lexer.next();
  }

  get current(): Token {
    return this.#current;
  }

  /** Goes on to the next token and gives the one that was current. */
  take(): Token {
    const token = this.#current;
    this.#current = this.#lexer.next();
    return token;
  }

  /** Whether the current token is this keyword or punctuation. */
  at(text: string): boolean {
    const { kind } = this.#current;
    return this.#current.text === text && (kind === "keyword" || kind === "op");
  }

  /** Takes the current token if it is this keyword or punctuation. */
  skip(text: string): boolean {
    if (!this.at(text)) return false;
    this.take();
    return true;
  }

  /** @throws {QueryError} when something else comes */
  expect(...texts: readonly string[]): void {
    for (const text of texts) if (!this.skip(text)) throw this.unexpected();
  }

  /** Whether a name can begin here. */
  get atName(): boolean {
    const { kind, text } = this.#current;
    return kind === "name" || (kind === "keyword" && NAME_KEYWORDS.has(text));
  }

  /** Takes a name. */
  name(): string {
    if (!this.atName) throw this.unexpected();
    return fromByteText(this.take().text);
  }

  /** Takes a name that follows a dot. */
  qualifiedName(): string {
    if (!this.atName && !QUALIFIED_KEYWORDS.has(this.#keyword())) throw this.unexpected();
    return fromByteText(this.take().text);
  }

  /** Goes one level deeper, as of the token that opens it. */
  enter(): void {
    const opening = this.take();
    this.#nesting++;
    if (this.#nesting >= MAX_NESTING) throw this.#at(opening, "max nesting level reached");
  }

  leave(): void {
    this.#nesting--;
  }

  /** The current token cannot stand here. */
  unexpected(): QueryError {
    return this.#at(this.#current, "syntax error");
  }

  #at({ kind, text, end }: Token, what: string): QueryError {
    const shown = kind === "op" || text === "" ? "" : ` near '${fromByteText(text)}'`;
    return malformed(`${what} at position ${end + 1}${shown}`);
  }

  #keyword(): string {
    return this.#current.kind === "keyword" ? this.#current.text : "";
  }
}
