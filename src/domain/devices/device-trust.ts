import type { AssuranceLevel } from '../policy/assurance-level.ts';
import { type AreaName, acceptsMethod, type Policies, type Policy } from '../policy/policy.ts';

/**
 * A trusted device spares the second step and is none: whoever holds its token has shown nothing but the password (NIST
 * SP 800-63B knows no such authenticator). What it may do, and when it ends, is decided here.
 */
export type Device = {
  readonly id: string;
  readonly userId: string;
  readonly area: AreaName;
  /** By what the second step was passed when it became trusted. */
  readonly level: AssuranceLevel;
  readonly method: string;
  readonly label: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Of its owner, then and now. */
  readonly then: Marks;
  readonly now: Marks;
};

/** When a user's password and factors were changed last. */
type Marks = { readonly passwordChangedAt: Date; readonly factorsChangedAt: Date | null };

/** A device by one of its tokens: each works once. */
export type PresentedDevice = {
  readonly device: Device;
  readonly usedAt: Date | null;
  /** When the newest token of the device was given. */
  readonly newestAt: Date;
};

/** What its owner is given: the token that works next. */
export type GivenDevice = { readonly token: string; readonly expiresAt: Date };

export type Verdict = 'trusted' | 'unknown' | 'over' | 'elsewhere' | 'overtaken' | 'reused';

export const deviceRules = { most: 20, overlapSeconds: 10 } as const;

/** How long a device stays trusted that becomes so now; null where that is no way to pass here. */
export function trustSeconds(
  policy: Policy,
  passed: { readonly recovered: boolean; readonly elevation: 'step-up' | 'enrolment' | null },
): number | null {
  const isLogin = passed.elevation === null;
  return isLogin && !passed.recovered ? policy.trustedDeviceSeconds : null;
}

/** The absolute end, which no use moves; a policy that was shortened since then brings it nearer. */
export function endOf({ createdAt, expiresAt }: Device, { trustedDeviceSeconds }: Policy): Date {
  const byPolicy = createdAt.getTime() + (trustedDeviceSeconds ?? 0) * 1000;
  return new Date(Math.min(expiresAt.getTime(), byPolicy));
}

/** Fails closed: another password, another set of factors or a policy that asks for more ends the trust, whoever made the change. */
export function isTrusted(device: Device, policy: Policy, now: Date): boolean {
  const { then, now: since, method, level } = device;
  return (
    now < endOf(device, policy) &&
    isSameTime(then.passwordChangedAt, since.passwordChangedAt) &&
    isSameTime(then.factorsChangedAt, since.factorsChangedAt) &&
    acceptsMethod(policy, method, level)
  );
}

/**
 * What to make of a token that came with the right password. One that was exchanged before was copied: of the two who
 * have it, nobody can tell which is the thief. But two tabs that log in at once send the same one, and so does whoever
 * lost the answer and tries again: for some seconds the last one is no sign of theft. It is none of trust either: it
 * opens nothing, so a thief gains no login by being quick.
 */
export function judgeDevice(
  { device, usedAt, newestAt }: PresentedDevice,
  policies: Policies,
  login: { readonly userId: string; readonly area: AreaName },
  now: Date,
): Verdict {
  if (device.userId !== login.userId) return 'unknown';
  if (!isTrusted(device, policies[device.area], now)) return 'over';
  if (usedAt) {
    const isLast = isSameTime(usedAt, newestAt);
    const isRecent = now.getTime() - usedAt.getTime() < deviceRules.overlapSeconds * 1000;
    return isLast && isRecent ? 'overtaken' : 'reused';
  }
  return device.area === login.area ? 'trusted' : 'elsewhere';
}

function isSameTime(one: Date | null, other: Date | null): boolean {
  return one?.getTime() === other?.getTime();
}
