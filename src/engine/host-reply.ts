/**
 * Memory in which the main thread answers a thread that waits. Word 0: 0 while there is no answer, then 1 (true), 2 (false)
 * or 3 (error); word 1: bytes of the error's text, which follows.
 */
const WORDS = 2;
const TEXT_BYTES = 4096;
const PENDING = 0;
const TRUE = 1;
const FALSE = 2;
const FAILED = 3;

/** What the main thread says. */
export type HostReply = boolean | { readonly error: string };

/** Memory for one answer at a time; `undefined` where memory can't be shared. */
export function newReplyMemory(): SharedArrayBuffer | undefined {
  if (typeof SharedArrayBuffer === "undefined") return undefined;
  return new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT + TEXT_BYTES);
}

/** Makes the memory ready for a question. */
export function clearReply(memory: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(memory, 0, WORDS), 0, PENDING);
}

/** Waits in a thread of its own until there is an answer. */
export function awaitReply(memory: SharedArrayBuffer): HostReply {
  const words = new Int32Array(memory, 0, WORDS);
  Atomics.wait(words, 0, PENDING);
  const state = Atomics.load(words, 0);
  if (state !== FAILED) return state === TRUE;
  // Decoders refuse shared memory, so the bytes are copied.
  const bytes = new Uint8Array(memory, words.byteLength, Atomics.load(words, 1)).slice();
  return { error: new TextDecoder().decode(bytes) };
}

/** Answers, and wakes the thread. A text that is too long is cut. */
export function writeReply(memory: SharedArrayBuffer, reply: HostReply): void {
  const words = new Int32Array(memory, 0, WORDS);
  if (typeof reply === "boolean") {
    Atomics.store(words, 0, reply ? TRUE : FALSE);
  } else {
    const bytes = new TextEncoder().encode(reply.error).subarray(0, TEXT_BYTES);
    new Uint8Array(memory, words.byteLength).set(bytes);
    Atomics.store(words, 1, bytes.length);
    Atomics.store(words, 0, FAILED);
  }
  Atomics.notify(words, 0);
}
