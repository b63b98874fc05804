import type { ZodObject, ZodRawShape, ZodType } from 'zod';
import type { EventType } from '../audit/events.ts';
import type { Notice } from '../notices/notices.ts';
import type { AssuranceLevel } from '../policy/assurance-level.ts';
import type { Pace } from '../throttling/send-limits.ts';

/**
 * One method of proving a second factor.
 *
 * A provider gets everything that it needs as arguments, and returns everything that the caller must save. It never
 * sees the database, the request, the token or the clock. features/mfa/verify-answer.ts and its stores handle replay,
 * throttling and expiry for all methods.
 */
export interface MFAProvider<Setup = unknown, Data = unknown, State = unknown, Answer = unknown> {
  /** The name in JSON and in the factors table, such as `totp`. It must never change. */
  readonly method: string;
  /** The label of a factor if its user chose none. */
  readonly title: string;
  /** The RFC 8176 values (and private ones) that a passed challenge adds to the `amr` of the token. */
  readonly amr: readonly string[];
  /** The highest level (`acr`) of a login with this factor. A verdict may grade it lower. */
  readonly level: AssuranceLevel;
  /** Whether an attacker can find the right answer by trying. If so, every answer counts as an attempt. */
  readonly guessable: boolean;
  /** A restricted authenticator of NIST SP 800-63B 3.2.9. The API says so wherever it offers the method. */
  readonly restricted?: true;
  /**
   * The owner approves on a device. After the owner reports an attack, the service sends no requests and accepts no
   * approval for some time.
   */
  readonly approved?: true;
  /** The user already has the code, so a client may send it without a challenge. */
  readonly challengeless: boolean;
  /** A challenge reaches the owner over a channel: a mail, a text message, a push, a prompt. */
  readonly delivery?: Delivery<Data>;
  /** Replaces any other factor at a login. The user gets it with the first factor. It does not count as a factor. */
  readonly backup?: Backup<Data>;
  /** The method can also be the only step of a login, in areas whose policy says so. */
  readonly passkey?: Passkey<Data, State, Answer>;

  readonly setup: ZodType<Setup> & ZodObject; // the client sends it to enrol
  readonly shows: ZodRawShape; // the client gets it at enrolment
  readonly data: ZodType<Data>; // stored with the factor, encrypted
  readonly state: ZodType<State>; // stored with the challenge, encrypted
  readonly answer: ZodType<Answer>; // the client sends it to verify

  /** `owned`: the data of the user's confirmed factors of this method. */
  enrol(setup: Setup, context: Context, owned?: readonly Data[]): Promise<Enrolment<Data>>;
  challenge(factor: Factor<Data>, context: Context): Promise<Prompt<State>>;
  verify(attempt: VerifyInput<Data, State, Answer>, context: Context): Promise<Verdict<Data>>;
}

/**
 * A login without a name and a password. The authenticator finds the credential by itself, and verifies the user by
 * PIN, finger or face. So the one step proves two factors.
 */
interface Passkey<Data = unknown, State = unknown, Answer = unknown> {
  /** The schema of the `response` of such an answer. */
  readonly response: ZodType;
  /** A challenge for nobody in particular. The service keeps its hash. */
  prompt(): Promise<{ readonly challenge: string; readonly show: Show }>;
  /** What an answer says of itself, before anything is verified. Null if it can be no such answer. */
  claimOf(answer: Answer): PasskeyClaim | null;
  /** The state that `verify` needs for an answer to this challenge. */
  stateOf(challenge: string): State;
  /** Whether the credential belongs to the account that the authenticator names. */
  isOwners(data: Data, answer: Answer): boolean;
  /** What the browser of the owner may learn, so that it forgets passkeys that are no longer accepted. */
  accountOf(owned: readonly Data[]): PasskeyAccount;
  /** The name of a model of authenticators. Null if it is not known here. */
  modelName(aaguid: string): string | null;
  /** A credential whose key nobody has. `verify` does the same work for it as for a real one. */
  decoyFor(answer: Answer): Promise<Data>;
}

/** The domain, the handle of the user (null without a credential), and the ids of the accepted credentials. */
export type PasskeyAccount = {
  readonly rpId: string;
  readonly userHandle: string | null;
  readonly credentialIds: readonly string[];
};

/** `uniqueId`: see `Verdict`. `challenge`: the challenge that the answer was made for. */
type PasskeyClaim = { readonly uniqueId: string; readonly challenge: string };

