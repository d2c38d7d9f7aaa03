/** The words of a text as the real server's full-text index has them: letters and digits, without case and accents. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize("NFD").replace(/\p{Mn}+/gu, "");
  return plain.toLowerCase().match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
}

/** Whether the words of a phrase stand in a row. A phrase without words is nowhere. */
export function containsPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  if (phrase.length === 0) return false;
  for (let start = 0; start + phrase.length <= words.length; start++) {
    if (phrase.every((word, index) => words[start + index] === word)) return true;
  }
  return false;
}
