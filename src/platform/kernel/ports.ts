import type { Policy } from '../../domain/policy/policy.ts';
import type { LiveService } from '../../domain/service-accounts/service-principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';

/** When this instance saw each session used: see createActivity. */
export type Activity = {
  readonly note: (session: Pick<LiveSession, 'id' | 'lastActiveAt'>, policy: Policy, now: Date) => void;
  /** Writes what is due, or all of it. Throws where a write failed; it is tried again in the next round. */
  readonly flush: (now: Date, all?: 'all') => Promise<void>;
  /** The session with the later of the two times: the one in its row, the one that this instance saw. */
  readonly asSeen: <Seen extends Pick<LiveSession, 'id' | 'lastActiveAt'>>(session: Seen) => Seen;
};

/** What this instance remembers of sessions, so that a guarded request costs no round trip. */
export type SessionCache = Activity & {
  /** Fresh from the database where `sure` is asked, else at most five seconds old; used as late as this instance saw it. */
  readonly find: (id: string, now: Date, sure?: 'sure') => Promise<LiveSession | undefined>;
  /** Called for each notification, and by whoever changes a session here. */
  readonly forgetUser: (userId: string) => void;
};

/** What a service token names. */
export type ServiceTokenIds = Readonly<Record<'accountId' | 'credentialId' | 'tokenId', string>>;

/** What this instance remembers of the accounts behind service tokens, at most five seconds old. */
export type ServiceCache = {
  readonly find: (of: ServiceTokenIds, now: Date) => Promise<LiveService | undefined>;
  /** Called for each notification, and by whoever changes an account here. */
  readonly forgetAccount: (accountId: string) => void;
};

/** How long this instance took to answer verifications: counted in memory, written in rounds. */
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

/** Hashes and checks passwords. Throws 503 dependency-unavailable where too many wait. */
export type Hasher = {
  /** `line`: in whose line to wait, such as the client's network. */
  readonly hash: (password: string, line?: string) => Promise<string>;
  /** False for null and for anything that is no hash, at the cost of a wrong password. */
  readonly verify: (phc: string | null, password: string, line?: string) => Promise<boolean>;
  readonly needsRehash: (phc: string) => boolean;
  readonly state: () => HashState;
};

export type OutboxFigures = {
  readonly waiting: number;
  /** Of these, how many could not be sent at least once. */
  readonly failing: number;
  readonly oldest: Date | null;
};

/** Whether the clock of this instance is known to be right. */
export type ClockWatch = {
  /**
   * Throws 503 dependency-unavailable while it is wrong. It costs nothing, but where the clock has jumped since it was
   * compared last: then it is compared at once.
   */
  readonly assertRight: () => void | Promise<void>;
  /** Compares now. Throws where the database does not answer; what was known before then stays. */
  readonly compare: () => Promise<boolean>;
  /** Remembers a time of the database that was asked for anyway. Whether the clocks agree. */
  readonly note: (databaseTime: Date) => boolean;
};
