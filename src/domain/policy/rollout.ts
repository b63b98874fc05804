import { admitsRoles, type Policies, type Policy } from './policy.ts';

export const phases = ['soft', 'gradual', 'full'] as const;
export type Phase = (typeof phases)[number];

/**
 * The targets of the rollout, each with the time from which it must enrol. A target is a role, everyone, or every
 * caller of a sensitive route.
 */
export type Targets = Readonly<Record<string, Date>>;
export const everyone = '*';
export const sensitiveRoutes = '#sensitive';

export type Rollout = {
  readonly phase: Phase;
  readonly targets: Targets;
  readonly graceSeconds: number;
};

/** The facts about a user that decide what the rollout requires. */
export type EnrolmentState = {
  readonly roles: readonly string[];
  /** True if the user has a confirmed factor, even a disabled one. */
  readonly enrolled: boolean;
  readonly createdAt: Date;
  /** The end of the grace period, from the row written at its start. It never changes (PCI DSS 8.5.1). */
  readonly graceEndsAt: Date | null;
  /** The end of the current exemption. Null if there is none. */
  readonly exemptUntil: Date | null;
  /** The same, of the exemptions that name who approved them. */
  readonly approvedUntil: Date | null;
  /** The helpdesk removed the factors. Until the user enrols a new one, the user can enter no area without it. */
  readonly mustEnrol: boolean;
};

/** What the policy and the rollout together require of a user who gave the right password. */
export type MfaRequirement =
  | { readonly ask: 'factor' }
  | { readonly ask: 'enrolment'; readonly graceEndedAt: Date | null }
  | { readonly ask: 'nothing'; readonly graceUntil: Date | null; readonly encouraged: boolean };

const nothing = { ask: 'nothing', graceUntil: null, encouraged: false } as const;

export function requirementFor(
  policy: Policy,
  rollout: Rollout,
  user: EnrolmentState,
  now: Date,
): MfaRequirement {
  if (user.mustEnrol && !user.enrolled) return { ask: 'enrolment', graceEndedAt: null };
  switch (policy.mfa) {
    case 'required':
      if (user.enrolled) return { ask: 'factor' };
      if (policy.exemptible && user.approvedUntil && now < user.approvedUntil) return nothing;
      return { ask: 'enrolment', graceEndedAt: null };
    case 'if_enrolled':
      return user.enrolled ? { ask: 'factor' } : askedOfUnenrolled(rollout, user, now);
    case 'optional':
    case 'none':
      return nothing;
  }
}

/** What a sensitive route in any area requires. `gradual` asks every user there. `full` asks every user in any case. */
export function requirementAtSensitive(rollout: Rollout, user: EnrolmentState, now: Date): MfaRequirement {
  return user.enrolled ? { ask: 'factor' } : askedOfUnenrolled(rollout, user, now, [sensitiveRoutes]);
}

function askedOfUnenrolled(
  rollout: Rollout,
  user: EnrolmentState,
  now: Date,
  more: readonly string[] = [],
): MfaRequirement {
  const endsAt = graceEndOf(rollout, user, more);
  if (endsAt === null) return { ...nothing, encouraged: rollout.phase === 'gradual' };
  if (user.exemptUntil && now < user.exemptUntil) return nothing;
  if (now < endsAt) return { ...nothing, graceUntil: endsAt };
  return { ask: 'enrolment', graceEndedAt: endsAt };
}

/**
 * The end of the grace period of a user who must enrol. A stored end takes precedence. Otherwise the period has
 * `graceSeconds` (seven days by default) and begins at the later of enforcement and account creation. Null if the
 * rollout requires nothing.
 */
function graceEndOf(
  { targets, graceSeconds }: Rollout,
  { roles, createdAt, graceEndsAt }: Pick<EnrolmentState, 'roles' | 'createdAt' | 'graceEndsAt'>,
  more: readonly string[] = [],
): Date | null {
  const since = [everyone, ...roles, ...more].flatMap((name) => targets[name]?.getTime() ?? []);
  if (since.length === 0) return null;
  const begins = Math.max(Math.min(...since), createdAt.getTime());
  return graceEndsAt ?? new Date(begins + graceSeconds * 1000);
}

/**
 * The policy that would not let this user in without a factor. If there is one, the user may not remove their last
 * factor.
 */
export function requiresFactor(
  policies: Policies,
  rollout: Rollout,
  user: EnrolmentState,
  now: Date,
): Policy | undefined {
  const without = { ...user, enrolled: false };
  return Object.values(policies).find(
    (policy) =>
      admitsRoles(policy, user.roles) && requirementFor(policy, rollout, without, now).ask === 'enrolment',
  );
}

/** The targets of a phase. A target that was in force before keeps its time. */
export function targetsOf(phase: Phase, roles: readonly string[], before: Targets, now: Date): Targets {
  const names = { soft: [], gradual: [...roles, sensitiveRoutes], full: [everyone, sensitiveRoutes] }[phase];
  const kept = phase === 'full' ? Object.keys(before) : [];
  return Object.fromEntries([...new Set([...kept, ...names])].map((name) => [name, before[name] ?? now]));
}
