import { randomUUID } from 'node:crypto';
import type { Db } from '../../../db/connect.ts';
import { type GivenDevice, trustSeconds } from '../../domain/devices/device-trust.ts';
import type { Recipient } from '../../domain/notices/notices.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { encryptNotices, type MailDeps } from '../notices/notify-user.ts';
import { insertDevice } from './device-store.ts';

/** The owner's wish that the device be trusted. `label` is the owner's name for it. */
export type Remember = { readonly label: string | null };

/**
 * The owner of the device, and the addresses for notices about it. The addresses are read only if a device becomes
 * trusted.
 */
export type DeviceOwner = Recipient & {
  readonly addresses: () => Promise<readonly string[]>;
};

/**
 * Trusts the device on which the user just passed a second step, in the transaction of that pass. Takes two
 * statements. A mail notifies the owner, because a thief who got this far would also ask for trust. Returns null if
 * the area has no trusted devices or the grant raises a session. Also returns null after a recovery or bypass code,
 * or without a factor.
 */
export async function trustDevice(
  tx: Db,
  deps: MailDeps,
  ctx: RequestContext,
  {
    owner,
    grant,
    remember: { label },
  }: { readonly owner: DeviceOwner; readonly grant: SessionGrant; readonly remember: Remember },
): Promise<GivenDevice | null> {
  const { userId, area, level, method, id: sessionId } = grant;
  const seconds = trustSeconds(ctx.policies[area], grant);
  if (seconds === null || method === null) return null; // with a waiver, the user showed no factor

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
  const notice = { notice: 'device_trusted', user: owner, about, at: ctx.now } as const;
  const mails = encryptNotices(deps, ctx, await owner.addresses(), notice);
  await insertDevice(tx, ctx, device, { event, mails });
  return given;
}
