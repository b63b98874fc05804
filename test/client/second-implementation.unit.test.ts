import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OperationKey } from '../../packages/client/src/index.ts';
import { challengeIn, useClients } from './client-world.ts';
import { exampleOf, operations, startDocumentServer } from './document-server.ts';

const server = await startDocumentServer();
const client = useClients(() => server.url);
const person = { username: 'ann', password: 'seven wet umbrellas' };
const tokens = { status: '200', example: 'tokens' };
const challenge = { status: '200', example: 'challenge' };
beforeEach(() => server.answers('POST /auth/login', tokens));
afterEach(() => expect(server.faults.splice(0)).toEqual([]));
afterAll(() => server.close());

type AnyCall = (operation: string, input: object) => Promise<unknown>;
const byClientAlone: readonly OperationKey[] = [
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/logout',
  'POST /auth/mfa/verify',
  'POST /auth/mfa/verify-enrollment',
];

describe('against a server made of openapi.json', () => {
  test.each(operations.filter(({ key }) => !byClientAlone.includes(key as OperationKey)))(
    'call($key) sends and gives what the document says',
    async ({ key, operation }) => {
      const page = client();
      await page.login(person);
      const { parameters = [], requestBody, responses } = operation;
      const values = (place: string) =>
        Object.fromEntries(
          parameters.flatMap((one) =>
            one.in === place && one.example !== undefined ? [[one.name, one.example]] : [],
          ),
        );
      const [media] = Object.values(requestBody?.content ?? {});
      const input = {
        params: values('path'),
        query: values('query'),
        ...(media && { body: exampleOf(media) }),
      };
      const answer = await (page.call as AnyCall)(key, input);
      const [, success] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
      const [expected] = Object.values(success?.content ?? {});
      expect(answer).toEqual(expected && exampleOf(expected));
    },
  );

  test('a login with a challenge, another factor, a push and a trusted device', async () => {
    server.answers('POST /auth/login', challenge);
    server.answers(
      'POST /auth/mfa/verify',
      { status: '403', example: 'mfa-token-invalid' },
      { status: '202' },
      tokens,
    );
    const page = client();
    const asked = challengeIn(await page.login(person));
    const resent = await page.resend(asked, { factorId: asked.methods[0]?.factorId });
    const wrong = challengeIn(await page.verify(resent, { code: '000000', rememberDevice: 'Laptop' }));
    expect(wrong.problem?.type).toBe('mfa-token-invalid');
    const pending = await page.verify(wrong);
    expect(pending.kind).toBe('pending');
    expect(await page.verify(wrong, { code: '492039' })).toMatchObject({ kind: 'tokens', area: 'public' });
    await page.logout();
  });

  test.each(['totp', 'sms', 'email', 'webauthn', 'duo_universal', 'duo_push'] as const)(
    'an enrolment of %s that a login demanded',
    async (method) => {
      server.answers('POST /auth/login', { status: '403', example: 'mfa-enrollment-required' });
      server.answers('POST /auth/mfa/enroll', { status: '200', example: method });
      const page = client();
      const answer = await page.login({ ...person, area: 'admin' });
      if (answer.kind !== 'must_enrol') throw new Error(answer.kind);
      const enrolment = await page.enroll(method, {}, { as: answer });
      expect(enrolment).toMatchObject({ kind: 'enrolment', method });
      expect(await page.verify(enrolment, { code: '492039' })).toMatchObject({ kind: 'tokens' });
      await page.logout();
    },
  );

  test('a code that cannot be sent: the login goes on with another method', async () => {
    const page = client({}, async (address, init) => {
      if (!String(address).endsWith('/auth/login')) return fetch(address, init);
      const body = {
        type: '/problems/dependency-unavailable',
        status: 503,
        temp_token: 'T',
        expires_in: 300,
      };
      const methods = [{ method: 'totp', factor_id: crypto.randomUUID(), label: 'App', hint: null }];
      const headers = { 'content-type': 'application/problem+json' };
      return new Response(JSON.stringify({ ...body, methods }), { status: 503, headers });
    });
    const asked = challengeIn(await page.login(person));
    expect(asked).toMatchObject({ method: null, sent: false, problem: { type: 'dependency-unavailable' } });
    expect(await page.resend(asked, { method: 'totp' })).toMatchObject({ kind: 'challenge', sent: true });
  });

  test('a step-up, and a refresh', async () => {
    server.answers(
      'GET /auth/me',
      { status: '403', example: 'mfa-token-required' },
      { status: '401', example: 'invalid-token' },
    );
    server.answers('PATCH /auth/mfa/factors/{id}', { status: '403', example: 'mfa-token-required' });
    const page = client({ onStepUp: (asked) => page.verify(asked, { code: '492039' }) });
    await page.login(person);
    await page.factors.change(crypto.randomUUID(), { label: 'Mine' });
    server.answers('GET /auth/me', { status: '401', example: 'invalid-token' });
    expect((await page.me()).user.username).toBeTypeOf('string');
    expect([page.count('/auth/mfa/step-up'), page.count('/auth/refresh')]).toEqual([1, 1]);
  });
});
