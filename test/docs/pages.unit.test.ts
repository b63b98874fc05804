import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blocksOf, readDocument, root } from '../support/document.ts';

const pages = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
const all = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...pages.map((file) => `docs/${file}`),
];

test.each(all)('%s hands no password to curl where a list of processes shows it', (name) => {
  const words = readDocument(name).replace(/<<<'.*/g, ''); // this curl reads
  expect(words.split('\n').filter((line) => /curl .*\$PASSWORD/.test(line))).toEqual([]);
});

test('README.md leads to every page', () => {
  const text = readDocument('README.md');
  expect(all.filter((name) => name !== 'README.md' && !text.includes(`](${name})`))).toEqual([]);
});

test('README.md says of the speed what was measured', () => {
  const [, figures = ''] = readDocument('README.md').split('\n## Figures\n');
  const [sentence = ''] = figures.trim().split('\n');
  const numbers = sentence.match(/[\d,]*\d/g) ?? [];
  expect(numbers).toHaveLength(3);
  for (const number of numbers) expect(readDocument('docs/performance.md')).toContain(`| ${number} |`);
});

describe.each(all)('%s', (name) => {
  const text = readDocument(name);

  test('links to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)];
    const dead = links.filter(([, file = '', anchor = '']) => {
      const target = join(dirname(name), file);
      if (file !== '' && !existsSync(join(root, target))) return true;
      return anchor !== '' && !anchorsOf(file === '' ? text : readDocument(target)).includes(anchor);
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  test('names files and folders that are there', () => {
    const made = [...blocksOf(text).map((block) => block.name), 'release-results.json'];
    const named = [...text.matchAll(/(?<=`)(?:src|db|test|docs)(?:\/[\w./-]+)?(?=`)/g)].map(([path]) => path);
    const missing = named.filter(
      (path) => !existsSync(join(root, path)) && !made.some((file) => path.endsWith(`/${file}`)),
    );
    expect(missing).toEqual([]);
  });
});

/** As a page of Markdown names its headings. */
function anchorsOf(text: string): readonly string[] {
  const prose = text.replace(/^```.*?^```$/gms, '');
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
