/** JSON as text, or encoded bytes: Perdure takes both as they are. */
export function readHistory(file, bytes) {
  return file.endsWith(".json") ? bytes.toString("utf8") : new Uint8Array(bytes);
}
