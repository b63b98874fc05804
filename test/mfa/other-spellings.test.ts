import { describe, expect, test } from 'vitest';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { throttleOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

describe('attack 11 another spelling of the verify route', () => {
  const world = useWorld();

  async function waiting() {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const tempToken: string = (await ann.login()).body.temp_token;
    const send = (url: string, code: string) =>
      world.call('POST', url, { temp_token: tempToken, mfa_token: code });
    return { ...ann, secret, tempToken, send };
  }

  test.each([
    '/auth/mfa/verify/',
    '//auth/mfa/verify',
    '/auth//mfa/verify',
    '/AUTH/MFA/VERIFY',
    '/auth/mfa/Verify',
    '/auth/mfa/verify/.',
    '/auth/mfa/verify;x=1',
    '/auth/mfa/verify%00',
    '/auth/mfa/verify%20',
    '/auth/mfa%2Fverify',
    '/auth/mfa/verify.json',
    '/api/auth/mfa/verify',
  ])('is no route: %s', async (url) => {
    const ann = await waiting();
    const right = await ann.send(url, codeOf(ann.secret));
    expect(right.status).toBe(404);
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
    expect((await ann.send('/auth/mfa/verify', codeOf(ann.secret))).status).toBe(200);
  });

  test.each(['/auth/mfa/verify?x=1', '/auth/mfa/verify?mfa_token=123456', '/auth/mfa/verify?temp_token=x'])(
    'is refused with a query: %s',
    async (url) => {
      const ann = await waiting();
      expect((await ann.send(url, codeOf(ann.secret))).status).toBe(400);
      expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
    },
  );

  test.each(['/auth/mfa/%76erify', '/auth/%6D%66%61/verify', '/auth/x/../mfa/verify', '/auth/mfa/./verify'])(
    'that means the same counts the same: %s',
    async (url) => {
      const ann = await waiting();
      const wrong = wrongCodeOf(ann.secret);
      const first = await ann.send(url, wrong);
      expect([403, 404]).toContain(first.status);
      const counted = first.status === 403 ? 1 : 0;
      expect(await throttleOf(world, ann.id)).toMatchObject({ paid: counted, failed: counted });
      for (let one = counted; one < 3; one += 1) await ann.send('/auth/mfa/verify', wrong);
      expect([429, 404]).toContain((await ann.send(url, codeOf(ann.secret))).status);
      expect((await ann.send('/auth/mfa/verify', codeOf(ann.secret))).status).toBe(429);
    },
  );

  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'] as const)(
    'is not had by %s',
    async (method) => {
      const ann = await waiting();
      const payload = { temp_token: ann.tempToken, mfa_token: codeOf(ann.secret) };
      const { statusCode, headers, body } = await world.app.inject({
        method,
        url: '/auth/mfa/verify',
        payload,
      });
      expect(statusCode).toBe(405);
      expect(headers.allow).toBe('POST');
      expect(body).not.toContain('access_token');
      expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
      expect((await ann.send('/auth/mfa/verify', codeOf(ann.secret))).status).toBe(200);
    },
  );

  test.each(['HEAD', 'OPTIONS'] as const)('%s opens no guarded route and spends no code', async (method) => {
    const vendor = await world.user({ roles: ['vendor'] });
    const { secret } = await vendor.enrolTotp();
    const bearer = (await vendor.login('vendor')).body.access_token;
    const headers = { authorization: `Bearer ${bearer}`, 'x-mfa-token': codeOf(secret) };
    const answer = await world.app.inject({ method, url: '/api/sensitive-data', headers });
    expect(answer.statusCode).toBe(405);
    const right = await world.app.inject({ method: 'GET', url: '/api/sensitive-data', headers });
    expect(right.statusCode).toBe(200);
  });

  test('a method override is ignored', async () => {
    const ann = await waiting();
    const answer = await world.call('GET', '/auth/mfa/verify', undefined, {
      headers: { 'x-http-method-override': 'POST', 'x-method-override': 'POST' },
    });
    expect(answer.status).toBe(405);
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
  });

  test('a batch of answers is none', async () => {
    const ann = await waiting();
    const right = codeOf(ann.secret);
    const one = { temp_token: ann.tempToken, mfa_token: right };
    const bodies: unknown[] = [
      [one, one],
      { ...one, mfa_token: ['000000', right] },
      { ...one, mfa_token: { $ne: null } },
      { ...one, temp_token: [ann.tempToken] },
      { ...one, mfa_token: Number(right) },
      { ...one, mfa_tokens: [right] },
      { ...one, response: {} },
    ];
    for (const payload of bodies) {
      const answer = await world.app.inject({
        method: 'POST',
        url: '/auth/mfa/verify',
        payload: payload as object,
      });
      expect(answer.statusCode).toBe(400);
    }
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
    expect((await ann.send('/auth/mfa/verify', right)).status).toBe(200);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a body of type %s is refused',
    async (type) => {
      const ann = await waiting();
      const answer = await world.app.inject({
        method: 'POST',
        url: '/auth/mfa/verify',
        headers: { 'content-type': type },
        payload: JSON.stringify({ temp_token: ann.tempToken, mfa_token: codeOf(ann.secret) }),
      });
      expect(answer.statusCode).toBe(415);
      expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
    },
  );
});
