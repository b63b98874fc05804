import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { dependencyUnavailable } from '../../src/lib/problem.ts';
import { unavailableLogger } from '../../src/platform/http/unavailable-log.ts';
import { createWorld } from '../support/world.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

function started() {
  const lines: unknown[] = [];
  const log = { error: (line: object) => void lines.push(line) };
  const unavailable = unavailableLogger(log as never);
  const record = (kind: string) => unavailable.record(kind, { problem: kind, cause: null }, log as never);
  return { lines, record, end: unavailable.end };
}

test('the first is logged at once, the others once a second, and the first after a quiet second at once', () => {
  const { lines, record } = started();
  for (let at = 0; at < 500; at += 1) record('full');
  expect(lines).toEqual([{ problem: 'full', cause: null }]);
  vi.advanceTimersByTime(1000);
  expect(lines.slice(1)).toEqual([{ problem: 'full', cause: null, count: 499 }]);
  record('full');
  expect(lines).toHaveLength(2);
  vi.advanceTimersByTime(1000);
  expect(lines[2]).toMatchObject({ count: 1 });
  vi.advanceTimersByTime(5000);
  expect(lines).toHaveLength(3);
  record('full');
  expect(lines[3]).toEqual({ problem: 'full', cause: null });
});

test('another kind is logged beside it, and what is left when the service ends is logged', () => {
  const { lines, record, end } = started();
  for (const kind of ['full', 'full', 'away', 'full']) record(kind);
  end();
  expect(lines).toEqual([
    { problem: 'full', cause: null },
    { problem: 'away', cause: null },
    { problem: 'full', cause: null, count: 2 },
  ]);
  vi.advanceTimersByTime(5000);
  expect(lines).toHaveLength(3);
});

test('a flood of logins that are refused for want of processors is two lines', async () => {
  const verify = async () => {
    throw dependencyUnavailable({ retry_after: 1 });
  };
  const world = await createWorld({ hasher: { ...createHasher({ memoryKiB: 1024, passes: 1 }), verify } });
  const flood = Array.from({ length: 30 }, (_, at) =>
    world.call('POST', '/auth/login', { username: `nobody${at}`, password: 'wrong wrong' }),
  );
  for (const { status } of await Promise.all(flood)) expect(status).toBe(503);
  await world.close();
  const errors = world.logs.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);
  const problem = '/problems/dependency-unavailable';
  expect(errors).toMatchObject([
    { problem, msg: 'refused', reqId: expect.any(String) },
    { problem, msg: 'refused', count: 29 },
  ]);
  expect(errors[1]).not.toHaveProperty('reqId');
});
