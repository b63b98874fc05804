import { type Device, endOf, evaluateDevice, type Verdict } from '../../domain/devices/device-trust.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { findByDeviceToken, logInWithToken } from '../devices/device-store.ts';
import { endStolenDevice } from '../mfa/end-stolen-device.ts';
import { type GrantedSession, grantWithWaiver } from '../sessions/grant-session.ts';
import { basisOf } from '../sessions/overtaken.ts';
import { loginNotices, type PasswordVerified } from './login-outcome.ts';

type Tried =
  | ({ readonly status: 'opened' } & GrantedSession)
  /**
   * The user must give the factor. If a device token came, `reason` says in the audit why it was not enough. The client
   * does not learn it.
   */
  | { readonly status: 'asked'; readonly reason: string | null };

/**
 * The password was right and a factor is required. A valid token of a trusted device replaces the factor, and is
 * exchanged for the next token. If the token is not valid, the service asks for the factor. An area without trusted
 * devices looks nothing up. A token costs one more round trip.
 */
export async function logInWithTrustedDevice(
  deps: Deps,
  ctx: RequestContext,
  verified: PasswordVerified,
): Promise<Tried> {
  const { user, input } = verified;
  const { area, trustedDevice: token } = input;
  if (token === undefined) return { status: 'asked', reason: null };
  if (ctx.policies[area].trustedDeviceSeconds === null) return asked('off');

  const shown = await findByDeviceToken(deps.db, token);
  const verdict = shown ? evaluateDevice(shown, ctx.policies, { userId: user.id, area }, ctx.now) : 'unknown';
  if (!shown || verdict === 'unknown') return asked('unknown');
  if (verdict === 'reused') await endStolenDevice(deps, ctx, verified, shown.device);
  if (verdict !== 'trusted') return asked(verdict);
  return (
    (await logInByDevice(deps, ctx, { verified, device: shown.device, shown: token })) ?? asked('overtaken')
  );
}

function asked(why: Verdict | 'off'): Tried {
  return { status: 'asked', reason: `device ${why}` };
}

/**
 * Opens a session by password alone. The session and the audit record that. Null if another request exchanged the same
 * token meanwhile.
 */
async function logInByDevice(
  deps: Deps,
  ctx: RequestContext,
  {
    verified,
    device,
    shown,
  }: { readonly verified: PasswordVerified; readonly device: Device; readonly shown: string },
): Promise<Tried | null> {
  const { user, throttle } = verified;
  const { area, userId } = device;
  const grant = grantWithWaiver(ctx.policies, { userId, area, authTime: ctx.now }, 'trusted_device', ctx.now);
  const detail = { waived: grant.waived, device: device.id };
  const about = { userId, area, sessionId: grant.id, detail };
  const event = { type: 'mfa_waived', outcome: 'success', ...about } as const;
  const mails = loginNotices(deps, ctx, verified);

  const given = { token: newSecretToken(), expiresAt: endOf(device, ctx.policies[area]) };
  const tokens = { shown, next: given.token };
  const login = { basis: basisOf(user), throttle, grant, event, mails };
  const won = await logInWithToken(deps.db, ctx, { device, tokens, login });
  return won ? { status: 'opened', grant, roles: user.roles, tokenGeneration: 0, device: given } : null;
}
