import type { AssuranceLevel } from '../policy/assurance-level.ts';
import { type AreaName, acceptsMethod, type Policies, type Policy } from '../policy/policy.ts';

/**
 * On a trusted device, the user may skip the second step at a login. The device is no factor. A person with its token
 * has shown only the password (NIST SP 800-63B has no such authenticator). The functions of this file decide what the
 * device may do and when the trust ends.
 */
export type Device = {
  readonly id: string;
  readonly userId: string;
  readonly area: AreaName;
  /** The level of the second step that made the device trusted. */
  readonly level: AssuranceLevel;
  readonly method: string;
  readonly label: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** The owner's marks when the device became trusted, and now. */
  readonly then: Marks;
  readonly now: Marks;
};

/** When the user last changed the password and the factors. */
type Marks = { readonly passwordChangedAt: Date; readonly factorsChangedAt: Date | null };

/** A device found by one of its tokens. Each token works once. */
export type PresentedDevice = {
  readonly device: Device;
  readonly usedAt: Date | null;
  /** When the service issued the newest token of the device. */
  readonly newestAt: Date;
};

/** The next token that works, which the service gives to the device's owner. */
export type GivenDevice = { readonly token: string; readonly expiresAt: Date };

export type Verdict = 'trusted' | 'unknown' | 'over' | 'elsewhere' | 'overtaken' | 'reused';

export const deviceRules = { most: 20, overlapSeconds: 10 } as const;

/** How many seconds a device stays trusted. Null if this login cannot make a device trusted. */
export function trustSeconds(
  policy: Policy,
  passed: { readonly recovered: boolean; readonly elevation: 'step-up' | 'enrolment' | null },
): number | null {
  const isLogin = passed.elevation === null;
  return isLogin && !passed.recovered ? policy.trustedDeviceSeconds : null;
}

/** The end of the trust. No use of the device moves it. If the policy was shortened since, the end comes earlier. */
export function endOf({ createdAt, expiresAt }: Device, { trustedDeviceSeconds }: Policy): Date {
  const byPolicy = createdAt.getTime() + (trustedDeviceSeconds ?? 0) * 1000;
  return new Date(Math.min(expiresAt.getTime(), byPolicy));
}

/**
 * Fails closed. The trust ends after a new password, other factors, or a stricter policy, no matter who made the
 * change.
 */
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
 * Judges a token that came with the right password. A token that was exchanged before may be a copy. The service cannot
 * know which of the two holders is the thief.
 *
 * Two tabs may send the same token at once, and so may a client that lost the response. So for some seconds the last
 * exchanged token is no sign of theft. It is no sign of trust either: the user must pass the second step. A fast thief
 * gains no login.
 */
export function evaluateDevice(
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
