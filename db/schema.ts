import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { AreaName } from '../src/domain/policy/policy.ts';
import type { AdoptionTables } from './adoption-schema.ts';
import type { AuditTables } from './audit-schema.ts';
import type { DeviceTokens, TrustedDevices } from './device-schema.ts';
import type { Areas, Exemptions, Graces, RolloutRow } from './policy-schema.ts';
import type {
  ForgottenLinks,
  Letters,
  Outbox,
  PasswordLinks,
  Sends,
  SmsBreakers,
  SmsTexts,
} from './send-schema.ts';
import type { ServiceTables } from './service-schema.ts';

/** The tables as types. Names here are camelCase; Kysely's CamelCasePlugin writes them in snake_case. */
export type Tables = ServiceTables &
  AuditTables &
  AdoptionTables & {
    users: Users;
    factors: Factors;
    formerFactors: FormerFactors;
    throttles: Throttles;
    loginThrottles: LoginThrottles;
    sends: Sends;
    smsTexts: SmsTexts;
    smsBreakers: SmsBreakers;
    sessions: Sessions;
    trustedDevices: TrustedDevices;
    deviceTokens: DeviceTokens;
    refreshTokens: RefreshTokens;
    logins: Logins;
    challenges: Challenges;
    lastLogins: { userId: string; at: Date };
    outbox: Outbox;
    letters: Letters;
    signingKeys: SigningKeys;
    areas: Areas;
    rollout: RolloutRow;
    graces: Graces;
    exemptions: Exemptions;
    passwordLinks: PasswordLinks;
    forgottenLinks: ForgottenLinks;
  };

type Users = {
  id: string;
  username: string;
  email: string | null;
  phone: string | null;
  passwordHash: string | null;
  passwordHistory: ColumnType<string[], string[] | undefined>;
  passwordChangedAt: Date;
  passwordByMail: Generated<boolean>;
  roles: string[];
  status: Generated<'active' | 'disabled'>;
  factorsChangedAt: Date | null;
  mfaResetAt: Date | null;
  createdAt: Date;
  version: Generated<number>;
  securityVersion: Generated<number>;
};

type Factors = {
  id: string;
  userId: string;
  method: string;
  label: string;
  hint: string | null;
  dataSealed: string;
  isDefault: Generated<boolean>;
  isBackup: Generated<boolean>;
  createdAt: Date;
  expiresAt: Date | null;
  confirmedAt: Date | null;
  lastUsedAt: Date | null;
  disabledAt: Date | null;
  uniqueId: string | null;
  version: Generated<number>;
};

/** Of a factor that was removed, what may be remembered. */
type FormerFactors = {
  id: string;
  userId: string;
  method: string;
  label: string | null;
  hint: string | null;
  isBackup: boolean;
  boundAt: Date;
  lastUsedAt: Date | null;
  removedAt: Date;
  cause: 'removed' | 'switched_off' | 'reset' | 'replaced' | 'expired';
  removedBy: string | null;
};

type Throttles = {
  userId: string;
  paid: Generated<number>;
  failed: Generated<number>;
  windowEndsAt: Date;
  inARow: Generated<number>;
  /** One place for each level, from the weakest. */
  paidBy: Generated<number[]>;
  failedBy: Generated<number[]>;
  inARowBy: Generated<number[]>;
  lockedUntil: Date | null;
  reportedUntil: Date | null;
};

type LoginThrottles = {
  subject: string;
  network: string;
  failures: number;
  windowEndsAt: Date;
  lastSuccessAt: Date | null;
  inFlight: Generated<number>;
  inFlightUntil: Date | null;
};

type Sessions = {
  id: string;
  userId: string;
  area: AreaName;
  acr: string;
  method: string | null;
  factorId: string | null;
  amr: string[];
  waived: string | null;
  authTime: Date;
  mfaTime: Date | null;
  recovered: Generated<boolean>;
  generation: Generated<number>;
  raises: Generated<number>;
  createdAt: Date;
  lastActiveAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  ip: string | null;
  userAgent: string | null;
};

type RefreshTokens = {
  tokenHash: string;
  sessionId: string;
  createdAt: Date;
  usedAt: Date | null;
  repeatUntil: Date | null;
  parentHash: string | null;
  heirHash: string | null;
  raises: number | null;
};

type Logins = {
  id: string;
  tokenHash: string;
  userId: string;
  area: AreaName;
  sessionId: string | null;
  challengeId: string | null;
  status: Generated<'open' | 'passed' | 'dead'>;
  createdAt: Date;
  expiresAt: Date;
};

type Challenges = {
  id: string;
  userId: string;
  factorId: string;
  stateSealed: string;
  status: Generated<'open' | 'passed' | 'denied'>;
  createdAt: Date;
  expiresAt: Date;
};

type SigningKeys = {
  kid: string;
  publicJwk: JSONColumnType<Record<string, unknown>>;
  privateSealed: string;
  createdAt: Date;
  signsFrom: Date;
};
