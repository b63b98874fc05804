import type { Mail } from '../../src/platform/adapters/messages.ts';
import { mailsTo } from './second-factor.ts';
import type { Call, World } from './world.ts';

/** The tokens of the mails with a link, the oldest first. */
export async function linksTo(world: World, address: string | null) {
  const mails = (await mailsTo(world, address)).filter(({ text }) => /\/(?:reset|invite)#token=/.test(text));
  return mails.map(tokenIn);
}

export function tokenIn({ text }: Pick<Mail, 'text'>): string {
  return /\/(?:reset|invite)#token=([\w-]{43})$/m.exec(text)?.[1] ?? 'no link';
}

export const reset = (world: World, token: string, newPassword = 'nine folded maps') =>
  world.call('POST', '/auth/password/reset', { token, new_password: newPassword });

export const forgot = (world: World, username: string, how: Call = {}) =>
  world.call('POST', '/auth/password/forgot', { username }, how);
