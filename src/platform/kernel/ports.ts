import type { Policy } from '../../domain/policy/policy.ts';
import type { LiveService } from '../../domain/service-accounts/service-principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';

/** When this instance last saw each session in use: see createActivity. */
export type Activity = {
  readonly note: (session: Pick<LiveSession, 'id' | 'lastActiveAt'>, policy: Policy, now: Date) => void;
  /** Writes what is due, or everything. Throws if a write failed; the next run tries it again. */
  readonly flush: (now: Date, all?: 'all') => Promise<void>;
  /** The session with the later of two times: that of its row, and that which this instance saw. */
  readonly asSeen: <Seen extends Pick<LiveSession, 'id' | 'lastActiveAt'>>(session: Seen) => Seen;
};

/** The sessions that this instance remembers, so that a guarded request needs no round trip. */
export type SessionCache = Activity & {
  /**
   * Reads the database if `fresh` is given. Otherwise the session may be up to five seconds old. `lastActiveAt` includes
   * what this instance saw.
   */
  readonly find: (
    id: string,
    now: Date,
    options?: { readonly fresh: true },
  ) => Promise<LiveSession | undefined>;
  /** Called for each notification, and by code of this instance that changes a session. */
  readonly forgetUser: (userId: string) => void;
};

/** The ids in a service token. */
export type ServiceTokenIds = Readonly<Record<'accountId' | 'credentialId' | 'tokenId', string>>;

/** The accounts of service tokens that this instance remembers, at most five seconds old. */
export type ServiceCache = {
  readonly find: (of: ServiceTokenIds, now: Date) => Promise<LiveService | undefined>;
  /** Called for each notification, and by code of this instance that changes an account. */
  readonly forgetAccount: (accountId: string) => void;
};

/**
 * How long this instance took to answer verifications, in milliseconds. It counts in memory and writes at intervals.
 */
export type VerificationTimes = {
  readonly note: (ms: number) => void;
  readonly flush: (now: Date) => Promise<void>;
};

export type HashState = {
  readonly running: number;
  readonly waiting: number;
  /** Since the start. */
  readonly refused: number;
};

/** Hashes and checks passwords. Throws 503 dependency-unavailable where too many callers wait. */
export type Hasher = {
  /** `line`: the queue in which the caller waits, such as the client's network. */
  readonly hash: (password: string, line?: string) => Promise<string>;
  /** False for null and for text that is not a hash. Both take as long as a wrong password. */
  readonly verify: (phc: string | null, password: string, line?: string) => Promise<boolean>;
  readonly needsRehash: (phc: string) => boolean;
  readonly state: () => HashState;
};

export type OutboxFigures = {
  readonly waiting: number;
  /** How many of the waiting mails could not be sent at least once. */
  readonly failing: number;
  readonly oldest: Date | null;
};

/** Whether the clock of this instance agrees with that of the database. */
export type ClockWatch = {
  /**
   * Throws 503 dependency-unavailable while the clock is wrong. The check is free unless the clock has jumped since the
   * last comparison. Then it compares at once.
   */
  readonly assertRight: () => void | Promise<void>;
  /** Compares now. Throws if the database does not answer, and keeps the last result. */
  readonly compare: () => Promise<boolean>;
  /** Records a time of the database that another query has read. Returns whether the clocks agree. */
  readonly note: (databaseTime: Date) => boolean;
};

/** Where the mails with a link to set a password lead. */
export type LinkMails = {
  /** The page for an invitation. `/invite` is a page of this service alone. */
  readonly invitePath: '/invite' | '/reset';
};

export type EventFigures = {
  /** Security events that receivers have still to take. */
  readonly waiting: number;
  /** Events that the service gave up. */
  readonly parked: number;
  readonly oldest: Date | null;
};

export type PostedEvent = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Sends security events to receivers. */
export type EventSender = {
  /** Exact origins that may stand in the service's own network, and may use http. */
  readonly internal: readonly string[];
  /** Any status is an answer. Throws if there is none in time, or if the address is not allowed. */
  readonly post: (post: PostedEvent) => Promise<{ readonly status: number; readonly body: string }>;
  readonly close: () => Promise<void>;
};
