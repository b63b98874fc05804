import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliverDueEvents } from '../../src/features/security-events/event-worker.ts';
import { makeShares } from '../../src/features/user-admin/break-glass.ts';
import { createEventSender } from '../../src/platform/adapters/event-sender.ts';
import { codeOf, wait } from '../support/actor.ts';
import { claimsIn, startReceiver, type TestReceiver } from '../support/event-receiver.ts';
import { allowPasskeys, passkeyActions, withPasskey } from '../support/passkeys.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, issuer } from '../support/world.ts';

const internal: string[] = [];
const world = useWorld(() => ({ eventSender: createEventSender(internal) }));
const audience = 'https://gateway.example.gov';
const caep = 'https://schemas.openid.net/secevent/caep/event-type';
let receiver: TestReceiver;
let root: Staff;

beforeAll(async () => {
  receiver = await startReceiver();
  internal.push(receiver.origin);
  wait(0);
  root = await staff(world);
  const input = {
    name: 'gateway',
    delivery: 'push',
    url: receiver.url,
    audience,
    authorization: 'Bearer s3cret',
  };
  const { status, body } = await root.post('/admin/receivers', input);
  expect([status, body.trouble, body.status]).toEqual([201, null, 'enabled']);
});
afterAll(() => receiver.close());

/** What the receiver is sent because of `work`. */
async function eventsOf(work: () => Promise<unknown>) {
  await deliverDueEvents(world.deps);
  receiver.take();
  await work();
  await deliverDueEvents(world.deps);
  await deliverDueEvents(world.deps);
  return receiver.take().map(({ body }) => body);
}

const namesIn = (tokens: readonly string[]) =>
  tokens.flatMap((token) => Object.keys(claimsIn(token).events).map((uri) => uri.replace(`${caep}/`, '')));

describe('a push', () => {
  test('begins with the verification event, and has the header that the receiver asked for', async () => {
    await root.post(
      `/admin/receivers/${(await root.get('/admin/receivers')).body.receivers[0].id}/verify`,
      {},
    );
    const [first] = receiver.received.slice(-1);
    expect(first?.headers).toMatchObject({
      'content-type': 'application/secevent+jwt',
      authorization: 'Bearer s3cret',
    });
    const { events, sub_id } = claimsIn(first?.body ?? '');
    expect(events).toEqual({ 'https://schemas.openid.net/secevent/ssf/event-type/verification': {} });
    expect(sub_id).toMatchObject({ format: 'opaque' });
  });

  test('of an ended session is a token that jose verifies by the JWKS, in the shape that SSF asks for', async () => {
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const { sid } = claimsIn(bearer);
    const [token = '', ...others] = await eventsOf(() => world.call('POST', '/auth/logout', {}, { bearer }));
    expect(others).toEqual([]);
    const jwks = createLocalJWKSet((await world.call('GET', '/.well-known/jwks.json')).body);
    const { payload, protectedHeader } = await jwtVerify(token, jwks, {
      issuer,
      audience,
      typ: 'secevent+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(),
    });
    expect(protectedHeader.typ).toBe('secevent+jwt');
    expect(payload).toEqual({
      iss: issuer,
      aud: audience,
      iat: Math.floor(Date.now() / 1000),
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      txn: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sub_id: {
        format: 'complex',
        user: { format: 'iss_sub', iss: issuer, sub: ann.id },
        session: { format: 'opaque', id: sid },
      },
      events: {
        [`${caep}/session-revoked`]: { area: 'public', event_timestamp: Math.floor(Date.now() / 1000) },
      },
    });
  });

  test('LG-2 is no token that opens anything', async () => {
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    const [token = ''] = await eventsOf(() => world.call('POST', '/auth/logout', {}, { bearer }));
    for (const url of ['/auth/me', '/auth/sessions', '/admin/users', '/api/sensitive-data'])
      expect((await world.call('GET', url, undefined, { bearer: token })).status, url).toBe(401);
    // not even with the claims of one
    const forged = world.deps.tokens.signEvent({ ...claimsIn(bearer), events: {} });
    expect((await world.call('GET', '/auth/me', undefined, { bearer: forged })).status).toBe(401);
  });

  test('EV-2 a changed factor and an ended session are one event each', async () => {
    const ann = await world.user();
    const { bearer, secret, factorId } = await ann.enrolTotp();
    const again = await ann.login();
    wait(60);
    const other = await ann.verify(again.body.temp_token, codeOf(secret));
    expect(other.status).toBe(200);
    expect(
      namesIn(
        await eventsOf(() => world.call('POST', '/auth/logout', {}, { bearer: other.body.access_token })),
      ),
    ).toEqual(['session-revoked']);
    wait(60);
    const renamed = await eventsOf(async () => {
      const renaming = await world.call(
        'PATCH',
        `/auth/mfa/factors/${factorId}`,
        { label: 'new name' },
        { bearer, mfa: codeOf(secret) },
      );
      expect(renaming.status).toBe(200);
    });
    expect(namesIn(renamed)).toEqual(['credential-change']);
    expect(claimsIn(renamed[0] ?? '').events[`${caep}/credential-change`]).toEqual({
      event_timestamp: Math.floor(Date.now() / 1000),
      credential_type: 'app',
      change_type: 'update',
      credential_id: factorId,
    });
  });

  test('EV-2 a session that rises to a second factor is one event, with its levels', async () => {
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const tokens = await eventsOf(() => ann.enrolTotp(bearer));
    expect(namesIn(tokens).sort()).toEqual(['assurance-level-change', 'credential-change']);
    const change = tokens
      .map((token) => claimsIn(token).events[`${caep}/assurance-level-change`])
      .find((one) => one !== undefined);
    expect(change).toEqual({
      event_timestamp: Math.floor(Date.now() / 1000),
      area: 'public',
      namespace: 'urn:sallyport:acr',
      current_level: 'urn:sallyport:acr:2',
      previous_level: 'urn:sallyport:acr:1',
      change_direction: 'increase',
    });
  });

  const credentialChanges = (tokens: readonly string[]) =>
    tokens.flatMap((token) => claimsIn(token).events[`${caep}/credential-change`] ?? []);

  test('EV-2 a password that its owner removes is told', async () => {
    await allowPasskeys(world, 'public');
    const ann = await withPasskey(world);
    const bearer: string = (await passkeyActions(world).logIn(ann.key)).body.access_token;
    const tokens = await eventsOf(() => world.call('DELETE', '/auth/password', undefined, { bearer }));
    expect(credentialChanges(tokens)).toMatchObject([{ credential_type: 'password', change_type: 'delete' }]);
  });

  test('EV-2 recovery shares that remove every factor are told', async () => {
    const ada = await staff(world);
    const shares = await makeShares(world.deps, consoleContext(), { shares: 2, needed: 2 });
    const body = { shares: [...shares], username: ada.username };
    const tokens = await eventsOf(() => world.call('POST', '/auth/break-glass', body));
    expect(credentialChanges(tokens)).toMatchObject([
      { credential_type: 'all-factors', change_type: 'delete' },
    ]);
  });
});
