/** UTF-8 by the host, in and out in bytes of this realm, so that `instanceof Uint8Array` holds for user code. */
export interface Utf8 {
  encodeUtf8(text: string): Uint8Array;
  decodeUtf8(bytes: Uint8Array): string;
}

/** `TextEncoder` and `TextDecoder` of the sandbox; UTF-8 only. */
export function textClasses(host: Utf8): { TextEncoder: unknown; TextDecoder: unknown } {
  class TextEncoder {
    get encoding(): string {
      return "utf-8";
    }
    encode(text = ""): Uint8Array {
      return new Uint8Array(host.encodeUtf8(String(text)));
    }
    encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
      let read = 0;
      let written = 0;
      for (const character of String(text)) {
        const bytes = host.encodeUtf8(character);
        if (written + bytes.length > target.length) break;
        target.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
  }
  class TextDecoder {
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    constructor(label = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
      const name = String(label).trim().toLowerCase();
      if (name !== "utf-8" && name !== "utf8" && name !== "unicode-1-1-utf-8") {
        throw new RangeError(`TextDecoder in workflow code reads utf-8 only, not '${label}'`);
      }
      this.fatal = options.fatal === true;
      this.ignoreBOM = options.ignoreBOM === true;
    }
    get encoding(): string {
      return "utf-8";
    }
    decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string {
      if (options?.stream === true)
        throw new RangeError("TextDecoder in workflow code can't decode a stream");
      if (input === undefined) return "";
      const bytes = ArrayBuffer.isView(input)
        ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
        : new Uint8Array(input);
      const text = host.decodeUtf8(bytes);
      if (this.fatal && text.includes("\ufffd") && !sameBytes(bytes, host.encodeUtf8(text))) {
        throw new TypeError("The encoded data was not valid for encoding utf-8");
      }
      return this.ignoreBOM || text.charCodeAt(0) !== 0xfeff ? text : text.slice(1);
    }
  }
  return { TextEncoder, TextDecoder };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
