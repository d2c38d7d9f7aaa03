// Splits a query into tokens as the real server's SQL tokenizer does, so that positions in error messages agree.
//
// Invariants
// L1. Positions count bytes of UTF-8, from 1: a query is read as a string in which each character is one byte.
// L2. `end` of a token is the offset after its last byte; what comes before it (blanks, comments) belongs to no token.
import { isKeyword } from "./query-keywords.ts";

/** What a token is. A `keyword` is in lower case; `op` is punctuation; `error` cannot begin any token. */
export type TokenKind =
  | "name"
  | "keyword"
  | "string"
  | "int"
  | "float"
  | "hexnum"
  | "hex"
  | "bit"
  | "argument"
  | "list-argument"
  | "op"
  | "error"
  | "end";

/** One token, its text in the byte form of L1. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly end: number;
}

const BLANK = /[ \n\r\t]*/y;
const NAME = /[A-Za-z_@][A-Za-z_@0-9]*/y;
const SYSTEM_VARIABLE = /@@[A-Za-z_@0-9.'"`]*/y;
const HEX = /[Xx]'([0-9A-Fa-f]*)('?)/y;
const BITS = /[Bb]'([01]*)('?)/y;
const HEX_NUMBER = /0[xX][0-9A-Fa-f]*/y;
const NUMBER = /(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))([eE][+-]?[0-9]*)?/y;
const ARGUMENT = /::?(?:[A-Za-z_@][A-Za-z_@0-9.]*)?/y;
const OPERATORS = /->>|->|<=>|<>|<<|<=|>=|>>|!=|&&|\|\||[=,;()+*%^~&|./\-<>!]/y;
const LETTER = /[A-Za-z_@]/;

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\x1a",
};

/** Reads tokens one by one. */
export class QueryLexer {
  readonly #bytes: string;
  #at = 0;
  #arguments = 0;

  /** @param bytes the query in the byte form of L1 */
  constructor(bytes: string) {
    this.#bytes = bytes;
  }

  /** The next token; `end` for ever once the query is read. */
  next(): Token {
    for (;;) {
      this.#match(BLANK);
      const start = this.#at;
      if (start >= this.#bytes.length) return this.#token("end", "");
      const comment = this.#comment();
      if (comment === undefined) return this.#scan(this.#bytes.charAt(start));
      if (comment !== "") return this.#token("error", comment);
    }
  }

  #scan(first: string): Token {
    if (LETTER.test(first)) return this.#word();
    if (first === "'" || first === '"') return this.#string(first);
    if (first === "`") return this.#quotedName();
    if (first === ":") return this.#argument();
    if (first === "?") {
      this.#at++;
      this.#arguments++;
      return this.#token("argument", `:v${this.#arguments}`);
    }
    const number = this.#number();
    if (number) return number;
    const operator = this.#match(OPERATORS);
    if (operator) return this.#token("op", operator[0]);
    this.#at++;
    return this.#token("error", first);
  }

  #word(): Token {
    const hex = this.#match(HEX);
    if (hex) {
      const whole = hex[2] !== "" && (hex[1] ?? "").length % 2 === 0;
      return this.#token(whole ? "hex" : "error", hex[1] ?? "");
    }
    const bits = this.#match(BITS);
    if (bits) return this.#token(bits[2] === "" ? "error" : "bit", bits[1] ?? "");
    const word = (this.#match(SYSTEM_VARIABLE) ?? this.#match(NAME))?.[0] ?? "";
    const lower = word.toLowerCase();
    return isKeyword(lower) ? this.#token("keyword", lower) : this.#token("name", word);
  }

  #number(): Token | undefined {
    const hex = this.#match(HEX_NUMBER);
    const found = hex ?? this.#match(NUMBER);
    if (!found) return undefined;
    if (LETTER.test(this.#bytes.charAt(this.#at))) return this.#token("error", found[0]);
    if (hex) return this.#token("hexnum", found[0]);
    const whole = found[1] === undefined && found[2] === undefined && found[3] === undefined;
    return this.#token(whole ? "int" : "float", found[0]);
  }

  #string(quote: string): Token {
    let text = "";
    for (this.#at++; this.#at < this.#bytes.length; this.#at++) {
      const char = this.#bytes.charAt(this.#at);
      if (char === "\\") {
        this.#at++;
        if (this.#at >= this.#bytes.length) break;
        const escaped = this.#bytes.charAt(this.#at);
        text += ESCAPES[escaped] ?? escaped;
      } else if (char !== quote) {
        text += char;
      } else if (this.#bytes.charAt(this.#at + 1) === quote) {
        this.#at++;
        text += quote;
      } else {
        this.#at++;
        return this.#token("string", text);
      }
    }
    return this.#token("error", text);
  }

  #quotedName(): Token {
    let text = "";
    for (this.#at++; this.#at < this.#bytes.length; this.#at++) {
      const char = this.#bytes.charAt(this.#at);
      if (char !== "`") {
        text += char;
      } else if (this.#bytes.charAt(this.#at + 1) === "`") {
        this.#at++;
        text += "`";
      } else {
        this.#at++;
        return this.#token(text === "" ? "error" : "name", text);
      }
    }
    return this.#token("error", text);
  }

  #argument(): Token {
    const text = this.#match(ARGUMENT)?.[0] ?? ":";
    if (/^:+$/.test(text)) return this.#token("error", text);
    return this.#token(text.startsWith("::") ? "list-argument" : "argument", text);
  }

  /** Skips a comment: gives "" for one that ends, its text for one that does not, undefined where none begins. */
  #comment(): string | undefined {
    const rest = this.#bytes.slice(this.#at, this.#at + 2);
    if (rest === "/*") {
      const end = this.#bytes.indexOf("*/", this.#at + 2);
      const text = end < 0 ? this.#bytes.slice(this.#at) : "";
      this.#at = end < 0 ? this.#bytes.length : end + 2;
      return text;
    }
    if (rest !== "--" && rest !== "//" && !rest.startsWith("#")) return undefined;
    const end = this.#bytes.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#bytes.length : end + 1;
    return "";
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#bytes);
    if (!found) return undefined;
    this.#at += found[0].length;
    return found;
  }

  #token(kind: TokenKind, text: string): Token {
    return { kind, text, end: this.#at };
  }
}
