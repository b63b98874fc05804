import { parseEnv } from 'node:util';
import { likelyName, nearestName } from './known-names.ts';

export type EnvFile = {
  readonly values: Readonly<Record<string, string>>;
  /** Lines without effect, with their numbers. They repeat names but no values, because a value may be a secret. */
  readonly warnings: readonly string[];
};

/**
 * Parses a file of settings, with or without a byte order mark. Throws if a setting is not in UTF-8, because its value
 * would silently differ.
 */
export function readEnvFile(name: string, bytes: Uint8Array): EnvFile {
  if (bytes.includes(0))
    throw new Error(`The file ${name} is not UTF-8 (perhaps it is UTF-16). Save it as UTF-8.`);
  const text = new TextDecoder().decode(bytes); // skips a byte order mark
  const lines = text.split(/\r\n|\n|\r/);
  const broken = lines.findIndex((line) => line.includes('\ufffd') && !line.trim().startsWith('#'));
  if (broken >= 0) throw new Error(`The file ${name} is not UTF-8 in line ${broken + 1}. Save it as UTF-8.`);
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(parseEnv(text))) if (value !== undefined) values[key] = value;
  return { values, warnings: [...warningsOf(name, lines)] };
}

function* warningsOf(file: string, lines: readonly string[]): Generator<string> {
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const where = `${file}, line ${at + 1}`;
    const [, name, value = ''] = /^(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) {
      const begins = likelyName(line.split(/[\s:=]/)[0] ?? '');
      yield `${where} is not a setting, so it has no effect. Write NAME=value.${begins ? ` Did you mean ${begins}=…?` : ''}`;
      continue;
    }
    const near = nearestName(name);
    if (near !== null)
      yield `${where}: ${name} is not a setting of Sallyport, so it has no effect.${near && ` Did you mean ${near}?`}`;
    at = endOf(lines, at, value);
  }
}

/** The last line of a quoted value, which may contain line breaks. */
function endOf(lines: readonly string[], start: number, value: string): number {
  const quote = /^["'`]/.exec(value)?.[0];
  if (quote === undefined || value.slice(1).includes(quote)) return start;
  const end = lines.findIndex((line, at) => at > start && line.includes(quote));
  return end < 0 ? start : end;
}
