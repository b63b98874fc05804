import type { ZodObject, ZodRawShape, ZodType } from 'zod';
import type { EventType } from '../audit/events.ts';
import type { Notice } from '../notices/notices.ts';
import type { AssuranceLevel } from '../policy/assurance-level.ts';
import type { Pace } from '../throttling/send-limits.ts';

/**
 * One way of proving a second factor.
 *
 * A provider is told everything it needs and returns everything it wants remembered.
 * It never sees the database, the request, the token or the clock, so replay, guessing and expiry
 * are handled once for all methods: in attempt.ts and its store.
 */
export interface MFAProvider<Setup = unknown, Data = unknown, State = unknown, Answer = unknown> {
  /** Name in JSON and in the factors table, such as `totp`. Never renamed. */
  readonly method: string;
  /** What a user reads where no label was given. */
  readonly title: string;
  /** RFC 8176 values (and private ones) that a passed challenge adds to the token's `amr`. */
  readonly amr: readonly string[];
  /** What a login with this factor reaches at best: its `acr`. A verdict may grade it lower. */
  readonly level: AssuranceLevel;
  /** Can the right answer be found by trying? Then every answer costs an attempt. */
  readonly guessable: boolean;
  /** A restricted authenticator in NIST's sense (SP 800-63B 3.2.9): wherever it is offered, that is said. */
  readonly restricted?: true;
  /** Stands in for any other factor at login, comes with the first one, and is none by itself. */
  readonly backup: boolean;
  /** How the audit calls that it was used, and which letter its owner gets: of a backup, whose use is news. */
  readonly usageNotice?: { readonly event: EventType; readonly notice: Notice };
  /** How often opening a challenge may reach the owner, where that is not as codes are sent. */
  readonly pace?: Pace;
  /** What opening a challenge costs, against others: the cheapest is asked where one cannot be sent. Nothing where it is not said. */
  readonly cost?: Cost;
  /** Answered by a yes of the owner on a device: nobody is asked and no yes counts while they report an attack. */
  readonly approved?: true;
  /** May be answered without a challenge having been opened: the code is in the user's hand. */
  readonly challengeless: boolean;

  readonly setup: ZodType<Setup> & ZodObject; // told by the client to enrol
  readonly shows: ZodRawShape; // told to the client on enrolment
  readonly data: ZodType<Data>; // kept on the factor, sealed
  readonly state: ZodType<State>; // kept on the challenge, sealed
  readonly answer: ZodType<Answer>; // told by the client to verify

  /** `owned`: of the confirmed factors of this method that the user has already. */
  enrol(setup: Setup, context: Context, owned?: readonly Data[]): Promise<Enrolment<Data>>;
  /** Where opening a challenge sends something. It is counted and limited before it is sent. */
  sendsTo(data: Data): string | null;
  /** Where a send is charged for by the message: whose budgets it takes from (features/sms). */
  toll?(data: Data): Toll;
  challenge(factor: Factor<Data>, context: Context): Promise<Prompt<State>>;
  verify(attempt: VerifyInput<Data, State, Answer>, context: Context): Promise<Verdict<Data>>;
  /** How many answers are left, where there is a supply of them. */
  remaining?(data: Data): number;
  /** One more answer, in place of one that was spent. Its owner is shown it once. */
  renew?(data: Data): Renewal<Data>;
}

/** Which part of the world's numbers a message goes to: ISO 3166, and the number without its last digits. */
export type Toll = { readonly country: string; readonly prefix: string };

/** In rising order: a mail, a push, a text message. */
type Cost = 1 | 2 | 3;

type Context = {
  readonly now: Date;
  /** The address of whoever asks, for those who decide by it. */
  readonly from?: string;
  readonly user: { readonly id: string; readonly username: string; readonly email: string | null };
};

type Factor<Data = unknown> = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly data: Data;
  readonly version: number;
};

/** What the client is told once, and nobody keeps: a QR code, a list of recovery codes. */
export type Show = Readonly<Record<string, unknown>>;

export type Enrolment<Data> = {
  readonly data: Data;
  /** Which one it is, masked: `+1•••••••00`. */
  readonly hint: string | null;
  readonly show: Show;
};

type Renewal<Data> = { readonly data: Data; readonly left: number; readonly code: string };

/** `state` is kept for `verify`; `show` tells the client what to do next. */
export type Prompt<State> = { readonly state: State; readonly show: Show };

type VerifyInput<Data, State, Answer> = {
  readonly factor: Factor<Data>;
  /** Null where no challenge was opened: only `standing` methods see that. */
  readonly state: State | null;
  readonly answer: Answer;
};

export type Verdict<Data> =
  /** `data` replaces the factor's, and the pass counts only if that write wins: see attempt-store.ts. */
  | {
      readonly outcome: 'passed';
      readonly data?: Data;
      readonly left?: number;
      readonly grade?: Grade;
      /** What no other factor of this method may have: the id of a credential. */
      readonly uniqueId?: string;
    }
  /** Whoever decides let the user through without asking for anything: no factor was shown. */
  | { readonly outcome: 'waived' }
  /** Right, but spent before (RFC 6238 5.2). Nothing was guessed, so nothing is charged. */
  | { readonly outcome: 'used' }
  | { readonly outcome: 'failed' }
  | { readonly outcome: 'pending'; readonly retryAfterSeconds: number }
  /** The owner, or whoever decides for them, said no; `reported`: and that it was not they who asked. */
  | { readonly outcome: 'denied'; readonly reported?: true };

/** What was shown, where that is less than the best that the method can. */
export type Grade = { readonly level: AssuranceLevel; readonly amr: readonly string[] };

/**
 * Fixes the type parameters from the schemas, then forgets them. Forgetting is safe because
 * callers parse with the provider's own schemas before they call it.
 */
export function defineProvider<Setup, Data, State, Answer>(
  provider: MFAProvider<Setup, Data, State, Answer>,
): MFAProvider {
  return provider;
}

export type Providers = ReadonlyMap<string, MFAProvider>;
