/**
 * What a careful reader of the design expects of the service, and no more: plain facts, and what follows from them. It
 * imports nothing of the service, so that the service and its judge do not err together. Times are seconds.
 */
import type { Authenticator } from '../support/software-authenticator.ts';

export type Area = 'public' | 'vendor' | 'admin';

type App = { readonly id: string; readonly secret: string; lastStep: number };
/** A passkey: only beside an app, so that the app stays the factor that is asked for. */
type Key = { readonly id: string; readonly authenticator: Authenticator };
type Pending = { readonly id: string; readonly secret: string; readonly endsAt: number };

export type Account = {
  readonly name: string;
  readonly id: string;
  readonly username: string;
  readonly email: string;
  /** Null: the helpdesk withdrew it, or its owner gave it up. */
  password: string | null;
  /** Its owner gave the password up, and logs in by passkeys. */
  passwordless: boolean;
  /** Passwords that were right once. */
  readonly formerPasswords: string[];
  active: boolean;
  /** Its owner locked it by the link of a letter. */
  reported: boolean;
  roles: readonly string[];
  apps: App[];
  pending: Pending[];
  keys: Key[];
  recovery: string[];
  readonly deadCodes: string[];
  /** The code that was taken last. */
  spentCode: string | null;
  bypass: { readonly code: string; uses: number; readonly endsAt: number } | null;
  /** The helpdesk removed the factors, and none was enrolled since. */
  mustEnrol: boolean;
  /** Rises with every change of password, roles, status and factors, and with every act of the helpdesk. */
  version: number;
  factorsVersion: number;
  readonly answers: { failed: number; endsAt: number; inARow: number; lockedUntil: number };
  readonly guesses: { failed: number; endsAt: number };
};

export type Level = {
  readonly amr: readonly string[];
  /** Of the last second step; null after a password alone. */
  readonly mfaTime: number | null;
  /** The app; 'backup' for a recovery or bypass code. Null after a password alone. */
  readonly by: string | null;
  /** By a passkey. */
  readonly isPhr?: boolean;
};

export type Session = {
  readonly name: string;
  readonly owner: Account;
  readonly area: Area;
  readonly sid: string;
  readonly authTime: number;
  readonly endsAt: number;
  level: Level;
  /** The device that opened it in place of a factor. */
  readonly device: Device | null;
  seen: { least: number; most: number };
  ended: boolean;
  /** Rises with a step-up: older access tokens are over. */
  generation: number;
  /** Rises with a step-up and with an enrolment: older refresh tokens are over. */
  raises: number;
};

export type Access = {
  readonly token: string;
  readonly session: Session;
  readonly level: Level;
  readonly generation: number;
  readonly endsAt: number;
};
export type Refresh = {
  readonly token: string;
  readonly session: Session;
  readonly raises: number;
  readonly parent: Refresh | null;
  usedAt: number | null;
  /** Of its successors, the one that was used first. */
  heir: Refresh | null;
};
export type Temp = {
  readonly token: string;
  readonly owner: Account;
  readonly area: Area;
  /** Of a step-up. */
  readonly session: Session | null;
  readonly appId: string;
  readonly at: number;
  readonly endsAt: number;
  state: 'open' | 'passed' | 'dead';
  /** Its challenge was answered beside an access token. Then no code of the app answers it any more. */
  answered: boolean;
};
export type Proof = {
  readonly token: string;
  readonly access: Access;
  readonly factorsVersion: number;
  readonly at: number;
  readonly endsAt: number;
};
export type Device = {
  readonly owner: Account;
  readonly area: Area;
  readonly endsAt: number;
  readonly tokens: { readonly token: string; usedAt: number | null }[];
  ended: boolean;
};
export type Link = {
  readonly token: string;
  readonly owner: Account;
  readonly kind: 'forgotten' | 'helpdesk';
  readonly endsAt: number;
  over: boolean;
};
export type Enrolment = {
  readonly token: string;
  readonly owner: Account;
  readonly area: Area;
  readonly at: number;
  readonly endsAt: number;
  readonly version: number;
};

