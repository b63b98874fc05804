import type { Challenge } from './answers.ts';
import type { Operations, Tokens } from './api-types.ts';
import type { StepUpDemand } from './authorized.ts';
import type { CallOptions, OperationKey } from './http.ts';

export type ClientOptions = {
  /** Where the service is: `https://login.example.gov`, or `/` for a page of the service itself. */
  readonly baseUrl: string | URL;
  /** Where the refresh token is kept: in a cookie that scripts cannot read, or in the memory of this page. */
  readonly mode: 'cookie' | 'memory';
  /**
   * Asks the user, for a route that wants a fresher or stronger factor. It answers the challenge by `verify` and the
   * like. The call is then repeated, once. Without new tokens the refusal is thrown.
   */
  readonly onStepUp?: (challenge: Challenge, demand: StepUpDemand) => Promise<unknown>;
  /** Origins beside the service's own to which `client.fetch` may send the access token. */
  readonly apis?: readonly string[];
  /** Where tokens of trusted devices are kept. Without it: in memory, until the page is closed. */
  readonly devices?: DeviceStore;
  /** How often a request is repeated that came too early (2), and the longest wait for that in seconds (10). */
  readonly retries?: number;
  readonly maxWait?: number;
  /** Milliseconds for one request (30,000). */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
};

/** The key names the user and the area. */
export type DeviceStore = {
  load(key: string): string | undefined | Promise<string | undefined>;
  save(key: string, token: string): unknown;
};

export type Login = {
  readonly username: string;
  readonly password: string;
  readonly area?: Tokens['area'] | undefined;
  /** A code of an app or a recovery code, to log in by one request. */
  readonly code?: string | undefined;
};

export type PasskeyLogin = {
  readonly area?: Tokens['area'] | undefined;
  /** The field needs `autocomplete="username webauthn"`. Ask again when the five minutes of a challenge are over. */
  readonly autofill?: boolean | undefined;
};

export type Proof = {
  readonly code?: string | undefined;
  /** What a security key or Duo gave. */
  readonly response?: unknown;
  /** Trust this device. A text is its label. */
  readonly rememberDevice?: boolean | string | undefined;
};

export type FactorChoice = { readonly method?: string | undefined; readonly factorId?: string | undefined };

/** These give or end tokens: only the client's own functions send them. */
type TokenOperation =
  | 'POST /auth/login'
  | 'POST /auth/passkey/verify'
  | 'POST /auth/refresh'
  | 'POST /auth/logout'
  | 'POST /auth/mfa/verify'
  | 'POST /auth/mfa/verify-enrollment';
export type CallKey = Exclude<OperationKey, TokenOperation>;
export type CallInput<Key extends CallKey> =
  Record<never, never> extends Operations[Key]['input']
    ? [input?: Operations[Key]['input'] & CallOptions]
    : [input: Operations[Key]['input'] & CallOptions];
