import type { Generated, JSONColumnType } from 'kysely';
import type { AreaName } from '../src/domain/policy/policy.ts';

export type Areas = {
  name: AreaName;
  policy: JSONColumnType<Record<string, unknown>>;
  trial: JSONColumnType<Record<string, unknown>> | null;
  changedAt: Date | null;
  changedBy: string | null;
  version: Generated<number>;
};

/** Each version of an area, also of those before the last change. */
export type AreaVersions = Pick<Areas, 'policy' | 'trial' | 'changedAt' | 'changedBy'> & {
  area: AreaName;
  version: number;
  /** The version that an administrator went back to. */
  restored: number | null;
};

export type RolloutRow = {
  singleton: Generated<boolean>;
  phase: 'soft' | 'gradual' | 'full';
  /** Maps each role to the moment from which enrolment is enforced, in RFC 3339. */
  targets: JSONColumnType<Record<string, string>>;
  graceSeconds: number;
  /** Null if the phase never changed. */
  phaseSince: Date | null;
  changedAt: Date | null;
  changedBy: string | null;
  version: Generated<number>;
};

export type Graces = {
  userId: string;
  startedAt: Date;
  endsAt: Date;
  /** How many of the service's own reminders were sent. */
  reminders: Generated<number>;
  /** When an administrator last had one sent. */
  remindedAt: Generated<Date | null>;
};

export type Exemptions = {
  id: string;
  userId: string;
  ownerId: string;
  reason: string;
  createdAt: Date;
  endsAt: Date;
  endedAt: Date | null;
  /** Who approved it in writing. */
  approvedBy: Generated<string | null>;
};