/** The link “it was not me” of a letter. It can be used as soon as the letter has left. */
export type Letter = {
  readonly token: string;
  readonly owner: Account;
  readonly notice: string;
  readonly writtenAt: number;
  leftAt: number | null;
  over: boolean;
};
/** A check of who is calling. */
export type CallerCheck = {
  readonly id: string;
  readonly number: string;
  readonly owner: Account;
  readonly asker: Account;
  endsAt: number;
  attempts: number;
  state: 'open' | 'passed' | 'failed' | 'used';
};
/** The request to reset a second factor, which a second person must approve. */
export type Approval = {
  readonly id: string;
  readonly owner: Account;
  readonly asker: Account;
  readonly version: number;
  endsAt: number;
  state: 'open' | 'approved' | 'over';
};
/** An own recovery of an account: by a recovery code and a colleague. */
export type Recovery = {
  readonly code: string;
  readonly owner: Account;
  readonly version: number;
  endsAt: number;
  over: boolean;
  readonly shown: Set<'recovery_code' | 'colleague'>;
  /** The colleagues have their letter. */
  asked: boolean;
  /** The code that a colleague reads to the person. */
  spoken: string | null;
  guesses: number;
  /** Null: proofs are missing. */
  readyAt: number | null;
};

/** The rules that administrators may change. */
export type Rules = {
  rollout: 'soft' | 'full';
  vendorMfa: 'optional' | 'required';
  /** To reset a second factor takes a second person. */
  secondPerson: boolean;
};
export const firstRules: Rules = { rollout: 'soft', vendorMfa: 'optional', secondPerson: false };

export const limits = {
  access: { public: 900, vendor: 1800, admin: 300 },
  idle: { public: 3600, vendor: Number.POSITIVE_INFINITY, admin: 900 },
  absolute: { public: 12 * 3600, vendor: 1800, admin: 8 * 3600 },
  refreshGrace: { public: 10, vendor: 0, admin: 0 },
  temp: 300,
  proof: 600,
  enrolment: 600,
  fresh: 300,
  device: 30 * 86_400,
  link: { forgotten: 1800, helpdesk: 86_400 },
  letter: 7 * 86_400,
  callerCheck: 600,
  callerAnswers: 3,
  approval: 86_400,
  recoveryLink: 1800,
  recoveryProofs: 86_400,
  recoveryWait: 4 * 3600,
  recoveryEnd: 72 * 3600,
  colleagueGuesses: 5,
} as const;

export const passwordAlone: Level = { amr: ['pwd'], mfaTime: null, by: null };

export function acrOf({ by, isPhr }: Level): string {
  if (isPhr) return 'phr';
  return by === null ? 'urn:sallyport:acr:1' : 'urn:sallyport:acr:2';
}

export function admits(area: Area, { roles }: Account): boolean {
  if (area === 'public') return true;
  const wanted = area === 'vendor' ? ['vendor'] : ['admin', 'helpdesk', 'auditor'];
  return wanted.some((role) => roles.includes(role));
}

/** What a right password leads to. */
export function requirementOf(rules: Rules, area: Area, user: Pick<Account, 'apps' | 'mustEnrol'>) {
  const enrolled = user.apps.length > 0;
  if (user.mustEnrol && !enrolled) return 'enrolment';
  if (area === 'vendor' && rules.vendorMfa === 'optional') return 'nothing';
  if (enrolled) return 'factor';
  if (area === 'public') return rules.rollout === 'full' ? 'enrolment' : 'nothing';
  return 'enrolment';
}

/** Whether some area would not let this user in without a factor: then the last one stays. */
export function mustKeepFactor(rules: Rules, owner: Account): boolean {
  const without = { apps: [], mustEnrol: owner.mustEnrol };
  return (['public', 'vendor', 'admin'] as const).some(
    (area) => admits(area, owner) && requirementOf(rules, area, without) === 'enrolment',
  );
}

