import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { events, KeysUnavailable, verifyWebhook } from '../../packages/client/src/events.ts';
import { keyOf, signed } from '../support/forge.ts';
import { useWorld } from '../support/use-world.ts';
import { issuer } from '../support/world.ts';

const world = useWorld();
const audience = 'https://gateway.example.gov';
const uri = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
let fetchKeys: typeof fetch;
beforeAll(() => {
  fetchKeys = async () => new Response((await world.app.inject('/.well-known/jwks.json')).body);
});

const claims = {
  ...{ iss: issuer, aud: audience, jti: 'j1', iat: 1 },
  sub_id: {
    format: 'complex',
    user: { format: 'iss_sub', iss: issuer, sub: 'u1' },
    session: { format: 'opaque', id: 's1' },
  },
  events: { [uri]: { area: 'public', event_timestamp: 1_795_302_345 } },
};

async function verify(more: Record<string, unknown> = {}, typ = 'secevent+jwt') {
  const { verifyEvent } = events({ issuer, audience, fetch: fetchKeys });
  const key = await keyOf(world);
  return verifyEvent(await signed(key, { ...claims, ...more }, { typ }));
}

describe('an event', () => {
  test('of the service says what happened, to whom and when', async () => {
    const token = world.deps.tokens.signEvent(claims);
    const { verifyEvent } = events({ issuer, audience, fetch: fetchKeys });
    expect(await verifyEvent(token)).toEqual({
      ...{ id: 'j1', name: 'session-revoked', issuer, userId: 'u1', sessionId: 's1' },
      at: new Date(1_795_302_345_000),
      data: claims.events[uri],
    });
  });

  test.each([
    ['of another issuer', { iss: 'https://other.example' }],
    ['for another receiver', { aud: 'https://other.example' }],
    ['without a name', { jti: undefined }],
    ['with a subject of an access token', { sub: 'u1' }],
    ['with an end', { exp: 9_999_999_999 }],
    ['that tells nothing', { events: {} }],
    ['that tells two things', { events: { [uri]: {}, other: {} } }],
    ['that tells no object', { events: 'x' }],
  ])('%s is refused', async (_, more) => {
    expect(await verify()).toBeDefined();
    expect(await verify(more)).toBeUndefined();
  });

  test('of another kind, or signed by somebody else, is refused', async () => {
    for (const typ of ['at+jwt', 'JWT', 'ssecevent+jwt']) expect(await verify({}, typ), typ).toBeUndefined();
    const { verifyEvent } = events({ issuer, audience, fetch: fetchKeys });
    const secret = new TextEncoder().encode('x'.repeat(32));
    const header = { alg: 'HS256', typ: 'secevent+jwt', kid: 'k' };
    expect(
      await verifyEvent(await new SignJWT(claims).setProtectedHeader(header).sign(secret)),
    ).toBeUndefined();
    for (const text of ['', 'a.b.c', 'x'.repeat(10_000)]) expect(await verifyEvent(text)).toBeUndefined();
  });

  test('that nobody can check is neither taken nor refused', async () => {
    const { verifyEvent } = events({ issuer, audience, fetch: () => Promise.reject(new Error('away')) });
    await expect(verifyEvent(world.deps.tokens.signEvent(claims))).rejects.toBeInstanceOf(KeysUnavailable);
  });
});

describe('a webhook', () => {
  const key = Buffer.alloc(32, 7);
  const secret = `whsec_${key.toString('base64')}`;
  const data = {
    iss: issuer,
    txn: 't1',
    sub_id: claims.sub_id,
    event_timestamp: 1_795_302_345,
    area: 'public',
  };
  const body = JSON.stringify({ type: 'session-revoked', timestamp: '2026-11-22T00:00:00Z', data });

  function headersOf(at = Date.now(), text = body, by = key) {
    const timestamp = String(Math.floor(at / 1000));
    const signature = createHmac('sha256', by).update(`m1.${timestamp}.${text}`).digest('base64');
    return {
      'webhook-id': 'm1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,x v1,${signature}`,
    };
  }

  test('of the service says what happened, to whom and when', async () => {
    expect(await verifyWebhook({ headers: headersOf(), body, secret })).toEqual({
      ...{ id: 'm1', name: 'session-revoked', issuer, userId: 'u1', sessionId: 's1' },
      at: new Date(1_795_302_345_000),
      data: { event_timestamp: 1_795_302_345, area: 'public' },
    });
  });

  test('that is old, changed, signed by somebody else or not at all is refused', async () => {
    const wrong = [
      { headers: headersOf(Date.now() - 301_000), body, secret },
      { headers: headersOf(Date.now() + 301_000), body, secret },
      { headers: headersOf(), body: `${body} `, secret },
      { headers: { ...headersOf(), 'webhook-id': 'm2' }, body, secret },
      { headers: headersOf(Date.now(), body, Buffer.alloc(32, 8)), body, secret },
      { headers: { ...headersOf(), 'webhook-signature': '' }, body, secret },
      { headers: { ...headersOf(), 'webhook-timestamp': 'soon' }, body, secret },
      { headers: {}, body, secret },
    ];
    for (const one of wrong) expect(await verifyWebhook(one)).toBeUndefined();
    await expect(verifyWebhook({ headers: headersOf(), body, secret: 'whsec_' })).rejects.toThrow('whsec_');
  });
});
