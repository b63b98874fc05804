import { verifySync } from 'otplib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCodes } from '../../openapi/contract/one-time-codes.ts';

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The steps of so many codes, each as a service takes it that has taken the others before. */
async function stepsOf(count: number): Promise<number[]> {
  const next = createCodes(secret);
  const steps: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const pending = next();
    let given = false;
    void pending.then(() => {
      given = true;
    });
    // Not all timers that there are: an embedded database of another test may have some, and no end of them.
    for (let by = 0; !given; by = 100) await vi.advanceTimersByTimeAsync(by);
    const epoch = Math.floor(Date.now() / 1000);
    const result = verifySync({ secret, token: await pending, epoch, epochTolerance: 30 });
    steps.push(result.valid && 'timeStep' in result ? result.timeStep : Number.NaN);
  }
  return steps;
}

test.each([0, 12, 24, 26, 29.9])(
  'gives codes that work one after the other, %d seconds into a step',
  async (into) => {
    const start = Date.UTC(2026, 1, 3);
    vi.setSystemTime(start + into * 1000);
    const first = Math.floor(start / 30_000) - 1 + (into > 25 ? 1 : 0); // a code about to end is not sent
    expect(await stepsOf(6)).toEqual([0, 1, 2, 3, 4, 5].map((later) => first + later));
  },
);

test('gives three at once, and then one a step', async () => {
  const start = Date.UTC(2026, 1, 3);
  vi.setSystemTime(start);
  await stepsOf(3);
  expect(Date.now()).toBe(start);
  vi.setSystemTime(start);
  await stepsOf(6);
  expect(Math.floor((Date.now() - start) / 30_000)).toBe(3);
});
