import { randomUUID } from 'node:crypto';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Opening } from '../sessions/session-store.ts';
import type { Found } from '../mfa/attempt-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { mailAddressesOf } from '../mfa/notice-addresses.ts';
import { sealLetters } from '../notices/notify-user.ts';
import type { Origin } from '../../lib/client-info.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';
import { type GivenDevice, trustSeconds } from '../../domain/devices/device-trust.ts';
import { insertDevice } from './device-store.ts';

/** That its owner wants a device to be trusted, and what they call it. */
export type Remember = { readonly label: string | null };

/**
 * Trusts the device on which a second step was just passed, in the transaction of that pass: two statements. Its owner
 * is told by mail, for a thief who got this far would ask for it too. Null where the area has no such thing, and where
 * what was shown is too little for it: a recovery or bypass code, or no factor at all.
 */
export async function trustDevice(
  deps: Pick<Deps, 'db' | 'vault' | 'providers' | 'policies'>,
  { username, email }: Found,
  opening: Opening,
  { label }: Remember,
  origin: Origin,
  now: Date,
): Promise<GivenDevice | null> {
  const { userId, area, level, method, id: sessionId } = opening;
  const seconds = trustSeconds(deps.policies[area], opening);
  if (seconds === null || method === null) return null; // by a waiver nothing was shown

  const given = { token: newSecretToken(), expiresAt: new Date(now.getTime() + seconds * 1000) };
  const device = { id: randomUUID(), userId, area, level, method, label, ...given };
  const detail = { device: device.id };
  const event = {
    type: 'trusted_device_added',
    outcome: 'success',
    userId,
    area,
    sessionId,
    detail,
  } as const;
  const elsewhere = mailAddressesOf(deps, await listFactors(deps.db, userId));
  const about = label === null ? null : { labels: [label] };
  const letter = { notice: 'device_trusted', username, about, at: now } as const;
  const mails = sealLetters(deps.vault, [...(email ? [email] : []), ...elsewhere], letter, origin);
  await insertDevice(deps.db, device, { event, mails }, origin, now);
  return given;
}