export function isBlocked({ answers }: Account, now: number): boolean {
  return answers.lockedUntil > now || (answers.endsAt > now && answers.failed >= 3);
}

export function isLive({ state, endsAt }: Approval, now: number): boolean {
  return state !== 'over' && now < endsAt;
}

/** Any change of the account ends its recoveries. */
export function goesOn({ owner, version, endsAt, over }: Recovery, now: number): boolean {
  return !over && now < endsAt && owner.active && owner.version === version;
}

/** Without a password, two passkeys open an account, or one and what is left on paper. */
export function opensWithoutPassword(keys: number, { recovery }: Account): boolean {
  return keys >= 2 || (keys === 1 && recovery.length > 0);
}

/** An answer is counted before it is compared. */
function countAnswer({ answers }: Account, now: number): void {
  if (answers.endsAt > now) return;
  answers.failed = 0;
  answers.endsAt = now + 900;
}

/** Gives how many attempts remain. */
export function noteWrong(owner: Account, now: number): number {
  countAnswer(owner, now);
  const { answers } = owner;
  answers.failed += 1;
  answers.inARow += 1;
  if (answers.inARow % 10 === 0) answers.lockedUntil = now + 1800;
  return answers.lockedUntil > now ? 0 : 3 - answers.failed;
}

export function noteUsed(owner: Account, now: number): void {
  countAnswer(owner, now);
}

export function notePass({ answers }: Account, now: number): void {
  Object.assign(answers, { failed: 0, endsAt: now, inARow: 0, lockedUntil: 0 });
}

export function noteGuess({ guesses }: Account, now: number): void {
  if (guesses.endsAt <= now) Object.assign(guesses, { failed: 0, endsAt: now + 900 });
  guesses.failed += 1;
}

export function isGuessedOut({ guesses }: Account, now: number): boolean {
  return guesses.endsAt > now && guesses.failed >= 10;
}

/** A session is at the level of a password as soon as its factor is gone. */
export function levelNow({ level, owner }: Session): Level {
  const { by } = level;
  const remains =
    by === null ||
    (by === 'backup' ? owner.apps.length > 0 : [...owner.apps, ...owner.keys].some(({ id }) => id === by));
  return remains ? level : passwordAlone;
}

/** A login by a passkey alone shows no password. */
function hasPassword({ level }: Session): boolean {
  return level.amr.includes('pwd');
}

/** The level of a session that was opened at one, after another factor was shown. */
export function levelAfter(session: Session, { amr, ...level }: Level): Level {
  return { ...level, amr: hasPassword(session) ? amr : amr.filter((one) => one !== 'pwd') };
}

type Sure = 'live' | 'over' | 'either';

export function stateOf(session: Session, now: number): Sure {
  const { owner, area, ended, endsAt, seen } = session;
  if (ended || !owner.active || now >= endsAt) return 'over';
  if (!hasPassword(session) && levelNow(session) === passwordAlone) return 'over';
  if (now - seen.most >= limits.idle[area]) return 'over';
  return now - seen.least >= limits.idle[area] ? 'either' : 'live';
}

export function stateOfAccess({ session, generation, endsAt }: Access, now: number): Sure {
  if (now >= endsAt || generation !== session.generation) return 'over';
  return stateOf(session, now);
}

/** What a token shows: never more than its session still has. */
export function shownBy({ session, level }: Access): Level {
  return levelNow(session).mfaTime === null ? passwordAlone : level;
}

export function isFresh({ mfaTime }: Level, now: number): boolean {
  return mfaTime !== null && now - mfaTime <= limits.fresh;
}

export function isProofGood(proof: Proof, access: Access, now: number): boolean {
  const { owner } = access.session;
  return proof.access === access && now < proof.endsAt && proof.factorsVersion === owner.factorsVersion;
}

/** Whether a session suffices where its area asks for a factor. */
export function suffices(session: Session): boolean {
  return session.device !== null && session.level.by === null ? true : levelNow(session).by !== null;
}
