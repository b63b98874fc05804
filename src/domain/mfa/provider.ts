import type { ZodObject, ZodRawShape, ZodType } from 'zod';
import type { EventType } from '../audit/events.ts';
import type { Notice } from '../notices/notices.ts';
import type { AssuranceLevel } from '../policy/assurance-level.ts';
import type { Pace } from '../throttling/send-limits.ts';

/**
 * One way of proving a second factor.
 *
 * A provider gets everything that it needs as arguments, and returns everything that is to be saved.
 * It never sees the database, the request, the token or the clock. Replay, throttling and expiry are handled once for all
 * methods: in features/mfa/verify-answer.ts and its stores.
 */
export interface MFAProvider<Setup = unknown, Data = unknown, State = unknown, Answer = unknown> {
  /** Name in JSON and in the factors table, such as `totp`. Never renamed. */
  readonly method: string;
  /** The label of a factor to which its user gave none. */
  readonly title: string;
  /** RFC 8176 values (and private ones) that a passed challenge adds to the token's `amr`. */
  readonly amr: readonly string[];
  /** The highest level (`acr`) of a login with this factor. A verdict may grade it lower. */
  readonly level: AssuranceLevel;
  /** Whether the right answer can be found by trying. Then every answer is counted as an attempt. */
  readonly guessable: boolean;
  /** A restricted authenticator in NIST's sense (SP 800-63B 3.2.9). The API says so wherever it offers the method. */
  readonly restricted?: true;
  /** The owner approves on a device. While they report an attack, nobody is asked and no approval counts. */
  readonly approved?: true;
  /** May be answered without a challenge: the user already has the code. */
  readonly challengeless: boolean;
  /** Opening a challenge reaches the owner over a channel: a mail, a text message, a push, a prompt. */
  readonly delivery?: Delivery<Data>;
  /** Stands in for any other factor at login. Comes with the first factor and is no factor by itself. */
  readonly backup?: Backup<Data>;

  readonly setup: ZodType<Setup> & ZodObject; // sent by the client to enrol
  readonly shows: ZodRawShape; // shown to the client at enrolment
  readonly data: ZodType<Data>; // kept on the factor, encrypted
  readonly state: ZodType<State>; // kept on the challenge, encrypted
  readonly answer: ZodType<Answer>; // sent by the client to verify

  /** `owned`: the data of the user's confirmed factors of this method. */
  enrol(setup: Setup, context: Context, owned?: readonly Data[]): Promise<Enrolment<Data>>;
  challenge(factor: Factor<Data>, context: Context): Promise<Prompt<State>>;
  verify(attempt: VerifyInput<Data, State, Answer>, context: Context): Promise<Verdict<Data>>;
}

interface Delivery<Data = unknown> {
  /** The address that a challenge is sent to. Null if the client brings the user there. A send is limited before it is made. */
  sendsTo(data: Data): string | null;
  /** The cost of opening a challenge. Where a text message is held back, the cheapest factor is asked for. */
  readonly cost: Cost;
  /** How often a challenge may reach the owner. Without it, the limits of sent codes apply. */
  readonly pace?: Pace;
  /** Of a message with a price: the budgets that it takes from (features/sms). */
  toll?(data: Data): Toll;
}

interface Backup<Data = unknown> {
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

/** Where a priced message goes: the country (ISO 3166), and the number without its last digits. */
export type Toll = { readonly country: string; readonly prefix: string };

/** In rising order: a mail, a push, a text message. */
type Cost = 1 | 2 | 3;

type Context = {
  readonly now: Date;
  /** The client's IP address, for methods that decide by it. */
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

/** What the client is shown once and nobody keeps: a QR code, a list of recovery codes. */
export type Show = Readonly<Record<string, unknown>>;

export type Enrolment<Data> = {
  readonly data: Data;
  /** The masked address or number: `+1•••••••00`. */
  readonly hint: string | null;
  readonly show: Show;
};

type Renewal<Data> = { readonly data: Data; readonly left: number; readonly code: string };

/** `state` is kept for `verify`. `show` says to the client what to do next. */
export type Prompt<State> = { readonly state: State; readonly show: Show };

type VerifyInput<Data, State, Answer> = {
  readonly factor: Factor<Data>;
  /** Null if no challenge was opened, which only `challengeless` methods see. */
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
      /** The id of a credential: no other factor of this method may have it. */
      readonly uniqueId?: string;
    }
  /** The provider's service let the user through without asking for a factor. */
  | { readonly outcome: 'waived' }
  /** Right, but used before (RFC 6238 5.2). Nothing was guessed, so nothing is counted. */
  | { readonly outcome: 'used' }
  | { readonly outcome: 'failed' }
  | { readonly outcome: 'pending'; readonly retryAfterSeconds: number }
  /** The owner, or the provider's service, refused. `reported`: the owner says that somebody else asked. */
  | { readonly outcome: 'denied'; readonly reported?: true };

/** The level and `amr` of what was shown, if that is less than the method's best. */
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
