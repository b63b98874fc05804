import { describe, expect, test } from 'vitest';
import { eventsDuring, inWords } from '../support/audit.ts';
import { makeService, postForm } from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const revoke = (token: string, more: Record<string, string> = {}) =>
  postForm(world, '/oauth/revoke', { token, ...more });
const me = async (bearer: string) => (await world.call('GET', '/auth/me', undefined, { bearer })).status;
const refresh = (refresh_token: string) => world.call('POST', '/auth/refresh', { refresh_token });

async function signedIn() {
  const ann = await world.user();
  const { access_token: access, refresh_token: fresh } = (await ann.login()).body;
  return { ann, access: String(access), fresh: String(fresh) };
}

describe('JW-10: a person’s token is ended by its holder', () => {
  test('a refresh token takes its session and access tokens along, and nothing else', async () => {
    const { ann, access, fresh } = await signedIn();
    const other = (await ann.login()).body.access_token;
    expect(await me(access)).toBe(200);
    const events = await eventsDuring(world, async () => {
      const answer = await revoke(fresh, { client_id: 'sallyport', token_type_hint: 'refresh_token' });
      expect(answer).toMatchObject({ status: 200, body: null });
      expect((await revoke(fresh)).status).toBe(200);
    });
    expect(await me(access)).toBe(401);
    expect((await refresh(fresh)).status).toBe(401);
    expect(await me(other)).toBe(200);
    expect(events.map(inWords)).toEqual(['token_revoked success']);
    expect(events[0]).toMatchObject({ userId: ann.id, area: 'public', detail: { reason: 'refresh token' } });
    expect(events[0]?.sessionId).not.toBeNull();
  });

  test('also one that was exchanged already, for its holder wants out', async () => {
    const { fresh } = await signedIn();
    const { access_token } = (await refresh(fresh)).body;
    expect((await revoke(fresh)).status).toBe(200);
    expect(await me(access_token)).toBe(401);
  });

  test('an access token takes its session along', async () => {
    const { access, fresh } = await signedIn();
    const events = await eventsDuring(world, async () => {
      for (const hint of ['access_token', 'refresh_token', 'nonsense'])
        expect((await revoke(access, { token_type_hint: hint })).status).toBe(200);
    });
    expect(events.map(inWords)).toEqual(['token_revoked success']);
    expect(await me(access)).toBe(401);
    expect((await refresh(fresh)).status).toBe(401);
  });

  test('what is unknown, junk or of another kind is 200 all the same, and nothing is revealed', async () => {
    const { ann } = await signedIn();
    const { secret } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    const events = await eventsDuring(world, async () => {
      for (const one of ['x', 'a.b.c', '\u0000', 'x'.repeat(9_000), temp_token, secret, ann.password])
        expect((await revoke(one)).status).toBe(200);
    });
    expect(events).toEqual([]);
    expect((await postForm(world, '/oauth/revoke', {})).body).toMatchObject({ error: 'invalid_request' });
  });
});

describe('JW-10: a service token is ended by its own account alone', () => {
  test('not without client authentication, and not by another', async () => {
    const service = await makeService(world);
    const other = await makeService(world, { scopes: ['introspect'] });
    const token = await service.token();
    const live = async () => {
      const form = { token, client_id: other.id, client_secret: other.secret };
      return (await postForm(world, '/oauth/introspect', form)).body.active;
    };
    for (const more of [
      {},
      { client_id: 'sallyport' },
      { client_id: service.id },
      { client_id: service.id, client_secret: 'x' },
    ])
      expect(await revoke(token, more as Record<string, string>)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
    expect(await revoke(token, { client_id: other.id, client_secret: other.secret })).toMatchObject({
      status: 400,
      body: { error: 'unauthorized_client' },
    });
    expect(await live()).toBe(true);

    const own = { client_id: service.id, client_secret: service.secret };
    const events = await eventsDuring(world, async () => {
      expect((await revoke(token, own)).status).toBe(200);
      expect((await revoke(token, own)).status).toBe(200);
      expect((await revoke(token)).status).toBe(200); // it is over, so there is nothing to protect
    });
    expect(await live()).toBe(false);
    expect(events.map(inWords)).toEqual(['token_revoked success']);
    expect(events[0]).toMatchObject({
      userId: service.id,
      area: 'service',
      detail: { reason: 'service token' },
    });
  });

  test('wrong client authentication is refused, for any token', async () => {
    const { access } = await signedIn();
    const { id } = await makeService(world);
    expect((await revoke(access, { client_id: id, client_secret: 'wrong' })).status).toBe(401);
    expect(await me(access)).toBe(200);
  });
});
