/** An event as the chain covers it: every column, with `detail` as it is stored. */
export type SealedEvent = {
  readonly seq: number;
  /** RFC 3339 in UTC with six digits of a second. With a Date, a change of some microseconds would go unnoticed. */
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

/** A row of audit_seals. Times are as in an event. Hashes, marks, key and signature are base64url. */
export type Seal = {
  readonly number: number;
  /** The numbers of the events that the seal covers: see ranges.ts. */
  readonly events: string;
  readonly count: number;
  /** The highest `seq` that this seal or an earlier one covers. */
  readonly reached: number;
  /** The numbers up to `reached` that no seal covers and that an open transaction may still commit. */
  readonly open: string;
  readonly lastAt: string;
  readonly sealedAt: string;
  readonly eventsHash: string;
  /** The first bytes of each event's hash, in the order of `seq`. */
  readonly marks: string;
  readonly previous: string;
  readonly hash: string;
  /** The public key (Ed25519) to check the signature with. */
  readonly key: string;
  readonly signature: string;
};

/** A seal before it has a hash and a signature. */
export type Unsigned = Omit<Seal, 'hash' | 'signature'>;

/**
 * The part of each seal that the service writes outside the database. It is enough to notice a missing or replaced
 * seal, or that all later seals are missing.
 */
export type Checkpoint = Pick<Seal, 'number' | 'sealedAt' | 'previous' | 'hash' | 'key' | 'signature'>;

/** The last seal that retention removed, signed by the instance that removed it. */
export type Cut = {
  readonly through: number;
  readonly hash: string;
  readonly reached: number;
  readonly open: string;
  readonly cutAt: string;
  readonly key: string;
  readonly signature: string;
};

/** The start of the chain: the first seal names this as its predecessor. */
export const genesis = { number: 0, hash: '', reached: 0, open: '' } as const;

/** The part of a seal that the next seal continues from. */
export type Link = Pick<Seal, 'number' | 'hash' | 'reached' | 'open'>;

/**
 * The progress of sealing. `oldestUnsealed`: the time of the first event after the last seal. Null if there is none.
 */
export type Sealing = { readonly lastSeal: number; readonly oldestUnsealed: Date | null };

/**
 * In seconds: the longest time between numbering an event and committing it. The chain does not accept a later event.
 */
export const lateSeconds = 300;
