import type { RecoveryRule } from '../recovery/recovery-rule.ts';
import { type AssuranceLevel, meets } from './assurance-level.ts';

export const areaNames = ['admin', 'public', 'vendor', 'service'] as const;
export type AreaName = (typeof areaNames)[number];

/**
 * What a login begins with. `passkey`: a passkey alone, which proves two factors at once, and no password. `either`: what
 * the user chooses.
 */
export const firstFactors = ['password', 'passkey', 'either'] as const;
type FirstFactor = (typeof firstFactors)[number];

type Requirement = 'required' | 'if_enrolled' | 'optional' | 'none';

/** What an area requires of a login, and how long a session lasts. All durations are in seconds. */
export type Policy = {
  readonly firstFactor: FirstFactor;
  readonly mfa: Requirement;
  /** The lowest level that counts as a passed second step here. */
  readonly minLevel: AssuranceLevel;
  /** The methods that count here, or `'all'`. */
  readonly allowedMethods: 'all' | readonly string[];
  readonly accessSeconds: number;
  /**
   * How long a session lasts without a sign of the user. Null: the area has no refresh, and the token's lifetime is the
   * limit.
   */
  readonly idleSeconds: number | null;
  readonly absoluteSeconds: number;
  readonly refresh: boolean;
  readonly roles: 'all' | readonly string[];
  readonly audit: 'medium' | 'high';
  /** How long a user may skip the second factor on a trusted device. Null: never. */
  readonly trustedDeviceSeconds: number | null;
  /** Whether a login counts if the provider let the user in without a factor. */
  readonly providerBypass: boolean;
  /**
   * What happens if the provider that decides is unreachable. `closed`: the user cannot log in with it. `fallback`: the
   * service asks for another factor of the user. `open`: the password is enough, and the tokens and the audit say so.
   */
  readonly providerOutage: 'closed' | 'fallback' | 'open';
  /** How long a client may repeat the exchange of a refresh token (two tabs, a lost response). 0: not at all. */
  readonly refreshGraceSeconds: number;
  /** Whether the header X-MFA-Token accepts a recovery code. */
  readonly recoveryCodeAtGuard: boolean;
  /**
   * Whether the service shows a new recovery code after a login or step-up that used one (NIST SP 800-63B-4 4.2.1.1).
   */
  readonly newRecoveryCode: boolean;
  /**
   * What keeps a session from going idle. `requests`: any guarded request. `explicit`: only the client's statement that
   * the user is present.
   */
  readonly activity: 'requests' | 'explicit';
  /**
   * Whether an approved exemption opens the area to a user without a factor, although `mfa` is `required` (23 NYCRR
   * 500.12(b)). Fixed by POLICY_PRESET, like `roles`.
   */
  readonly exemptible: boolean;
  /** How users recover an account after the loss of their factor. Null: only the helpdesk can open it. */
  readonly accountRecovery: RecoveryRule | null;
};

/**
 * Why a login passed without the second factor that it needs. A waiver is no factor: `amr` and `acr` do not count it.
 */
export type Waiver = 'trusted_device' | 'provider_bypass' | 'provider_outage';

export type Policies = Readonly<Record<AreaName, Policy>>;
export type ReportOnlyPolicies = Readonly<Record<AreaName, Policy | undefined>>;

const minute = 60;
const hour = 60 * minute;

const strictly = { trustedDeviceSeconds: null, providerBypass: false, providerOutage: 'closed' } as const;
/**
 * No preset lets users recover their own account. An upgrade must not open a way into accounts, and whether a colleague or
 * a second address is safe enough is for the organisation to say.
 */
const usual = {
  firstFactor: 'password',
  newRecoveryCode: false,
  accountRecovery: null,
  exemptible: false,
} as const;
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
 * NIST AAL2 for administrators. E-mail does not count (SP 800-63B 3.1.3.1), and SMS is restricted (3.2.9). A trusted
 * device is no authenticator. A request does not show that a person is present (5.2). A refresh token that comes twice
 * is treated as stolen.
 */
const strict: Policies = {
  admin: { ...standard.admin, ...exact, minLevel: '2' },
  public: { ...standard.public, ...exact, trustedDeviceSeconds: null },
  vendor: { ...standard.vendor, ...exact },
  service: standard.service,
};

/** PCI DSS 8.2.8: 15 minutes idle in every area with users. */
const pci: Policies = { ...strict, public: { ...strict.public, idleSeconds: 15 * minute } };

/**
 * FBI CJIS Security Policy 6.0. Everybody needs two factors at AAL2 (IA-2(1), IA-2(2), IA-5): e-mail does not count, and
 * text messages are restricted. 30 minutes idle (AC-11, IA-5), and 12 hours at most (IA-11). The audit has each request
 * that is let in (AU-2).
 */
const cjis: Policies = {
  ...strict,
  public: { ...strict.public, mfa: 'required', minLevel: '2r', idleSeconds: 30 * minute, audit: 'high' },
  vendor: { ...strict.vendor, mfa: 'required', minLevel: '2r', audit: 'high' },
};

/**
 * 23 NYCRR Part 500. Everybody needs two factors (500.12(a)), and a mailbox or a text message is none. The CISO may
 * approve an exemption in writing (500.12(b)): it opens every area but `admin`.
 */
const nydfs: Policies = {
  ...strict,
  public: {
    ...strict.public,
    mfa: 'required',
    minLevel: '2',
    idleSeconds: 15 * minute,
    audit: 'high',
    exemptible: true,
  },
  vendor: { ...strict.vendor, mfa: 'required', minLevel: '2', audit: 'high', exemptible: true },
};

export const presets = { standard, strict, pci, cjis, nydfs };
export type Preset = keyof typeof presets;
export const presetNames = Object.keys(presets) as readonly Preset[];

/** The name of a preset, or `standard` if the policies are those of none. */
export function presetNameOf(policies: Policies): Preset {
  return presetNames.find((name) => presets[name] === policies) ?? 'standard';
}

export function admitsRoles(policy: Policy, roles: readonly string[]): boolean {
  return policy.roles === 'all' || policy.roles.some((role) => roles.includes(role));
}

/** Whether a method of this level counts as the second step here. */
export function acceptsMethod(policy: Policy, method: string, level: AssuranceLevel): boolean {
  const allowed = policy.allowedMethods === 'all' || policy.allowedMethods.includes(method);
  return allowed && meets(level, policy.minLevel);
}

/** Whether a password begins a login here. */
export function takesPassword({ firstFactor }: Policy): boolean {
  return firstFactor !== 'passkey';
}

/** Whether a passkey of this method is a whole login here. It must also count as the second step. */
export function takesPasskey(
  policy: Policy,
  { method, level }: { readonly method: string; readonly level: AssuranceLevel },
): boolean {
  return policy.firstFactor !== 'password' && acceptsMethod(policy, method, level);
}

/** Whether a session's factor, or its waiver, still counts. The session may have begun under another policy. */
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
