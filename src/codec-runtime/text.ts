// TextEncoder and TextDecoder exist on every runtime, but not in the type library of the pure core: the few members
// we use are declared here, at one named boundary.

interface TextEncoderLike {
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}
interface TextDecoderLike {
  decode(bytes: Uint8Array): string;
}
interface TextGlobals {
  readonly TextEncoder: new () => TextEncoderLike;
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => TextDecoderLike;
}

const globals = globalThis as unknown as TextGlobals;
let encoder: TextEncoderLike | undefined;
let decoder: TextDecoderLike | undefined;

/** Writes `text` as UTF-8 (lone surrogates become U+FFFD) and returns the number of bytes written. */
export function encodeUtf8Into(text: string, target: Uint8Array): number {
  encoder ??= new globals.TextEncoder();
  return encoder.encodeInto(text, target).written;
}

/** Reads UTF-8; throws `TypeError` on invalid bytes. A leading U+FEFF is kept: in protobuf it is text. */
export function decodeUtf8(bytes: Uint8Array): string {
  decoder ??= new globals.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return decoder.decode(bytes);
}
