import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely';
import type { Cut, Seal } from '../src/domain/audit/seal.ts';
import type { AreaName } from '../src/domain/policy/policy.ts';
import type { AdoptionTables } from './adoption-schema.ts';
import type { ApprovalTables, NotMeLinks } from './approval-schema.ts';
import type { CallerChecks } from './caller-schema.ts';
import type { EventDeliveries, EventReceivers } from './event-schema.ts';
import type { Areas, AreaVersions, Exemptions, Graces, RolloutRow } from './policy-schema.ts';
import type { RecoveryTables } from './recovery-schema.ts';

/** The types of the tables. Names are camelCase here. Kysely's CamelCasePlugin turns them into snake_case. */
export type Tables = ServiceTables &
  AuditTables &
  AdoptionTables &
  RecoveryTables &
  ApprovalTables & {
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
    passkeyChallenges: PasskeyChallenges;
    lastLogins: { userId: string; at: Date };
    outbox: Outbox;
    letters: Letters;
    signingKeys: SigningKeys;
    areas: Areas;
    areaVersions: AreaVersions;
    rollout: RolloutRow;
    graces: Graces;
    exemptions: Exemptions;
    passwordLinks: PasswordLinks;
    forgottenLinks: ForgottenLinks;
    callerChecks: CallerChecks;
    notMeLinks: NotMeLinks;
    eventReceivers: EventReceivers;
    eventDeliveries: EventDeliveries;
  };

type Users = {
  id: string;
  username: string;
  email: string | null;
  phone: string | null;
  /** Null: the language of the installation. */
  language: ColumnType<string | null, string | null | undefined>;
  passwordHash: string | null;
  passwordHistory: ColumnType<string[], string[] | undefined>;
  passwordChangedAt: Date;
  passwordByMail: Generated<boolean>;
  passwordless: Generated<boolean>;
  roles: string[];
  status: Generated<'active' | 'disabled'>;
  factorsChangedAt: Date | null;
  mfaResetAt: Date | null;
  /** When the owner locked the account by the link of a letter. */
  reportedAt: Date | null;
  /** When an administrator last enabled the account. */
  enabledAt: Generated<Date | null>;
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
  isPasskey: Generated<boolean>;
  aaguid: string | null;
  version: Generated<number>;
};

/** What the service keeps of a removed factor. */
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
  /** One count for each level, the weakest first. `failedBy` and `inARowBy` are alike. */
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

type PasskeyChallenges = {
  challengeHash: string;
  area: AreaName;
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

/** The times in seals and cuts are text: see SealedEvent. */
type AuditTables = {
  auditEvents: AuditEvents;
  auditSeals: Seal;
  auditCut: Cut;
  auditDeliveries: { place: string; number: number; claimedUntil: Date | null };
};

type AuditEvents = {
  seq: Generated<number>;
  at: Date;
  type: string;
  outcome: 'success' | 'failure' | 'refused';
  userId: string | null;
  actorId: string | null;
  area: string | null;
  method: string | null;
  factorId: string | null;
  sessionId: string | null;
  requestId: string | null;
  ip: string | null;
  userAgent: string | null;
  detail: JSONColumnType<Record<string, unknown>> | null;
};

/** Devices that skip the second step. */
type TrustedDevices = {
  id: string;
  userId: string;
  area: AreaName;
  acr: string;
  method: string;
  label: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date;
  passwordChangedAt: Date;
  factorsChangedAt: Date | null;
  ip: string | null;
  userAgent: string | null;
};

/** The tokens of trusted devices, including exchanged ones. */
type DeviceTokens = {
  tokenHash: string;
  deviceId: string;
  createdAt: Date;
  usedAt: Date | null;
  sessionId: string | null;
};

/** How many messages were sent, for each subject. */
type Sends = { subject: string; sent: number; windowEndsAt: Date; lastSentAt: Date };

type SmsTexts = {
  id: string;
  factorId: string;
  country: string;
  isNew: boolean;
  sentAt: Date;
  answeredAt: Date | null;
  failed: Generated<boolean>;
};

type SmsBreakers = { scope: string; trippedAt: Date; resumesAt: Date; closedAt: Date | null };

type PasswordLinks = ForgottenLinks & { purpose: 'invitation' | 'forgotten' | 'helpdesk' };

type ForgottenLinks = {
  userId: string;
  tokenHash: string;
  sentTo: string;
  passwordChangedAt: Date;
  createdAt: Date;
  expiresAt: Date;
};

type Outbox = {
  id: string;
  channel: Generated<'mail' | 'sms'>;
  messageSealed: string;
  createdAt: Date;
  nextAttemptAt: Date;
  attempts: Generated<number>;
  number: GeneratedAlways<number>;
  heldLogin: Generated<string | null>;
  heldUser: Generated<string | null>;
  heldNetwork: Generated<string | null>;
  toldOnce: Generated<string | null>;
  username: Generated<string | null>;
  subject: Generated<string | null>;
  hint: Generated<string | null>;
  trouble: Generated<string | null>;
};

/** Mails and text messages that were sent or given up. */
type Letters = {
  id: string;
  channel: Generated<'mail' | 'sms'>;
  username: string;
  subject: string;
  hint: string;
  createdAt: Date;
  endedAt: Date;
  sent: boolean;
  trouble: string | null;
};

/** The tables of service accounts. */
type ServiceTables = {
  serviceAccounts: ServiceAccounts;
  serviceCredentials: ServiceCredentials;
  usedAssertions: UsedAssertions;
  revokedTokens: RevokedTokens;
};

type ServiceAccounts = {
  id: string;
  name: string;
  owner: string;
  description: string | null;
  scopes: string[];
  networks: string[];
  enabledFrom: Date | null;
  enabledUntil: Date | null;
  status: Generated<'active' | 'disabled'>;
  createdAt: Date;
  version: Generated<number>;
};

type ServiceCredentials = {
  id: string;
  accountId: string;
  kind: 'secret' | 'public_key';
  secretHash: string | null;
  publicJwk: JSONColumnType<Record<string, unknown>> | null;
  thumbprint: string | null;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
};

type UsedAssertions = { accountId: string; jtiHash: string; expiresAt: Date };

type RevokedTokens = { jti: string; expiresAt: Date };
