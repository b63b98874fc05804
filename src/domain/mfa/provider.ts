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
  /** The owner approves on a device. While they report an attack, nobody is asked and no approval counts. */
  readonly approved?: true;
  /** May be answered without a challenge: the user already has the code. */
  readonly challengeless: boolean;
  /** Opening a challenge reaches the owner over a channel: a mail, a text message, a push, a prompt. */
  readonly delivery?: Delivery<Data>;
  /** Stands in for any other factor at login. Comes with the first factor and is no factor by itself. */
  readonly backup?: Backup<Data>;

  readonly setup: ZodType<Setup> & ZodObject; // told by the client to enrol
  readonly shows: ZodRawShape; // told to the client on enrolment
  readonly data: ZodType<Data>; // kept on the factor, sealed
  readonly state: ZodType<State>; // kept on the challenge, sealed
  readonly answer: ZodType<Answer>; // told by the client to verify

  /** `owned`: of the confirmed factors of this method that the user has already. */
  enrol(setup: Setup, context: Context, owned?: readonly Data[]): Promise<Enrolment<Data>>;
  challenge(factor: Factor<Data>, context: Context): Promise<Prompt<State>>;
  verify(attempt: VerifyInput<Data, State, Answer>, context: Context): Promise<Verdict<Data>>;
}

export interface Delivery<Data = unknown> {
  /** The address that a challenge is sent to. Null if the client brings the user there. A send is limited before it is made. */
  sendsTo(data: Data): string | null;
  /** The cost of opening a challenge. Where a text message is held back, the cheapest factor is asked for. */
  readonly cost: Cost;
  /** How often a challenge may reach the owner. Without it, the limits of sent codes apply. */
  readonly pace?: Pace;
  /** Of a message with a price: the budgets that it takes from (features/sms). */
  toll?(data: Data): Toll;
}

export interface Backup<Data = unknown> {
  /** The audit event and the notice to the owner when one is used. */
  readonly usageEvent: EventType;
  readonly notice: Notice;
  /** How many codes are left, if there is a supply of them. */
  remaining?(data: Data): number;
  /** One more code in place of a used one. It is shown to its owner once. */
  renew?(data: Data): Renewal<Data>;
}

/** Where opening a challenge sends something; null if nowhere. */
export function destinationOf({ delivery }: Pick<MFAProvider, 'delivery'>, data: unknown): string | null {
  return delivery?.sendsTo(data) ?? null;
}

/** Which part of the world's numbers a message goes to: ISO 3166, and the number without its last digits. */
export type Toll = { readonly country: string; readonly prefix: string };

/** In rising order: a mail, a push, a text message. */
export type Cost = 1 | 2 | 3;

export type Context = {
  readonly now: Date;
  /** The address of whoever asks, for those who decide by it. */
  readonly from?: string;
  readonly user: { readonly id: string; readonly username: string; readonly email: string | null };
};

export type Factor<Data = unknown> = {
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

export type Renewal<Data> = { readonly data: Data; readonly left: number; readonly code: string };

/** `state` is kept for `verify`; `show` tells the client what to do next. */
export type Prompt<State> = { readonly state: State; readonly show: Show };

export type VerifyInput<Data, State, Answer> = {
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
