import { expect } from 'vitest';
import { codeOf } from './actor.ts';
import type { Staff } from './staff.ts';
import type { World } from './world.ts';

export const because = { reason: 'Lost the phone', ticket: 'INC-1042' };
/** The network of the caller. */
export const elsewhere = { ip: '198.51.100.7' };
/** How long a check can be answered and used. */
export const checkSeconds = 10 * 60;

/** What the helpdesk does about a caller, and what the caller does. */
export function callerDesk(world: World) {
  const start = async (by: Staff, userId: string) =>
    (await by.post(`/admin/users/${userId}/caller-checks`, because)).body;
  const read = (by: Staff, userId: string, id: string) =>
    by.get(`/admin/users/${userId}/caller-checks/${id}`);
  const answer = (number: string, code?: string, how = elsewhere) =>
    world.call('POST', '/auth/caller-checks/answer', { number, ...(code && { mfa_token: code }) }, how);
  const ask = (number: string, method = 'email') =>
    world.call('POST', '/auth/caller-checks/challenge', { number, method }, elsewhere);
  const reset = (by: Staff, userId: string, more: Record<string, unknown> = {}) =>
    by.post(`/admin/users/${userId}/mfa/reset`, { ...because, ...more });
  /** A check that the owner of an app has passed. */
  const passed = async (by: Staff, userId: string, secret: string) => {
    const check = await start(by, userId);
    expect((await answer(check.number, codeOf(secret))).status).toBe(200);
    return check as { readonly id: string; readonly number: string };
  };
  return { start, read, answer, ask, reset, passed };
}
