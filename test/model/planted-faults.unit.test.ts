import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faults } from './planted-faults.ts';

test.each(faults)('there is a place for the fault: $what', ({ file, text, instead }) => {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(source.split(text)).toHaveLength(2);
  expect(instead).not.toContain(text);
});
