// Values as Go's fmt package prints them: parts of the real server's messages.

/** A value as `%v` prints it. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(formatValue).join(" ")}]`;
  if (typeof value === "number") return formatFloat(value);
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${formatValue(item)}`).join(" ")}]`;
}

/** A float64 as `%v` and `%#v` print it. */
export function formatFloat(value: number): string {
  const [, mantissa, exponent] = /^(.+)e([+-]?\d+)$/.exec(value.toExponential()) ?? [];
  const power = Number(exponent);
  if (mantissa === undefined || (power >= -4 && power < 6)) return String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** A text as `%q` prints it. */
export function quote(text: string): string {
  const escaped = text.replace(/[\\"]|\p{Cc}/gu, (char) => {
    const code = char.charCodeAt(0).toString(16).padStart(2, "0");
    return ESCAPES[char] ?? `\\x${code}`;
  });
  return `"${escaped}"`;
}
