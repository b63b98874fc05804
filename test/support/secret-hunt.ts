import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Secret = { readonly world: string; readonly kind: string; readonly value: string };
type Line = { readonly world: string; readonly text: string };
export type Hit = { readonly kind: string; readonly line: string };

/** A window this wide finds where a long secret may begin; what is shorter is looked for word by word. */
const width = 12;
const code = /^\d{6}$/;

/**
 * Where a log line of a run holds a secret of it. What is at least twelve characters long is looked for in every line of
 * every world, anywhere in it. What is shorter is looked for in the lines of its own world alone, and as a word by itself:
 * six digits occur by chance in a longer number, and one test's code may be another's count. So a short secret inside a
 * longer word, or in the line of another world, is not found. Words that the service itself says are no secrets.
 */
export function huntSecrets(secrets: readonly Secret[], lines: readonly Line[]): readonly Hit[] {
  const long = new Map<string, Set<string>>();
  const short = new Map<string, Map<string, string>>();
  const kinds = new Map<string, string>();
  for (const { world, kind, value } of secrets) {
    if (value.length >= width && !ordinary.test(value)) {
      kinds.set(value, kind);
      const begin = value.slice(0, width);
      long.set(begin, (long.get(begin) ?? new Set()).add(value));
    } else if (code.test(value) || value.length >= 8) {
      const own = short.get(world) ?? new Map<string, string>();
      if (!ordinary.test(value)) short.set(world, own.set(value, kind));
    }
  }

  return lines.flatMap(({ world, text }) => {
    const hits: Hit[] = [];
    for (let at = 0; at + width <= text.length; at += 1) {
      for (const value of long.get(text.slice(at, at + width)) ?? [])
        if (text.startsWith(value, at)) hits.push({ kind: kinds.get(value) ?? '', line: text });
    }
    const own = short.get(world);
    if (own)
      for (const word of text.split(/[^\w+@.-]+/)) {
        const kind = own.get(word);
        if (kind) hits.push({ kind, line: text });
      }
    return hits;
  });
}

/** What tests send as nonsense and the log says for reasons of its own: routes, methods, problems. */
const ordinary = /^(\/[\w/:-]*|[a-z_-]+)$/;

/** Reads what the workers wrote, and throws an Error that names the kind of each secret and the line that holds it. */
export function assertNoSecretLogged(folder: string): string {
  const read = (what: string) =>
    readdirSync(folder)
      .filter((name) => name.startsWith(`${what}-`))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
      .map((line) => JSON.parse(line) as string[]); // as secret-record.ts writes them
  const secrets = read('secrets').map(([world = '', kind = '', value = '']) => ({ world, kind, value }));
  const lines = read('lines').map(([world = '', text = '']) => ({ world, text }));
  const hits = huntSecrets(secrets, lines);
  const looked = `${new Set(secrets.map(({ value }) => value)).size} secrets in ${lines.length} log lines`;
  if (hits.length === 0) return `Looked for ${looked}: none is there.\n`;
  const described = hits.slice(0, 20).map(({ kind, line }) => `  ${kind} in ${line.trim().slice(0, 500)}`);
  throw new Error(`The log holds secrets (${hits.length} of them; ${looked}):\n${described.join('\n')}`);
}
