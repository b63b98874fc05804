import { expect, test, vi } from 'vitest';
import { authorized, type Demand } from '../../packages/client/src/authorized.ts';
import type { Session } from '../../packages/client/src/session.ts';

/** A session whose refresh and step-up always succeed, and a service that is never content with them. */
function insatiable(wanted: Demand) {
  const session = {
    version: 0,
    state: { status: 'authenticated' },
    bearer: async () => 'token',
    refresh: vi.fn(async () => {
      session.version += 1;
    }),
  };
  const raise = vi.fn(async () => {
    session.version += 1;
  });
  const send = vi.fn(async () => {
    if (send.mock.calls.length > 5) throw new Error('It asks without an end.');
    return send.mock.calls.length;
  });
  const attempt = { send, demand: () => wanted, signal: undefined };
  const call = () => authorized(session as unknown as Session, raise, attempt);
  return { session, raise, send, call };
}

test('a call is refreshed at most once, and then its refusal is the answer', async () => {
  const { session, raise, call } = insatiable('refresh');
  expect(await call()).toBe(2);
  expect(session.refresh).toHaveBeenCalledTimes(1);
  expect(raise).not.toHaveBeenCalled();
});

test('a call steps up at most once, and then its refusal is the answer', async () => {
  const { session, raise, call } = insatiable({ acrValues: [], maxAge: undefined });
  expect(await call()).toBe(2);
  expect(raise).toHaveBeenCalledTimes(1);
  expect(session.refresh).not.toHaveBeenCalled();
});
