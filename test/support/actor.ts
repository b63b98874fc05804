import { setTimeout as sleep } from 'node:timers/promises';
import { generateSync } from 'otplib';
import { vi } from 'vitest';
import type { Mail } from '../../src/platform/adapters/messages.ts';
import type { Answer, Call } from './world.ts';

type Outside = {
  readonly call: (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
    url: string,
    body?: Record<string, unknown>,
    how?: Call,
  ) => Promise<Answer>;
  readonly texts: { to: string; text: string }[];
  readonly mails: Mail[];
};
export type Person = {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly email: string | null;
};
export type Actor = ReturnType<typeof actions>;

/** The code that an authenticator app shows, now or so many steps away. */
export function codeOf(secret: string, steps = 0, now = Date.now()): string {
  return generateSync({ secret, epoch: Math.floor(now / 1000) + steps * 30 });
}

/** A code that is not the right one in any step that is accepted. */
export function wrongCodeOf(secret: string, now = Date.now()): string {
  const right = [-1, 0, 1].map((steps) => codeOf(secret, steps, now));
  return ['000000', '000001', '000002', '000003'].find((code) => !right.includes(code)) ?? '000004';
}

/** A code of the step before, which is good until this one ends: where that is sooner than `forMs`, waits for the next. */
export async function earlierCodeOf(secret: string, forMs = 2000): Promise<string> {
  const left = 30_000 - (Date.now() % 30_000);
  if (left < forMs && !vi.isFakeTimers()) await sleep(left);
  return codeOf(secret, -1);
}

/** Lets time pass for the service: only Date is replaced, and it must have been replaced before. */
export function wait(seconds: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  vi.setSystemTime(Date.now() + seconds * 1000);
}

/** What a person does with the service. Expectations are the test's business; these only act. */
export function actions({ call, texts, mails }: Outside, person: Person) {
  const { username, password } = person;

  const login = (area = 'public', more: Record<string, unknown> = {}, how: Call = {}) =>
    call('POST', '/auth/login', { username, password, area, ...more }, how);

  const verify = (tempToken: string, mfaToken: string, how: Call = {}) =>
    call('POST', '/auth/mfa/verify', { temp_token: tempToken, mfa_token: mfaToken }, how);

  /** Enrols an authenticator app in a fresh session; the steps of the code moves on with each. */
  async function enrolTotp(bearer?: string, more: Record<string, unknown> = {}) {
    const token = bearer ?? (await login()).body.access_token;
    const { body } = await call('POST', '/auth/mfa/enroll', { method: 'totp', ...more }, { bearer: token });
    const confirm = async () => {
      const code = await earlierCodeOf(body.secret);
      const answer = await call('POST', '/auth/mfa/verify-enrollment', { token: code }, { bearer: token });
      return { answer, inTime: code === codeOf(body.secret, -1) };
    };
    let done = await confirm();
    // A machine that is busy may let the step end under way.
    if (done.answer.status === 403 && !done.inTime) done = await confirm();
    return {
      secret: body.secret as string,
      factorId: body.factor_id as string,
      uri: body.qr_code_uri as string,
      picture: body.qr_code_png as string,
      codes: done.answer.body.recovery_codes as string[],
      bearer: done.answer.body.access_token as string,
      refresh: done.answer.body.refresh_token as string,
      answer: done.answer,
    };
  }

  async function enrolSent(method: 'sms' | 'email', setup: Record<string, unknown>, bearer?: string) {
    const token = bearer ?? (await login()).body.access_token;
    const begun = await call('POST', '/auth/mfa/enroll', { method, ...setup }, { bearer: token });
    const done = await call(
      'POST',
      '/auth/mfa/verify-enrollment',
      { token: lastCode(method) },
      { bearer: token },
    );
    return {
      factorId: begun.body.factor_id as string,
      codes: done.body.recovery_codes as string[],
      bearer: done.body.access_token as string,
      begun,
      answer: done,
    };
  }

  /** The code that was sent last. */
  function lastCode(method: 'sms' | 'email'): string {
    const sent =
      method === 'sms'
        ? texts.at(-1)?.text
        : mails.filter(({ subject }) => /^\d{6} /.test(subject)).at(-1)?.text;
    return /\d{6}/.exec(sent ?? '')?.[0] ?? 'nothing was sent';
  }

  /** Logs in with password and the code of the step in question; answers with the tokens. */
  async function loginWithTotp(secret: string, area = 'public', steps = 0, how: Call = {}) {
    const challenge = await login(area, {}, how);
    return verify(challenge.body.temp_token, codeOf(secret, steps), how);
  }

  return { ...person, call, login, verify, enrolTotp, enrolSent, lastCode, loginWithTotp };
}
