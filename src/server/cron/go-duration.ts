const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Longest duration there is in Go. */
const MAX_MS = 2 ** 63 / 1e6;

/**
 * A duration as Go writes it (`1h30m`, `-1.5s`, `0`) in milliseconds; undefined when it is none.
 *
 * @example
 * ```ts
 * goDurationMs("1h30m"); // 5400000
 * ```
 */
export function goDurationMs(text: string): number | undefined {
  const signed = /^[-+]/.test(text);
  const bare = signed ? text.slice(1) : text;
  if (bare === "0") return 0;
  if (bare === "") return undefined;
  let totalMs = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < bare.length) {
    const match = PART.exec(bare);
    if (match === null) return undefined;
    totalMs += Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
  }
  if (totalMs >= MAX_MS) return undefined;
  return text.startsWith("-") ? -totalMs : totalMs;
}
