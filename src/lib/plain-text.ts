const controls = /\p{Cc}/u;

/** What bytes say in UTF-8, without its mark in front; null where they are none. A lenient reader would make one text of many byte strings. */
export function readUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Text as a person or a program would send it: no NUL or other control characters, no half of a surrogate pair. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !controls.test(text);
}
