import { readUtf8 } from './plain-text.ts';

/** A line of a file, or the reason why it cannot be read. Line numbers start at 1. */
export type Line = { readonly number: number } & ({ readonly text: string } | { readonly fault: string });

/** In bytes. No valid line is longer. The reader drops the rest of a longer line, so that memory use has a bound. */
const longest = 64 * 1024;

/**
 * Splits a stream into lines. The stream waits while the caller works on a line. Empty lines count in the line numbers,
 * but the caller does not get them.
 */
export async function* splitLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length <= longest) parts.push(piece);
  };
  const end = (): Line => {
    const line =
      length > longest ? { fault: `longer than ${longest} bytes` } : readText(Buffer.concat(parts));
    parts = [];
    length = 0;
    number += 1;
    return { number, ...line };
  };

  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      take(bytes.subarray(from, at));
      from = at + 1;
      const line = end();
      if (!isEmpty(line)) yield line;
    }
    take(bytes.subarray(from));
  }
  const line = end();
  if (!isEmpty(line)) yield line;
}

function readText(bytes: Buffer): { text: string } | { fault: string } {
  const text = readUtf8(bytes);
  return text === null ? { fault: 'not UTF-8' } : { text };
}

function isEmpty(line: Line): boolean {
  return 'text' in line && line.text.trim() === '';
}
