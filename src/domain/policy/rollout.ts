import { admitsRoles, type Policies, type Policy } from './policy.ts';

export const phases = ['soft', 'gradual', 'full'] as const;
export type Phase = (typeof phases)[number];

/** Whom the rollout asks to enrol, each since when: a role, everyone, or whoever calls a sensitive route. */
export type Targets = Readonly<Record<string, Date>>;
export const everyone = '*';
export const sensitiveRoutes = '#sensitive';

export type Rollout = {
  readonly phase: Phase;
  readonly targets: Targets;
  readonly graceSeconds: number;
};

/** What the rollout looks at in a user. */
export type EnrolmentState = {
  readonly roles: readonly string[];
  /** Has a confirmed factor, were it disabled. */
  readonly enrolled: boolean;
  readonly createdAt: Date;
  /** Of the row that was written when the grace began; nothing moves it (PCI DSS 8.5.1). */
  readonly graceEndsAt: Date | null;
  /** Of the exemption in force, if any. */
  readonly exemptUntil: Date | null;
  /** The helpdesk has removed the factors: until there is one again, no area opens without it. */
  readonly mustEnrol: boolean;
};

/** What a policy and the rollout together ask of somebody who is past the password. */
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
      return user.enrolled ? { ask: 'factor' } : { ask: 'enrolment', graceEndedAt: null };
    case 'if_enrolled':
      return user.enrolled ? { ask: 'factor' } : askedOfUnenrolled(rollout, user, now);
    case 'optional':
    case 'none':
      return nothing;
  }
}

/** At a sensitive route of whatever area: `gradual` asks everybody there, `full` asks everybody anyway. */
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
 * When a user who must enrol has had the time for it: seven days from the later of enforcement and account creation,
 * unless a row says otherwise. Null where the rollout asks nothing of them.
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
 * The policy that would no longer let this user in without a factor, if there is one: then the last factor that counts
 * there stays.
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

/** The targets of a phase. Whoever was asked before is still asked since then. */
export function targetsOf(phase: Phase, roles: readonly string[], before: Targets, now: Date): Targets {
  const names = { soft: [], gradual: [...roles, sensitiveRoutes], full: [everyone, sensitiveRoutes] }[phase];
  const kept = phase === 'full' ? Object.keys(before) : [];
  return Object.fromEntries([...new Set([...kept, ...names])].map((name) => [name, before[name] ?? now]));
}
