import { z } from 'zod';
import { levels } from './level.ts';
import { type AreaName, type Policy, presets } from './policy.ts';

const seconds = (least: number, most: number) => z.int().min(least).max(most);

/** What an administrator may change in a policy, as it is stored. Who may enter and whether tokens are renewed is fixed. */
export const storedPolicy = z.strictObject({
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
});
export type StoredPolicy = z.infer<typeof storedPolicy>;

/** Throws where a row holds what no administrator could have written. */
export function readPolicy(area: AreaName, stored: unknown): Policy {
  const { roles, refresh } = presets.standard[area];
  return { ...storedPolicy.parse(stored), roles, refresh };
}

export function toStored({ roles: _roles, refresh: _refresh, ...rest }: Policy): StoredPolicy {
  const { allowedMethods } = rest;
  return { ...rest, allowedMethods: allowedMethods === 'all' ? 'all' : [...allowedMethods] };
}
