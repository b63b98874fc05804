const controls = /\p{Cc}/u;

/**
 * Decodes UTF-8 without its byte order mark. Null if the bytes are not UTF-8. A lenient decoder would map many byte
 * strings to one text.
 */
export function readUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** True for text without control characters (such as NUL) and without lone surrogates. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !controls.test(text);
}
