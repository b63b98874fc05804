import { invalidRequest } from '../../lib/problem.ts';
import { kindsNeeded, leastAdminWaitHours } from '../recovery/recovery-rule.ts';
import { levels } from './assurance-level.ts';
import type { AreaName } from './policy.ts';
import type { StoredPolicy } from './stored-policy.ts';

/**
 * Throws 400 (`invalid-request`) with a fault for each forbidden value. The area `admin` must always require a second
 * factor, because its users change the policies. The area `service` has no users, so it cannot ask for a factor.
 */
export function assertPolicy(area: AreaName, policy: StoredPolicy, methods: readonly string[]): void {
  const { mfa, minLevel, allowedMethods, accessSeconds, idleSeconds, absoluteSeconds, audit } = policy;
  const errors: { pointer: string; detail: string }[] = [];
  const wrong = (field: string, detail: string) => errors.push({ pointer: `#/${field}`, detail });

  if (area === 'admin' && mfa !== 'required') wrong('mfa', 'The area admin always requires a second factor');
  if (area === 'service' && mfa !== 'none')
    wrong('mfa', 'Must be none: the area service has programs, not users');
  if (area === 'service' && policy.firstFactor !== 'password')
    wrong('first_factor', 'Must be password: the area service has programs, not users');
  if (area === 'admin') assertNoWaiver(policy, wrong);
  if (minLevel === levels[0]) wrong('min_acr', 'A password alone is no second step');
  if (area === 'admin' && audit !== 'high')
    wrong('audit', 'The audit of the area admin is always complete: high');
  if (allowedMethods !== 'all') {
    allowedMethods.forEach((method, at) => {
      if (!methods.includes(method))
        wrong(`allowed_methods/${at}`, `Not configured here. There are: ${methods.join(', ')}`);
    });
    if (allowedMethods.length === 0 && area !== 'service') wrong('allowed_methods', 'At least one');
    if (new Set(allowedMethods).size < allowedMethods.length) wrong('allowed_methods', 'Each once');
  }
  assertRecovery(area, policy, wrong);
  if (accessSeconds > absoluteSeconds) wrong('access_seconds', 'At most absolute_seconds');
  if (idleSeconds !== null && idleSeconds > absoluteSeconds)
    wrong('idle_seconds', 'At most absolute_seconds');
  if (errors.length > 0) throw invalidRequest({ errors });
}

/**
 * A user in the area `admin` can change everything else. So the policy of `admin` accepts nothing in place of the
 * factor.
 */
function assertNoWaiver(policy: StoredPolicy, wrong: (field: string, detail: string) => void): void {
  const detail = 'The area admin allows nothing in place of the second factor';
  if (policy.trustedDeviceSeconds !== null) wrong('trusted_device_days', detail);
  if (policy.providerBypass) wrong('provider_bypass', detail);
  if (policy.providerOutage === 'open') wrong('provider_outage', detail);
}

/**
 * A recovery needs two kinds that can be had here (NIST SP 800-63B-4 4.2.2.2). A user of the area `admin` acts on other
 * accounts, so a colleague must take part.
 */
function assertRecovery(
  area: AreaName,
  { accountRecovery, trustedDeviceSeconds }: StoredPolicy,
  wrong: (field: string, detail: string) => void,
): void {
  if (!accountRecovery) return;
  const { from, waitHours } = accountRecovery;
  const field = 'account_recovery';
  if (area === 'service') {
    wrong(field, 'Must be null: the area service has programs, not users');
    return;
  }
  if (new Set(from).size < from.length) wrong(`${field}/from`, 'Each once');
  if (from.includes('device') && trustedDeviceSeconds === null)
    wrong(`${field}/from`, 'No device: this area trusts none (trusted_device_days)');
  if (new Set(from).size < kindsNeeded)
    wrong(`${field}/from`, 'At least two kinds: one alone would undo the second factor');
  if (area !== 'admin') return;
  if (!from.includes('colleague'))
    wrong(`${field}/from`, 'With colleague: in the area admin a second person takes part');
  if (waitHours < leastAdminWaitHours)
    wrong(`${field}/wait_hours`, `At least ${leastAdminWaitHours} in the area admin`);
}
