import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  documentFile,
  namedTests,
  testFilesFile,
  writeCompliance,
  writeTestFiles,
} from '../../ops/compliance/document.ts';
import {
  attacksIn,
  attacksOf,
  coverageOf,
  idsIn,
  rowsOf,
  standards,
  titleOf,
} from '../../src/domain/compliance/requirement.ts';
import { readCatalogue } from '../../src/features/compliance/read-catalogue.ts';

const catalogue = readCatalogue();
const { requirements, asvs } = catalogue;
const tests = namedTests(catalogue);
const open = coverageOf(catalogue, tests).filter(({ result }) => result === 'not covered');

describe('docs/compliance.md', () => {
  test('is what npm run compliance writes', () => {
    expect(readFileSync(documentFile, 'utf8')).toBe(writeCompliance());
  });

  test('and so is what the evidence of a run is held against', () => {
    expect(readFileSync(testFilesFile, 'utf8')).toBe(writeTestFiles());
  });

  test('knows every requirement that a test names', () => {
    const known = requirements.map(({ id }) => id);
    const named = new Set(tests.flatMap(({ title }) => idsIn(title, catalogue)));
    expect([...named].filter((id) => !known.includes(id))).toEqual([]);
  });

  test('calls nothing deliberate that is done', () => {
    const deliberate = requirements.filter((one) => one.deliberatelyNot !== undefined).map(({ id }) => id);
    expect(deliberate.filter((id) => !open.some((one) => one.id === id))).toEqual([]);
  });

  test('leaves nothing open whose absence would let somebody in', () => {
    expect(open.filter(({ priority }) => priority === 'M').map(({ id }) => id)).toEqual([]);
  });
});

describe('the catalogue', () => {
  test('has each id once', () => {
    for (const ids of [requirements, asvs].map((all) => all.map(({ id }) => id)))
      expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  test('says of each item of ASVS what meets it: a requirement, or something else', () => {
    const empty = asvs.filter(
      ({ id, otherwise }) => !otherwise && !requirements.some((one) => one.asvs.includes(id)),
    );
    expect(empty).toEqual([]);
    const known = asvs.map(({ id }) => id);
    expect(requirements.flatMap((one) => one.asvs).filter((id) => !known.includes(id))).toEqual([]);
  });
});

describe('the titles', () => {
  test('name each item of a standard, or the section that it is in, and each attack', () => {
    const covered = coverageOf(catalogue, tests);
    const nameless = standards.flatMap(({ key }) =>
      rowsOf(key, catalogue, covered).filter(({ title }) => !title),
    );
    expect(nameless).toEqual([]);
    const attacks = attacksOf(tests).map(({ id }) => id);
    expect(attacks.filter((id) => !titleOf(catalogue.titles.attacks, id))).toEqual([]);
  });
});

describe('how a requirement stands', () => {
  const coverageWith = (...runs: (readonly [title: string, passed: boolean | null])[]) =>
    coverageOf(
      catalogue,
      runs.map(([title, passed]) => ({ title, passed, file: 'test/a.test.ts' })),
    );
  const resultOf = (id: string, all: ReturnType<typeof coverageWith>) =>
    all.find((one) => one.id === id)?.result;

  test('follows from the tests that name it: one that failed decides, one that did not run leaves no whole', () => {
    const all = coverageWith(
      ['RL-6 a', true],
      ['RL-6 b', false],
      ['RL-1, RL-2 c', true],
      ['RL-2 d', null],
      ['RL-3', null],
    );
    expect(['RL-6', 'RL-1', 'RL-2', 'RL-3', 'RL-4'].map((id) => resultOf(id, all))).toEqual([
      ...['failed', 'passed', 'passed in part', 'not run', 'not covered'],
    ]);
  });

  test('is not passed where a file that has tests of it is not in the run', () => {
    const ran = [{ title: 'RL-1 attack 9 a', passed: true, file: 'test/a.test.ts' }];
    const missing = { title: 'not in this run', file: 'test/b.test.ts', passed: null };
    const files = { 'RL-1': ['test/a.test.ts', 'test/b.test.ts'], 'attack 10': ['test/b.test.ts'] };
    const one = coverageOf(catalogue, ran, files).find(({ id }) => id === 'RL-1');
    expect(one).toMatchObject({ result: 'passed in part', tests: [...ran, missing] });
    expect(attacksOf(ran, files)).toEqual([
      { id: 'attack 9', result: 'passed', tests: ran },
      { id: 'attack 10', result: 'not run', tests: [missing] },
    ]);
    expect(attacksIn('attack 4 and attack 40, attacks 5')).toEqual(['attack 4', 'attack 40']);
  });

  test('is read from whole ids of families that there are', () => {
    expect(idsIn('RL-1 of RL-12, HD-1, XRL-1 and SHA-256', catalogue)).toEqual(['RL-1', 'RL-12']);
  });

  test('is listed by each standard in the order of its own numbers', () => {
    const ids = rowsOf('pci', catalogue, coverageWith()).map(({ id }) => id);
    expect(ids.indexOf('8.3.9') < 0 && ids.indexOf('8.6.1') < ids.indexOf('10.2.1.2')).toBe(true);
    expect(rowsOf('asvs', catalogue, coverageWith())).toHaveLength(asvs.length);
  });
});
