import type { PasswordRules } from '../passwords/password-policy.ts';
import type { Periods } from '../policy/periods.ts';
import type { AreaName, Policy, Preset } from '../policy/policy.ts';
import type { PasswordLimits } from '../throttling/password-throttle.ts';

/** What an installation has set, as far as the controls of a preset ask for it. */
export type Facts = {
  readonly policies: Readonly<Record<AreaName, Policy>>;
  readonly preset: Preset;
  readonly periods: Periods;
  readonly passwordRules: PasswordRules;
  readonly passwordLimits: PasswordLimits;
  readonly exemptions: readonly {
    readonly username: string;
    readonly approvedBy: string | null;
    readonly createdAt: Date;
    readonly endsAt: Date;
  }[];
};

/** One setting beside what the control asks for. `where`: the area, or the name of the setting. */
export type Finding = { readonly where: string; readonly found: string; readonly isMet: boolean };

/**
 * A control of a regulation. `check` compares the settings. Without it, no setting of this service decides: either the
 * service always does it, or `operator` says what is left to the operator.
 */
export type Control = {
  readonly id: string;
  readonly says: string;
  /** What meets it in the preset, in Markdown. */
  readonly setting: string;
  /** An exception that the text allows, and how it is encoded here. */
  readonly exception?: string;
  /** What the service does not do. The operator must. */
  readonly operator?: string;
  /** The requirements whose tests show it. */
  readonly tests: readonly string[];
  readonly check?: (facts: Facts) => readonly Finding[];
};

export type Regulation = {
  readonly preset: Preset;
  readonly name: string;
  /** The edition, and where its numbers come from. */
  readonly edition: string;
  readonly controls: readonly Control[];
};

/**
 * `met`: every setting meets it, or the service always does. `in part`: the same, and the operator must do more. `not by
 * this service`: the operator must do all of it. `not met`: a setting falls short.
 */
type ControlState = 'met' | 'in part' | 'not by this service' | 'not met';
export type CheckedControl = Omit<Control, 'check'> & {
  readonly state: ControlState;
  readonly findings: readonly Finding[];
};

export function checkControls({ controls }: Regulation, facts: Facts): readonly CheckedControl[] {
  return controls.map(({ check, ...control }) => {
    const findings = check?.(facts) ?? [];
    return { ...control, state: stateOf(control, findings), findings };
  });
}

function stateOf({ operator, tests }: Omit<Control, 'check'>, findings: readonly Finding[]): ControlState {
  if (findings.some(({ isMet }) => !isMet)) return 'not met';
  if (operator === undefined) return 'met';
  return tests.length === 0 ? 'not by this service' : 'in part';
}

/** The areas into which people log in. */
const withPeople = ['admin', 'public', 'vendor'] as const;

/** Checks the policy of each area with people. */
export function eachArea(
  isMet: (policy: Policy) => boolean,
  found: (policy: Policy) => string,
): (facts: Facts) => readonly Finding[] {
  return ({ policies }) =>
    withPeople.map((area) => ({
      where: area,
      found: found(policies[area]),
      isMet: isMet(policies[area]),
    }));
}

/** Checks one setting of the installation. */
export function oneSetting(
  where: string,
  isMet: (facts: Facts) => boolean,
  found: (facts: Facts) => string,
): (facts: Facts) => readonly Finding[] {
  return (facts) => [{ where, found: found(facts), isMet: isMet(facts) }];
}

/** The longest time without activity: the session ends with its token where it has no refresh. */
export function longestIdleSeconds({ idleSeconds, absoluteSeconds }: Policy): number {
  return Math.min(idleSeconds ?? absoluteSeconds, absoluteSeconds);
}

/** What may stand in place of the second factor. */
export function waiversOf(policy: Policy): readonly string[] {
  return [
    ...(policy.trustedDeviceSeconds === null ? [] : ['trusted devices']),
    ...(policy.providerBypass ? ['provider_bypass'] : []),
    ...(policy.providerOutage === 'open' ? ['provider_outage open'] : []),
  ];
}

export function secondFactorOf(policy: Policy): string {
  const instead = waiversOf(policy);
  return `mfa ${policy.mfa}${instead.length > 0 ? `, or ${instead.join(', ')}` : ''}`;
}

export function inMinutes(seconds: number): string {
  return `${Math.ceil(seconds / 60)} minutes`;
}
