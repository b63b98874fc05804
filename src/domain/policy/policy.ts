import { type AssuranceLevel, meets } from './assurance-level.ts';

export const areaNames = ['admin', 'public', 'vendor', 'service'] as const;
export type AreaName = (typeof areaNames)[number];

type Requirement = 'required' | 'if_enrolled' | 'optional' | 'none';

/** What one area asks of a login, and how long it then lasts. */
export type Policy = {
  readonly mfa: Requirement;
  /** The least level that counts as having passed the second step here. */
  readonly minLevel: AssuranceLevel;
  /** Methods that count here; `'all'` of them unless named. */
  readonly allowedMethods: 'all' | readonly string[];
  readonly accessSeconds: number;
  /** Without a sign of a person. Null: the area has no refresh and the token's life is the limit. */
  readonly idleSeconds: number | null;
  readonly absoluteSeconds: number;
  readonly refresh: boolean;
  readonly roles: 'all' | readonly string[];
  readonly audit: 'medium' | 'high';
  /** How long a device that its owner trusts spares the second factor; null: not at all. */
  readonly trustedDeviceSeconds: number | null;
  /** Whether a provider's "let them in" counts, where it has asked for no factor. */
  readonly providerBypass: boolean;
  /**
   * When the provider that decides cannot be reached: nobody gets in by it; another factor of the user is asked for; or
   * the password is enough, which tokens and audit then say.
   */
  readonly providerOutage: 'closed' | 'fallback' | 'open';
  /** How long a refresh token that was just exchanged is answered once more (two tabs, a lost answer); 0: not at all. */
  readonly refreshGraceSeconds: number;
  /** Whether X-MFA-Token takes a recovery code. */
  readonly recoveryCodeAtGuard: boolean;
  /** Whether who logs in or steps up by a recovery code is shown a new one in its place (NIST SP 800-63B-4 4.2.1.1). */
  readonly newRecoveryCode: boolean;
  /** What keeps a session from going idle: any guarded request, or only the client's word that a person is there. */
  readonly activity: 'requests' | 'explicit';
};

/** Why a login that needs a second factor was let through without one. It is none: `amr` and `acr` do not count it. */
export type Waiver = 'trusted_device' | 'provider_bypass' | 'provider_outage';

export type Policies = Readonly<Record<AreaName, Policy>>;
export type ReportOnlyPolicies = Readonly<Record<AreaName, Policy | undefined>>;

const minute = 60;
const hour = 60 * minute;

const strictly = { trustedDeviceSeconds: null, providerBypass: false, providerOutage: 'closed' } as const;
const usual = { newRecoveryCode: false } as const;
const lenient = {
  ...usual,
  refreshGraceSeconds: 10,
  recoveryCodeAtGuard: true,
  activity: 'requests',
} as const;
const exact = {
  ...usual,
  refreshGraceSeconds: 0,
  recoveryCodeAtGuard: false,
  activity: 'explicit',
} as const;

const standard: Policies = {
  admin: {
    ...strictly,
    ...lenient,
    refreshGraceSeconds: 0,
    mfa: 'required',
    minLevel: '1plus',
    allowedMethods: 'all',
    accessSeconds: 5 * minute,
    idleSeconds: 15 * minute,
    absoluteSeconds: 8 * hour,
    refresh: true,
    roles: ['admin', 'helpdesk', 'auditor'],
    audit: 'high',
  },
  public: {
    ...strictly,
    ...lenient,
    trustedDeviceSeconds: 30 * 24 * hour,
    mfa: 'if_enrolled',
    minLevel: '1plus',
    allowedMethods: 'all',
    accessSeconds: 15 * minute,
    idleSeconds: hour,
    absoluteSeconds: 12 * hour,
    refresh: true,
    roles: 'all',
    audit: 'medium',
  },
  vendor: {
    ...strictly,
    ...lenient,
    mfa: 'optional',
    minLevel: '1plus',
    allowedMethods: 'all',
    accessSeconds: 30 * minute,
    idleSeconds: null,
    absoluteSeconds: 30 * minute,
    refresh: false,
    roles: ['vendor'],
    audit: 'medium',
  },
  service: {
    ...strictly,
    ...exact,
    mfa: 'none',
    minLevel: '1plus',
    allowedMethods: [],
    accessSeconds: 15 * minute,
    idleSeconds: null,
    absoluteSeconds: 15 * minute,
    refresh: false,
    roles: [],
    audit: 'high',
  },
};

/**
 * NIST AAL2 for administrators: e-mail does not count (SP 800-63B 3.1.3.1), SMS is restricted (3.2.9). A device that is
 * trusted is no authenticator. A request is no sign of a person (5.2), and a token that comes twice is a theft.
 */
const strict: Policies = {
  admin: { ...standard.admin, ...exact, minLevel: '2' },
  public: { ...standard.public, ...exact, trustedDeviceSeconds: null },
  vendor: { ...standard.vendor, ...exact },
  service: standard.service,
};

/** PCI DSS 8.2.8: 15 minutes idle everywhere a person is. */
const pci: Policies = { ...strict, public: { ...strict.public, idleSeconds: 15 * minute } };

export const presets = { standard, strict, pci };
export type Preset = keyof typeof presets;

export function admitsRoles(policy: Policy, roles: readonly string[]): boolean {
  return policy.roles === 'all' || policy.roles.some((role) => roles.includes(role));
}

/** Whether a method of this level counts as the second step here. */
export function acceptsMethod(policy: Policy, method: string, level: AssuranceLevel): boolean {
  const allowed = policy.allowedMethods === 'all' || policy.allowedMethods.includes(method);
  return allowed && meets(level, policy.minLevel);
}

/** Whether what a session has shown still counts, or why nothing was asked: it may have been opened under another policy. */
export function satisfies(
  policy: Policy,
  shown: { readonly level: AssuranceLevel; readonly method: string | null; readonly waived?: Waiver | null },
): boolean {
  if (shown.waived) return waives(policy, shown.waived);
  const named = shown.method !== null || policy.allowedMethods === 'all';
  return named && acceptsMethod(policy, shown.method ?? '', shown.level);
}

function waives(policy: Policy, waiver: Waiver): boolean {
  switch (waiver) {
    case 'trusted_device':
      return policy.trustedDeviceSeconds !== null;
    case 'provider_bypass':
      return policy.providerBypass;
    case 'provider_outage':
      return policy.providerOutage === 'open';
  }
}

/** The policies of this moment. An area whose policy cannot be read throws in the snapshot as it did when it was taken. */
export function snapshotOf(policies: Policies): Policies {
  const taken = areaNames.map((name) => {
    try {
      const policy = policies[name];
      return [name, { enumerable: true, get: () => policy }] as const;
    } catch (error) {
      const get = (): never => {
        throw error;
      };
      return [name, { enumerable: true, get }] as const;
    }
  });
  return Object.defineProperties(Object.create(null), Object.fromEntries(taken));
}
