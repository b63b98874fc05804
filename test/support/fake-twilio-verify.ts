import { randomBytes, randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { answer, refuse } from './fake-twilio-faults.ts';

/** As Twilio holds it; `code` is what the phone shows. */
export type FakeVerification = {
  readonly sid: string;
  readonly to: string;
  readonly code: string;
  readonly createdAt: number;
  status: 'pending' | 'approved' | 'max_attempts_reached';
  /** The language of the text. */
  locale: string | null;
  sends: number;
  checks: number;
};

type Service = { readonly accountSid: string; readonly serviceSid: string };

const validityMs = 10 * 60_000;

/**
 * Verify v2's state machine: the same code for ten minutes however often it is sent, five sends, five checks, and
 * 404 for what is unknown, approved or expired. The clock is `Date.now`, which tests may set.
 */
export function createVerify({ accountSid, serviceSid }: Service) {
  const verifications: FakeVerification[] = [];
  const isLive = (one: FakeVerification) =>
    one.status !== 'approved' && Date.now() < one.createdAt + validityMs;

  function start(response: ServerResponse, form: URLSearchParams) {
    const to = form.get('To') ?? '';
    if (!/^\+[1-9]\d{6,14}$/.test(to)) return refuse(response, 400, 60200, `Invalid parameter: To: ${to}`);
    if (form.get('Channel') !== 'sms') return refuse(response, 400, 60200, 'Invalid parameter: Channel');
    const known = verifications.find((one) => one.to === to && isLive(one));
    if (known && known.sends >= 5) return refuse(response, 429, 60203, 'Max send attempts reached');
    const verification = known ?? create(to);
    verification.locale = form.get('Locale');
    verification.sends += 1;
    answer(response, 201, bodyOf(verification));
  }

  function create(to: string): FakeVerification {
    const sid = `VE${randomBytes(16).toString('hex')}`;
    const code = randomInt(1_000_000).toString().padStart(6, '0');
    const created: FakeVerification = {
      sid,
      to,
      code,
      createdAt: Date.now(),
      status: 'pending',
      locale: null,
      sends: 0,
      checks: 0,
    };
    verifications.push(created);
    return created;
  }

  function check(response: ServerResponse, form: URLSearchParams) {
    const code = form.get('Code') ?? '';
    const [sid, to] = [form.get('VerificationSid'), form.get('To')];
    if (!/^[a-z0-9]{4,10}$/i.test(code)) return refuse(response, 400, 60200, 'Invalid parameter: Code');
    const found = verifications.find((one) => (sid ? one.sid === sid : one.to === to) && isLive(one));
    if (!found) {
      const path = `/Services/${serviceSid}/VerificationCheck`;
      return refuse(response, 404, 20404, `The requested resource ${path} was not found`);
    }
    if (found.checks >= 5) {
      found.status = 'max_attempts_reached';
      return refuse(response, 429, 60202, 'Max check attempts reached');
    }
    found.checks += 1;
    if (code === found.code) found.status = 'approved';
    answer(response, 200, { ...bodyOf(found), sna_attempts_error_codes: [] });
  }

  function bodyOf({ sid, to, status, createdAt, sends }: FakeVerification) {
    const date = new Date(createdAt).toISOString().replace(/\.\d+/, '');
    const send_code_attempts = Array.from({ length: sends }, () => ({
      time: date,
      channel: 'SMS',
      attempt_sid: 'VL',
    }));
    return {
      ...{ sid, service_sid: serviceSid, account_sid: accountSid, to, channel: 'sms', status },
      ...{ valid: status === 'approved', date_created: date, date_updated: date, lookup: {}, amount: null },
      ...{ payee: null, send_code_attempts, sna: null },
      url: `https://verify.twilio.com/v2/Services/${serviceSid}/Verifications/${sid}`,
    };
  }

  return { verifications, start, check };
}
