import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reportSlow } from '../../src/service/report-slow.ts';

describe('what a start does', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  function started() {
    const lines: string[] = [];
    let now = 0;
    const report = reportSlow(
      (line) => void lines.push(line),
      () => now,
    );
    const pass = (ms: number) => {
      now += ms;
    };
    return { lines, report, pass };
  }

  test('is reported while it lasts, once, if it takes longer than a second', async () => {
    const { lines, report, pass } = started();
    const { promise, resolve } = Promise.withResolvers<string>();
    const result = report('Opening the database', () => promise);
    vi.advanceTimersByTime(999);
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(lines).toEqual(['  Opening the database …']);
    pass(5_000);
    resolve('open');
    expect(await result).toBe('open');
    expect(lines).toHaveLength(1);
  });

  test('is reported at its end if it let nothing else run meanwhile', async () => {
    const { lines, report, pass } = started();
    await report('Opening the database', async () => pass(2_345));
    expect(lines).toEqual(['  Opening the database took 2.3 seconds']);
  });

  test('is not reported if it is quick', async () => {
    const { lines, report, pass } = started();
    await report('Opening the database', async () => pass(20));
    vi.advanceTimersByTime(10_000);
    expect(lines).toEqual([]);
  });

  test('fails as it would alone', async () => {
    const { lines, report, pass } = started();
    const failing = report('Opening the database', async () => {
      pass(5_000);
      throw new Error('gone');
    });
    await expect(failing).rejects.toThrow('gone');
    expect(lines).toEqual([]);
  });
});
