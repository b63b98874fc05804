import { describe, expect, test } from 'vitest';
import { type Coverage, joinTests, percentCovered } from '../../ops/join-reports.ts';

const at = (line: number) => ({ start: { line, column: 0 }, end: { line, column: 9 } });

/** A file of two statements on two lines, and an `if` with two arms. */
function suite(path: string, [first, second]: [number, number], arms: [number, number]): Coverage {
  const statementMap = { 0: at(1), 1: at(2) };
  const branchMap = { 0: { loc: at(1), type: 'if' } };
  return { [path]: { path, statementMap, s: { 0: first, 1: second }, branchMap, b: { 0: arms } } };
}

describe('the coverage of several suites', () => {
  test('counts what one of them ran', () => {
    const suites = [suite('a.ts', [1, 0], [3, 0]), suite('a.ts', [0, 2], [0, 0])];
    expect(percentCovered(suites)).toEqual({ lines: 100, branches: 50 });
    expect(percentCovered(suites.toReversed())).toEqual({ lines: 100, branches: 50 });
  });

  test('counts the files that only one of them loaded, and those that none ran', () => {
    const suites = [suite('a.ts', [1, 1], [1, 1]), suite('b.ts', [0, 0], [0, 0])];
    expect(percentCovered(suites)).toEqual({ lines: 50, branches: 50 });
  });
});

test('the tests of several suites are those of one run, which began with the first', () => {
  const one = { startTime: 20, testResults: [{ name: 'a' }] };
  const other = { startTime: 10, testResults: [{ name: 'b' }, { name: 'c' }] };
  expect(joinTests([one, other])).toEqual({
    startTime: 10,
    testResults: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
  });
});