interface Delivery<Data = unknown> {
  /**
   * The address that the service sends a challenge to. Null if the client takes the user to the prompt. The service
   * checks the limits before it sends.
   */
  sendsTo(data: Data): string | null;
  /** The cost of a challenge. If the service holds a text message back, it asks for the cheapest other factor. */
  readonly cost: Cost;
  /** How often a challenge may reach the owner. By default, the limits of sent codes apply. */
  readonly pace?: Pace;
  /** For a message with a price: the budgets that it uses (features/sms). */
  toll?(data: Data): Toll;
  /** Whether the carrier also takes words of this service. Then notices of dangers go to the same destination. */
  readonly carriesNotices?: boolean;
}

interface Backup<Data = unknown> {
  /** The audit event and the notice to the owner after a use. */
  readonly usageEvent: EventType;
  readonly notice: Notice;
  /** How many codes are left, for a method with a list of codes. */
  remaining?(data: Data): number;
  /** A new code in place of a used one. The owner sees it once. */
  renew?(data: Data): Renewal<Data>;
}

/** The address that a challenge is sent to. Null if the service sends nothing. */
export function destinationOf({ delivery }: Pick<MFAProvider, 'delivery'>, data: unknown): string | null {
  return delivery?.sendsTo(data) ?? null;
}

/** The destination of a message with a price: the country (ISO 3166), and the number without its last digits. */
export type Toll = { readonly country: string; readonly prefix: string };

/** In ascending order: a mail, a push, a text message. */
type Cost = 1 | 2 | 3;

type Context = {
  readonly now: Date;
  /** The client's IP address, for methods that use it in their decision. */
  readonly from?: string;
  readonly user: {
    readonly id: string;
    readonly username: string;
    readonly email: string | null;
    /** Null: the language of the installation. */
    readonly language: string | null;
  };
};

type Factor<Data = unknown> = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly data: Data;
  readonly version: number;
};

/** Data that the client gets once and the service does not keep: a QR code, a list of recovery codes. */
export type Show = Readonly<Record<string, unknown>>;

export type Enrolment<Data> = {
  readonly data: Data;
  /** The masked address or number: `+1•••••••00`. */
  readonly hint: string | null;
  readonly show: Show;
};

type Renewal<Data> = { readonly data: Data; readonly left: number; readonly code: string };

/** The service keeps `state` for `verify`. `show` tells the client what to do next. */
export type Prompt<State> = { readonly state: State; readonly show: Show };

type VerifyInput<Data, State, Answer> = {
  readonly factor: Factor<Data>;
  /** Null without a challenge. Only `challengeless` methods see that. */
  readonly state: State | null;
  readonly answer: Answer;
};

export type Verdict<Data> =
  /** `data` replaces the data of the factor. The pass counts only if that write succeeds: see attempt-store.ts. */
  | {
      readonly outcome: 'passed';
      readonly data?: Data;
      readonly left?: number;
      readonly grade?: Grade;
      /** The id of a credential. No other factor of this method may have the same id. */
      readonly uniqueId?: string;
      /** What the service learned about the authenticator. */
      readonly authenticator?: AuthenticatorFacts;
    }
  /** The provider's service let the user through without asking for a factor. */
  | { readonly outcome: 'waived' }
  /** The answer was right, but was used before (RFC 6238 5.2). Nobody guessed, so it does not count. */
  | { readonly outcome: 'used' }
  | { readonly outcome: 'failed' }
  | { readonly outcome: 'pending'; readonly retryAfterSeconds: number }
  /**
   * The owner or the provider's service refused. `reported`: the owner says that another person made the request.
   * `model`: this service does not allow authenticators of this model.
   */
  | { readonly outcome: 'denied'; readonly reported?: true; readonly model?: true };

/** `isPasskey`: it offers the credential without a name. `aaguid`: its model, if it says so. */
export type AuthenticatorFacts = { readonly isPasskey: boolean; readonly aaguid: string | null };

/** The level and `amr` that the user really showed, if they are less than the best of the method. */
export type Grade = { readonly level: AssuranceLevel; readonly amr: readonly string[] };

/**
 * Checks a provider's types against its schemas, then drops the type parameters. That is safe, because callers parse
 * with the provider's schemas before they call it.
 */
export function defineProvider<Setup, Data, State, Answer>(
  provider: MFAProvider<Setup, Data, State, Answer>,
): MFAProvider {
  return provider;
}

export type Providers = ReadonlyMap<string, MFAProvider>;
