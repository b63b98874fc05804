import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { root } from '../support/document.ts';
import { vagueWords } from '../support/vague-words.ts';

const longest = 25; // words

const pages = [
  'README.md',
  '.env.example',
  'packages/client/README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('prose', () => {
  test.each(pages)('%s has short sentences and no word that hides the actor', (page) => {
    expect(faultsOf(page)).toEqual([]);
  });

  test('finds what it looks for', () => {
    const words = Array(longest + 1).fill('word');
    const text = [
      `${words.join(' ')}. Short.`,
      '',
      `- ${words.join('\n  ')}`,
      '1. Whoever comes',
      '',
      `| ${words.join(' ')} |`,
      '```bash',
      words.join(' '),
      '```',
      '',
      `Say \`${words.join(' ')}\`, [so](https://example.gov/whatever).`,
      '',
      '> **Subject:** A mail',
      '>',
      `> ${words.join('\n> ')}`,
      '',
      `**Links**: one · ${words.join(' ')}`,
    ].join('\n');
    expect(sentencesOf(text).map(faultOf)).toEqual([
      `26 words: ${words.join(' ')}.`,
      undefined,
      `26 words: ${words.join(' ')}`,
      '"whoever": Whoever comes',
      undefined,
      undefined,
      `26 words: ${words.join(' ')}`,
      undefined,
      `26 words: ${words.join(' ')}`,
    ]);
  });
});

function faultsOf(page: string): readonly string[] {
  const text = readFileSync(`${root}${page}`, 'utf8');
  const sentences = sentencesOf(page === '.env.example' ? commentsOf(text) : text);
  return sentences.map(faultOf).filter((fault) => fault !== undefined);
}

function faultOf(sentence: string): string | undefined {
  const [word] = vagueWords.exec(sentence) ?? [];
  if (word !== undefined) return `"${word.toLowerCase()}": ${sentence}`;
  const { length } = sentence.split(' ').filter((one) => /[\p{L}\p{N}]/u.test(one));
  return length > longest ? `${length} words: ${sentence}` : undefined;
}

/**
 * The prose of a page: no code blocks, no tables, no addresses. What stands in `backticks` is one word. The text of a
 * quoted mail counts like any other. A dot (·) separates the items of a line, so each is checked on its own.
 */
function sentencesOf(markdown: string): readonly string[] {
  const prose = markdown
    .replace(/^ *```.*?^ *```$/gms, '\n')
    .replace(/^> ?/gm, '')
    .replaceAll(' · ', '\n\n')
    .replace(/^ *\|.*$/gm, '\n')
    .replace(/`[^`]*`/g, (code) => code.replaceAll(/[\s.!?:]+/g, '_'))
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^(#+ .*)$/gm, '\n$1\n')
    .replace(/^ *(?:[-*]|\d+\.) /gm, '\n');
  return prose
    .split(/\n\s*\n/)
    .flatMap((paragraph) => paragraph.trim().split(/(?<=[.!?][)"*_]*)\s+/))
    .map((sentence) => sentence.replaceAll(/\s+/g, ' '))
    .filter((sentence) => sentence !== '');
}

/** The comments of a file of settings, a paragraph each, without the settings that are commented out. */
function commentsOf(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^# (?![A-Z_]+=)/.test(line) ? line.slice(2) : ''))
    .join('\n');
}
