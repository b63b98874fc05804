import { randomUUID } from 'node:crypto';
import type { Sent } from './exchange.ts';
import type { Expected } from './judge.ts';

export type Case = { readonly what: string; readonly sent: Sent; readonly expected: Expected };

export const refused = (status: number, type: string): Expected => ({ status, type: `/problems/${type}` });
export const malformed = refused(400, 'invalid-request');

const unknown = 'bm9ib2R5IGhhcyBldmVyIHNlZW4gdGhpcyB0b2tlbiE';

/** Right in shape, and wrong. */
export function wrongCredentials(): Readonly<Record<string, readonly Case[]>> {
  const nobody = { username: `nobody-${randomUUID()}`, password: 'not the password of anybody' }; // each is throttled
  return {
    logIn: [
      { what: 'an unknown user', sent: { body: nobody }, expected: refused(401, 'invalid-credentials') },
      {
        what: 'an unknown user, at once',
        sent: { body: { ...nobody, mfa_token: '123456' } },
        expected: refused(401, 'invalid-credentials'),
      },
    ],
    refresh: [
      {
        what: 'an unknown token',
        sent: { body: { refresh_token: unknown } },
        expected: refused(401, 'invalid-token'),
      },
    ],
    grantToken: [
      {
        what: 'an unknown client',
        sent: {
          body: { grant_type: 'client_credentials', client_id: randomUUID(), client_secret: nobody.password },
        },
        expected: { status: 401 },
      },
      {
        what: 'a password',
        sent: { body: { grant_type: 'password', ...nobody } },
        expected: { status: 400 },
      },
    ],
    introspectToken: [{ what: 'no client', sent: { body: { token: unknown } }, expected: { status: 401 } }],
    verify: [
      {
        what: 'an unknown temp token',
        sent: { body: { temp_token: unknown, mfa_token: '123456' } },
        expected: refused(401, 'challenge-invalid'),
      },
      {
        what: 'what is no code',
        sent: { body: { temp_token: unknown, mfa_token: '12345' } },
        expected: malformed,
      },
    ],
    challenge: [
      {
        what: 'an unknown temp token',
        sent: { body: { temp_token: unknown } },
        expected: refused(401, 'challenge-invalid'),
      },
    ],
    verifyEnrollment: [
      {
        what: 'no enrolment',
        sent: { body: { token: '123456' } },
        expected: refused(401, 'challenge-invalid'),
      },
    ],
    enroll: [
      {
        what: 'an unknown method',
        sent: { body: { method: 'pigeon' } },
        expected: refused(403, 'method-not-allowed'),
      },
    ],
    disableMfa: [wrongPassword({ password: nobody.password })],
    regenerateCodes: [wrongPassword({ password: nobody.password })],
    changePassword: [
      wrongPassword({ current_password: nobody.password, new_password: 'eight dry parasols' }),
    ],
  };
}

function wrongPassword(body: object): Case {
  return { what: 'a wrong password', sent: { body }, expected: refused(401, 'invalid-password') };
}
