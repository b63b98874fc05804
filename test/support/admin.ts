import type { Mail } from '../../src/outside/messages.ts';
import type { Role } from '../../src/users/core/roles.ts';
import { codeOf } from './actor.ts';
import { lettersTo } from './second-factor.ts';
import type { Call, World } from './world.ts';

type Body = Record<string, unknown>;

/** Somebody in the area `admin`, whose second factor is fresh. */
export async function staff(world: World, ...roles: readonly Role[]) {
  const person = await world.user({ roles: [...roles] });
  const token = (await person.login('admin')).body.enrollment_token;
  const totp = await person.enrolTotp(token);
  const act = (method: Parameters<World['call']>[0], url: string, body?: Body, how: Call = {}) =>
    world.call(method, url, body, { bearer: totp.bearer, ...how });
  return { ...person, ...totp, act, code: () => codeOf(totp.secret) };
}

/** The token in the last mail with a link, and how many such mails there were. */
export async function linksTo(world: World, address: string | null) {
  const letters = (await lettersTo(world, address)).filter(({ text }) => text.includes('/reset#token='));
  return letters.map(tokenIn);
}

export function tokenIn({ text }: Pick<Mail, 'text'>): string {
  return /\/reset#token=([\w-]{43})$/m.exec(text)?.[1] ?? 'no link';
}

export const reset = (world: World, token: string, newPassword = 'nine folded maps') =>
  world.call('POST', '/auth/password/reset', { token, new_password: newPassword });

export const forgot = (world: World, username: string, how: Call = {}) =>
  world.call('POST', '/auth/password/forgot', { username }, how);
