import type { PendingEnrolment, MethodOption as WireOption, Tokens as WireTokens } from './api-types.ts';
import type { SallyportProblem } from './problem.ts';

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;
type Camel<Fields> = {
  [Name in keyof Fields as Name extends string ? CamelCase<Name> : never]: Fields[Name];
};

// Every time is in milliseconds since 1970, by the clock of this device, so that an answer can be stored as JSON.

/** The user is logged in. The client keeps the tokens; none is in here. */
export type LoggedIn = {
  readonly kind: 'tokens';
  readonly area: WireTokens['area'];
  readonly expiresAt: number;
  /** What to show to the user, for example that a recovery code is spent. */
  readonly warning?: string;
  readonly backupCodesRemaining?: number;
  readonly newRecoveryCode?: string;
  /** With the first factor, and only this once. */
  readonly recoveryCodes?: readonly string[];
  readonly factorId?: string;
  readonly mfaEncouraged?: boolean;
  readonly graceUntil?: string;
  readonly deviceTrusted: boolean;
};

export type MethodOption = Camel<WireOption>;

/** What the method shows: where the code went, the options of a security key, the page of Duo, the code of a push. */
export type Shown = {
  readonly sentTo?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly redirectUrl?: string;
  readonly push?: boolean;
  readonly device?: string | null;
  readonly verificationCode?: string;
};

type Open = {
  readonly expiresAt: number;
  /** From then on the user may ask for another code. */
  readonly resendAt?: number;
  readonly attemptsRemaining?: number;
  /** Why the last answer did not do. The login is still open. */
  readonly problem?: SallyportProblem;
};

/** A factor is asked for. `tempToken` names this login; it opens nothing else. */
export type Challenge = Open & {
  readonly kind: 'challenge';
  readonly tempToken: string;
  /** Null: the default cannot be asked for at the moment. Choose one of `methods`. */
  readonly method: string | null;
  readonly factorId?: string;
  readonly hint?: string | null;
  readonly methods: readonly MethodOption[];
  readonly shown: Shown;
  /** False: too early to send. Ask again at `resendAt`, or choose another method. */
  readonly sent: boolean;
  /** Until then codes are not accepted. */
  readonly lockedUntil?: number;
  /** How long `rememberDevice` makes this device trusted. Absent: do not offer it. */
  readonly trustDeviceSeconds?: number;
  readonly username?: string;
  readonly area?: string;
};

type WireEnrolment<Method> = Extract<PendingEnrolment, { method: Method }>;
export type EnrolmentMethod = PendingEnrolment['method'];
/** A new factor waits for its first answer. `method` tells which fields there are. */
export type Enrolment<Method extends EnrolmentMethod = EnrolmentMethod> = Method extends EnrolmentMethod
  ? Open &
      Camel<Omit<WireEnrolment<Method>, 'next_step' | 'expires_in' | 'resend_in'>> & {
        readonly kind: 'enrolment';
        readonly enrolmentToken?: string | undefined;
      }
  : never;

/** This area demands a factor. `enroll(method, {}, { as: answer })` begins. */
export type MustEnrol = {
  readonly kind: 'must_enrol';
  readonly methods: readonly string[];
  readonly enrolmentToken?: string;
  readonly expiresAt?: number;
  readonly graceEndedAt?: string | null;
};

/** The user has not decided yet. `waitForPush` asks again at `retryAt`. */
export type Pending<Target = Challenge | Enrolment> = {
  readonly kind: 'pending';
  readonly retryAt: number;
  readonly target: Target;
};

export type Answer<Target = Challenge> = LoggedIn | Target | MustEnrol | Pending<Target>;

export const soon = (seconds: number) => Date.now() + seconds * 1000;

/** `qr_code_png` becomes `qrCodePng`. Only the names of this level change. */
export function camel(fields: object): Record<string, unknown> {
  const rename = (name: string) => name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [rename(name), value]));
}

/** Turns the seconds of an answer into times, and drops what is only of the wire. */
export function timed(fields: object): Record<string, unknown> {
  const { expires_in, resend_in, retry_after, next_step, message, ...rest } = fields as Record<
    string,
    unknown
  >;
  return {
    ...camel(rest),
    ...(typeof expires_in === 'number' && { expiresAt: soon(expires_in) }),
    ...(typeof resend_in === 'number' && { resendAt: soon(resend_in) }),
    ...(typeof retry_after === 'number' && { lockedUntil: soon(retry_after) }),
  };
}
