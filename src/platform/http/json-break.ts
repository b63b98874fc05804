// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a text must not hold as they are
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const blank = /[ \t\n\r]*/y;

type Next = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end';

/**
 * The position where a text stops being JSON (RFC 8259), counted from 1. The parser's own message would quote the text
 * at that position, which may be a password.
 */
export function whereJsonBreaks(json: string): { readonly line: number; readonly column: number } {
  const before = json.slice(0, breakIn(json)).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function breakIn(json: string): number {
  const open: string[] = [];
  let next: Next = 'value';
  let at = 0;
  for (;;) {
    at = pass(blank, json, at);
    const char = json[at] ?? '';
    if (next === 'colon') {
      if (char !== ':') return at;
      at += 1;
      next = 'value';
    } else if (next === 'comma or end' && char === ',' && open.length > 0) {
      at += 1;
      next = open.at(-1) === '}' ? 'name' : 'value';
    } else if (next.endsWith('or end') && char !== '' && char === open.at(-1)) {
      open.pop();
      at += 1;
      next = 'comma or end';
    } else if (next.startsWith('value') && (char === '{' || char === '[')) {
      open.push(char === '{' ? '}' : ']');
      at += 1;
      next = char === '{' ? 'name or end' : 'value or end';
    } else {
      if (next === 'comma or end') return at;
      const isName = next.startsWith('name');
      const end = pass(char === '"' || isName ? text : scalar, json, at);
      if (end === at) return at;
      at = end;
      next = isName ? 'colon' : 'comma or end';
    }
  }
}

/** The position after a match at `at`, or `at` itself without a match. */
function pass(pattern: RegExp, json: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(json) ? pattern.lastIndex : at;
}
