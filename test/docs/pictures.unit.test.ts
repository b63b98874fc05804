import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { pictures } from '../../ops/screenshots/pictures.ts';
import { readDocument, root } from '../support/document.ts';

const folder = 'docs/pictures';
const most = 1_500_000; // bytes of all pictures: who clones the repository loads them
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : [])),
];
const shown = documents.flatMap((name) =>
  [...readDocument(name).matchAll(/!\[([^\]]*)\]\(([^)]+\.webp)\)/g)].map(([, alt = '', file = '']) => ({
    alt,
    file: normalize(join(dirname(name), file)),
  })),
);
const made = pictures.map(({ name }) => `${folder}/${name}.webp`).sort();

test('the documents show each picture that `npm run screenshots` takes, and no other', () => {
  expect([...new Set(shown.map(({ file }) => file))].sort()).toEqual(made);
});

test('each picture is there, and no file that nobody takes', () => {
  expect(
    readdirSync(join(root, folder))
      .map((file) => `${folder}/${file}`)
      .sort(),
  ).toEqual(made);
});

test('each picture says in words what it shows', () => {
  expect(shown.filter(({ alt }) => alt.split(' ').length < 6)).toEqual([]);
});

test('the pictures are small', () => {
  const files = made.map((file) => join(root, file)).filter((file) => existsSync(file));
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  expect(bytes).toBeLessThan(most);
});
