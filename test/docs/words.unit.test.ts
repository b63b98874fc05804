import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { vagueWords } from '../support/vague-words.ts';

const root = new URL('../..', import.meta.url).pathname;
const folders = ['src', 'db', 'ops', 'bench', 'openapi', 'test', 'web', 'packages'];
/** Lists of common passwords, and the tests of this rule. */
const exempt = [
  'src/service/config/weak-secrets.ts',
  'test/docs/prose.unit.test.ts',
  'test/docs/words.unit.test.ts',
  'test/support/vague-words.ts',
];

test('no comment, text or title of the source uses a word that hides the actor', () => {
  const files = folders
    .flatMap((folder) =>
      readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter(
      (file) =>
        /\.(?:tsx?|mjs|sh|py)$/.test(file) &&
        !exempt.includes(file) &&
        !/\/(?:dist|node_modules)\//.test(file),
    );
  expect(files.length).toBeGreaterThan(500);
  const lines = files.flatMap((file) =>
    readFileSync(`${root}${file}`, 'utf8')
      .split('\n')
      .filter((line) => vagueWords.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(lines).toEqual([]);
});
