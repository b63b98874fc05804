import { z } from 'zod';
import { leastWaitHours, mostWaitHours, recoveryKinds } from '../recovery/recovery-rule.ts';
import { levels } from './assurance-level.ts';
import { firstFactors, type Policy } from './policy.ts';

const seconds = (least: number, most: number) => z.int().min(least).max(most);

/**
 * The part of a policy that an administrator may change, as the database stores it. `roles`, `refresh` and `exemptible`
 * are fixed.
 */
const storedPolicy = z.strictObject({
  mfa: z.enum(['required', 'if_enrolled', 'optional', 'none']),
  minLevel: z.enum(levels),
  allowedMethods: z.union([z.literal('all'), z.array(z.string()).max(50)]),
  accessSeconds: seconds(60, 3_600), // RFC 6750 5.3
  idleSeconds: seconds(60, 86_400).nullable(),
  absoluteSeconds: seconds(60, 86_400), // NIST SP 800-63B 2.2.3
  audit: z.enum(['medium', 'high']),
  trustedDeviceSeconds: seconds(3_600, 365 * 86_400)
    .nullable()
    .default(null),
  providerBypass: z.boolean().default(false),
  providerOutage: z.enum(['closed', 'fallback', 'open']).default('closed'),
  refreshGraceSeconds: seconds(0, 60),
  recoveryCodeAtGuard: z.boolean(),
  newRecoveryCode: z.boolean(),
  firstFactor: z.enum(firstFactors),
  activity: z.enum(['requests', 'explicit']),
  accountRecovery: z
    .strictObject({
      from: z.array(z.enum(recoveryKinds)).max(recoveryKinds.length),
      waitHours: z.int().min(leastWaitHours).max(mostWaitHours),
    })
    .nullable(),
});
export type StoredPolicy = z.infer<typeof storedPolicy>;

/** Rows of earlier releases lack these fields. The preset then gives the values. */
const younger = [
  'refreshGraceSeconds',
  'recoveryCodeAtGuard',
  'newRecoveryCode',
  'activity',
  'firstFactor',
  'accountRecovery',
] as const;
type Younger = (typeof younger)[number];

/**
 * The policy of a row. The preset gives the fields that the row lacks. Throws a ZodError if the row contains a value
 * that no administrator could have set.
 */
export function readPolicy(preset: Policy, stored: unknown): Policy {
  const { roles, refresh, exemptible } = preset;
  return { ...readStored(preset, stored), roles, refresh, exemptible };
}

/** As `readPolicy`, without the fixed fields. */
export function readStored(preset: Policy, stored: unknown): StoredPolicy {
  const unsaid = Object.fromEntries(younger.map((field) => [field, preset[field]]));
  return storedPolicy.parse({ ...unsaid, ...Object(stored) });
}

export function toStored(policy: Policy): StoredPolicy {
  const { roles: _roles, refresh: _refresh, exemptible: _exemptible, ...rest } = policy;
  const { allowedMethods, accountRecovery } = rest;
  return {
    ...rest,
    allowedMethods: allowedMethods === 'all' ? 'all' : [...allowedMethods],
    accountRecovery: accountRecovery && { ...accountRecovery, from: [...accountRecovery.from] },
  };
}

/**
 * The row of an area that follows the preset. It leaves out the younger fields. During an upgrade, an instance of the
 * previous release may read the row. It could not parse those fields and would refuse every login.
 */
export function toSeeded(preset: Policy): Omit<StoredPolicy, Younger> {
  const older: Partial<StoredPolicy> & Omit<StoredPolicy, Younger> = toStored(preset);
  for (const field of younger) delete older[field];
  return older;
}
