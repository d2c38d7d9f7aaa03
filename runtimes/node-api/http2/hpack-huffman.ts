import { Http2Code, Http2Error } from "./error-codes.ts";

/**
 * Bits of the code of each byte, and of the end mark at 256, as runs: bits, or bits `x` how often (RFC 7541, appendix B). The
 * code is canonical: the codes of one length are consecutive numbers in the order of their symbols, and the codes of
 * the next length go on from there; so the lengths are all there is to know.
 */
const LENGTH_RUNS: string = [
  "13 23 28x7 24 30 28x2 30 28x8 30 28x9 6 10x2 12 13 6 8 11 10x2 8 11 8 6x3 5x3 6x7 7 8 15 6 12 10",
  "13 6 7x22 8 7 8 13 19 13 14 6 15 5 6 5 6 5 6x3 5 7x2 6x3 5 6 7 6 5x2 6 7x5 15 11 14 13 28 20 22",
  "20x2 22x3 23 22 23x5 24 23 24x2 22 23 24 23x4 21 22 23 22 23x2 24 22 21 20 22x2 23x2 21 23 22x2",
  "24 21 22 23x2 21x2 22 21 23 22 23x2 20 22x3 23 22x2 23 26x2 20 19 22 23 22 25 26x3 27x2 26 24 25",
  "19 21 26 27x2 26 27 24 21x2 26x2 28 27x3 20 24 20 21 22 21x2 23 22x2 25x2 24x2 26 23 26 27 26x2",
  "27x5 28 27x5 26 30",
].join(" ");

const END = 256;
const LONGEST = 30;
const SHORT_BITS = 8;

/** Of each length: its first code, how many codes it has, and where their symbols begin in `SYMBOLS`. */
const FIRST_CODE = new Int32Array(LONGEST + 1);
const CODE_COUNT = new Int32Array(LONGEST + 1);
const SYMBOL_START = new Int32Array(LONGEST + 1);
/** All symbols, by length and then by number. */
const SYMBOLS = new Uint16Array(END + 1);
/** By the next eight bits: symbol times 16 plus length of a code of up to eight bits, or 0. */
const SHORT = new Uint16Array(1 << SHORT_BITS);

buildTables();

function buildTables(): void {
  const lengths = LENGTH_RUNS.split(" ").flatMap((run) => {
    const [bits, count = "1"] = run.split("x");
    return new Array<number>(Number(count)).fill(Number(bits));
  });
  let code = 0;
  let at = 0;
  for (let bits = 1; bits <= LONGEST; bits++) {
    code <<= 1;
    FIRST_CODE[bits] = code;
    SYMBOL_START[bits] = at;
    for (let symbol = 0; symbol <= END; symbol++) {
      if (lengths[symbol] !== bits) continue;
      SYMBOLS[at++] = symbol;
      if (bits <= SHORT_BITS) {
        const shift = SHORT_BITS - bits;
        SHORT.fill(symbol * 16 + bits, code << shift, (code + 1) << shift);
      }
      code += 1;
    }
    CODE_COUNT[bits] = at - SYMBOL_START[bits]!;
  }
}

/** Text of this length at least is expected often enough to be kept room for. */
let scratch = Buffer.allocUnsafeSlow(1024);
const SCRATCH_KEPT = 64 * 1024;

/** Decodes `bytes` from `start` to `end` as text of one-byte characters; throws Http2Error for what no encoder writes. */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string {
  // The shortest code has five bits.
  const most = Math.ceil(((end - start) * 8) / 5);
  const target = scratch.length >= most ? scratch : Buffer.allocUnsafeSlow(most);
  if (most <= SCRATCH_KEPT) scratch = target;
  const last = end * 8;
  let bit = start * 8;
  let length = 0;
  while (bit < last) {
    const at = bit >>> 3;
    const next = (((bytes[at]! << 8) | (at + 1 < end ? bytes[at + 1]! : 0xff)) >>> (8 - (bit & 7))) & 0xff;
    const entry = SHORT[next]!;
    const bits = entry & 15;
    if (bits !== 0 && bit + bits <= last) {
      target[length++] = entry >>> 4;
      bit += bits;
      continue;
    }
    if (last - bit < 8 && isPadding(bytes, bit, last)) break;
    const long = longCode(bytes, bit, last);
    target[length++] = long & 0xff;
    bit += long >>> 8;
  }
  return target.toString("latin1", 0, length);
}

/** Text may end with up to seven bits of the end mark, which are ones. */
function isPadding(bytes: Buffer, bit: number, last: number): boolean {
  const mask = (1 << (last - bit)) - 1;
  return (bytes[bit >>> 3]! & mask) === mask;
}

/** A code of any length, bit by bit: its length times 256 plus its byte. */
function longCode(bytes: Buffer, from: number, last: number): number {
  let code = 0;
  for (let bits = 1; bits <= LONGEST && from + bits <= last; bits++) {
    const bit = from + bits - 1;
    code = (code << 1) | ((bytes[bit >>> 3]! >>> (7 - (bit & 7))) & 1);
    const index = code - FIRST_CODE[bits]!;
    if (index < 0 || index >= CODE_COUNT[bits]!) continue;
    const symbol = SYMBOLS[SYMBOL_START[bits]! + index]!;
    if (symbol === END) break;
    return bits * 256 + symbol;
  }
  throw new Http2Error(Http2Code.COMPRESSION_ERROR, "HPACK: Huffman text with an end mark or wrong padding");
}
