import { CodedError } from '../../lib/error-name.ts';
import { dependencyUnavailable, invalidRequest, type Problem } from '../../lib/problem.ts';
import type { Reason } from '../../lib/problem-reasons.ts';

type TwilioRefusal = {
  readonly detail: string;
} & (
  | { readonly reason: Reason<'invalid-request'>; readonly pointer: '#/phone' }
  /** `wait`: seconds to wait. Absent where waiting does not help. */
  | { readonly reason: Reason<'dependency-unavailable'>; readonly wait?: number }
);

const phoneInvalid: TwilioRefusal = {
  reason: 'phone_invalid',
  detail: 'No text message can be sent to this number. Check it, with its country code, and try again.',
  pointer: '#/phone',
};
const phoneNotSmsCapable: TwilioRefusal = {
  reason: 'phone_not_sms_capable',
  detail:
    'This number cannot receive text messages; it may be a landline. Use a mobile number or another method.',
  pointer: '#/phone',
};
const blocked: TwilioRefusal = {
  reason: 'sms_blocked',
  detail: 'Text messages to this number are blocked. Use another method.',
};
const optedOut: TwilioRefusal = {
  reason: 'sms_blocked',
  detail:
    'This number has opted out of our text messages. Text START to the number they came from, or use another method.',
};
const rateLimited: TwilioRefusal = {
  reason: 'sms_rate_limited',
  detail: 'Too many text messages were requested. Wait ten minutes or use another method.',
  wait: 600,
};
const tooManyChecks: TwilioRefusal = {
  reason: 'sms_rate_limited',
  detail: 'Too many codes were tried for this number. Wait ten minutes or use another method.',
  wait: 600,
};
const unavailable: TwilioRefusal = {
  reason: 'sms_unavailable',
  detail: 'Text messages do not work at the moment. Try again in a few minutes or use another method.',
  wait: 60,
};

/** Any other code is `unavailable`. Most of those are faults of our own account or sender, and users can only wait. */
const byCode: ReadonlyMap<number | undefined, TwilioRefusal> = new Map<number, TwilioRefusal>([
  [21211, phoneInvalid],
  [21214, phoneInvalid], // cannot be reached
  [60200, phoneInvalid], // Verify: invalid parameter; only the number varies
  [21614, phoneNotSmsCapable],
  [21635, phoneNotSmsCapable], // landline
  [60205, phoneNotSmsCapable], // Verify: landline
  [21408, blocked], // country not allowed
  [21610, optedOut],
  [21612, blocked], // no route to this carrier
  [30450, blocked], // SMS pumping protection
  [60238, blocked],
  [60410, blocked], // Verify: fraud guard
  [60412, blocked],
  [60413, blocked],
  [60605, blocked], // Verify: country not allowed
  [20429, rateLimited],
  [21611, rateLimited], // the sender's queue is full
  [60202, tooManyChecks],
  [60203, rateLimited],
  [60207, rateLimited],
  [60212, rateLimited],
]);

/**
 * Turns an error of the Twilio client into the Problem that the user sees. It is 400 with `errors` at `#/phone` if the
 * number is at fault, else 503. A 503 has `retry_after` where waiting helps. Both have a `reason`. Codes:
 * https://www.twilio.com/docs/api/errors.
 *
 * Twilio's own messages repeat the phone number, and a network error contains the whole request with its password. So
 * the cause for the log is a new error with only the code and the status.
 */
export function twilioRefusal(error: unknown): Problem {
  const code = numberIn(error, 'code');
  const status = numberIn(error, 'status');
  const refusal = byCode.get(code) ?? (status === 429 ? rateLimited : unavailable);
  const { detail } = refusal;
  const cause = causeOf(error, code, status);
  if ('pointer' in refusal) {
    const { pointer, reason } = refusal;
    return invalidRequest({ errors: [{ pointer, detail }], reason }, cause);
  }
  const { reason, wait } = refusal;
  return dependencyUnavailable({ detail, reason, ...(wait && { retry_after: wait }) }, cause);
}

/** Only Twilio's codes are numbers. Codes of the network are words such as `ECONNREFUSED`. */
export function numberIn(error: unknown, key: 'code' | 'status'): number | undefined {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === 'number' ? value : undefined;
}

function causeOf(error: unknown, code: number | undefined, status: number | undefined): CodedError {
  const numbers = [code, status].filter((one) => one !== undefined).join(' ');
  if (numbers) {
    const named = [code !== undefined && `code ${code}`, status !== undefined && `status ${status}`];
    return new CodedError('Twilio', numbers, `Twilio refused: ${named.filter(Boolean).join(', ')}`);
  }
  const word = wordOf(error);
  return new CodedError('Twilio', word, `Twilio gave no usable answer: ${word}`);
}

/**
 * The code of the network, such as `ECONNREFUSED`. ERR_CANCELED always means the timeout, because nothing else cancels
 * a call.
 */
function wordOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unusable answer';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ERR_CANCELED') return 'ETIMEDOUT';
  return /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : error.name; // a server in Twilio's place may answer anything
}
