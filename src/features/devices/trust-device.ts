import { randomUUID } from 'node:crypto';
import { type GivenDevice, trustSeconds } from '../../domain/devices/device-trust.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { encryptNotices } from '../notices/notify-user.ts';
import { insertDevice } from './device-store.ts';

/** That its owner wants a device to be trusted, and what they call it. */
export type Remember = { readonly label: string | null };

/** Whose device it is, and where notices about it go. The addresses are read only where a device is trusted. */
export type DeviceOwner = {
  readonly username: string;
  readonly addresses: () => Promise<readonly string[]>;
};

/**
 * Trusts the device on which a second step was just passed, in the transaction of that pass: two statements. Its owner
 * is told by mail, for a thief who got this far would ask for it too. Null where the area has no such thing, and where
 * what was shown is too little for it: a recovery or bypass code, or no factor at all.
 */
export async function trustDevice(
  deps: Pick<Deps, 'db' | 'vault' | 'policies'>,
  ctx: RequestContext,
  {
    owner,
    grant,
    remember: { label },
  }: { readonly owner: DeviceOwner; readonly grant: SessionGrant; readonly remember: Remember },
): Promise<GivenDevice | null> {
  const { userId, area, level, method, id: sessionId } = grant;
  const seconds = trustSeconds(ctx.policies[area], grant);
  if (seconds === null || method === null) return null; // by a waiver nothing was shown

  const given = { token: newSecretToken(), expiresAt: new Date(ctx.now.getTime() + seconds * 1000) };
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
  const about = label === null ? null : { labels: [label] };
  const notice = { notice: 'device_trusted', username: owner.username, about, at: ctx.now } as const;
  const mails = encryptNotices(deps.vault, ctx, await owner.addresses(), notice);
  await insertDevice(deps.db, ctx, device, { event, mails });
  return given;
}
