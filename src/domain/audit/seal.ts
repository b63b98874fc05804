/** An event as the chain sees it: every column, `at` in microseconds, the detail as it is stored. */
export type SealedEvent = {
  readonly seq: number;
  /** RFC 3339 in UTC with six digits of a second, for a column may be changed by less than a Date can tell. */
  readonly at: string;
  readonly type: string;
  readonly outcome: string;
  readonly userId: string | null;
  readonly actorId: string | null;
  readonly area: string | null;
  readonly method: string | null;
  readonly factorId: string | null;
  readonly sessionId: string | null;
  readonly requestId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly detail: unknown;
};

/** A row of audit_seals; times as in an event. Hashes, marks, key and signature are base64url. */
export type Seal = {
  readonly number: number;
  /** Which events it covers; see ranges.ts. */
  readonly events: string;
  readonly count: number;
  /** The highest seq in this seal and all before it. */
  readonly reached: number;
  /** Numbers up to `reached` that no seal covers and whose events may still commit. */
  readonly open: string;
  readonly lastAt: string;
  readonly sealedAt: string;
  readonly eventsHash: string;
  /** The first bytes of each event's hash, in the order of their seq. */
  readonly marks: string;
  readonly previous: string;
  readonly hash: string;
  /** The public key (Ed25519) that the signature is to be checked with. */
  readonly key: string;
  readonly signature: string;
};

/** What a seal is before it has a hash and a signature. */
export type Unsigned = Omit<Seal, 'hash' | 'signature'>;

/** What leaves the database of each seal: enough to notice that the seal, or all after it, has gone or was replaced. */
export type Checkpoint = Pick<Seal, 'number' | 'sealedAt' | 'previous' | 'hash' | 'key' | 'signature'>;

/** The last seal that retention has removed, and who says so. */
export type Cut = {
  readonly through: number;
  readonly hash: string;
  readonly reached: number;
  readonly open: string;
  readonly cutAt: string;
  readonly key: string;
  readonly signature: string;
};

/** Where the chain begins: what the first seal names as the one before. */
export const genesis = { number: 0, hash: '', reached: 0, open: '' } as const;

/** What the next seal is held against. */
export type Link = Pick<Seal, 'number' | 'hash' | 'reached' | 'open'>;

/** How far sealing has come. `oldestUnsealed`: when the first event behind the last seal happened, where there is one. */
export type Sealing = { readonly lastSeal: number; readonly oldestUnsealed: Date | null };

/** How long an event may take from getting its number to being committed. Later ones are no longer believed. */
export const lateSeconds = 300;
