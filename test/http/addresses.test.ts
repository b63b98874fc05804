import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networkOf, readAddress } from '../../src/lib/client-info.ts';
import { mailsTo } from '../support/second-factor.ts';
import { makeService } from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld, type World } from '../support/world.ts';

const from = (text: string) => ({ headers: { 'x-forwarded-for': text } });
const wrong = { username: 'nobody', password: 'wrongwrongwrong' };

describe('an address, as proxies write it', () => {
  test.each([
    ['192.0.2.10', '192.0.2.10'],
    ['192.0.2.10:50001', '192.0.2.10'],
    ['192.0.2.10:_hidden', '192.0.2.10'],
    [' "192.0.2.10:50001" ', '192.0.2.10'],
    ['2001:db8::7', '2001:db8::7'],
    ['2001:DB8:0:0:0:0:0:07', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:50001', '2001:db8::7'],
    ['"[2001:db8::7]:50001"', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['[0:0:0:0:0:FFFF:C000:0201]:443', '192.0.2.1'],
  ])('is read out of %s', (text, address) => {
    expect(readAddress(text)).toBe(address);
  });

  test.each([
    '',
    'unknown',
    '_hidden',
    '192.0.2.300',
    '192.0.2.1:123456',
    '192.0.2.1:1:2',
    '[192.0.2.1]',
    '[2001:db8::7',
    '"192.0.2.1',
    '2001:db8::xyz',
    'localhost:80',
  ])('is not in %s', (text) => {
    expect(readAddress(text)).toBe(null);
  });

  test('is in one network, however it is written', () => {
    for (const text of ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201', '64:ff9b::c000:201'])
      expect(networkOf(text)).toBe('192.0.2.1');
    expect(networkOf('::ffff:c000:202')).toBe('192.0.2.2');
    for (const text of ['2001:db8::7', '2001:0DB8::9', '2001:db8:0:0:1:2:3:4', '2001:db8::1.2.3.4'])
      expect(networkOf(text)).toBe('2001:db8:0:0::/64');
  });
});

describe('behind a proxy, the limit of an address', () => {
  let world: World;
  beforeAll(async () => {
    const limits = { requestsPerMinute: 100, loginsPerMinute: 5, redis: null };
    world = await createWorld({ app: { trustProxyHops: 1, limits } });
  });
  afterAll(() => world.close());

  test.each([
    ['with ports', (at: number) => `192.0.2.10:${50_000 + at}`],
    ['in brackets with ports', (at: number) => `[2001:db8::7]:${50_000 + at}`],
    ['in quotes', (at: number) => `"[2001:db8:0:1::${at}]:${50_000 + at}"`],
    ['mapped', (at: number) => `::ffff:${at % 2 ? 'c000:203' : '192.0.2.3'}`],
    ['that is none', (at: number) => `made-up-${at}`],
  ])('%s holds', async (_how, text) => {
    const statuses: number[] = [];
    for (let at = 0; at < 8; at += 1)
      statuses.push((await world.call('POST', '/auth/login', wrong, from(text(at)))).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });

  test('mapped into IPv6 is one for each IPv4 address', async () => {
    for (let at = 10; at < 20; at += 1) {
      const { status } = await world.call('POST', '/auth/login', wrong, from(`::ffff:c000:3${at}`));
      expect(status).toBe(401);
    }
  });
});

describe('behind a proxy', () => {
  const world = useWorld({ app: { trustProxyHops: 1 } });
  const tryLogin = (username: string, where: string, password = wrong.password) =>
    world.call('POST', '/auth/login', { username, password }, from(where));

  test('wrong passwords count by the address, not by its ports', async () => {
    const ann = await world.user();
    for (let at = 0; at < 10; at += 1)
      expect((await tryLogin(ann.username, `198.51.100.7:${40_000 + at}`)).status).toBe(401);
    expect((await tryLogin(ann.username, '198.51.100.7:40010', ann.password)).status).toBe(429);
    expect((await tryLogin(ann.username, '198.51.100.8:40010', ann.password)).status).toBe(200);
  });

  test('an owner comes back over another port, despite the attempts of strangers', async () => {
    const ann = await world.user();
    expect((await tryLogin(ann.username, '198.51.100.98:5001', ann.password)).status).toBe(200);
    for (let at = 0; at < 104; at += 1) await tryLogin(ann.username, `203.0.113.${at}:1`);
    expect((await tryLogin(ann.username, '198.51.100.97:5002', ann.password)).status).toBe(429);
    expect((await tryLogin(ann.username, '198.51.100.98:5002', ann.password)).status).toBe(200);
  });

  test('the networks of a program hold the address without its port', async () => {
    const { fetchToken } = await makeService(world, { networks: ['198.51.100.0/24', '2001:db8::/32'] });
    for (const where of ['198.51.100.7:5555', '[2001:db8::7]:5555', '"[2001:db8::7]"', '::ffff:c633:6407'])
      expect((await fetchToken({}, from(where))).status, where).toBe(200);
    for (const where of ['198.51.101.7:5555', '[2001:db9::7]:5555', 'made up'])
      expect((await fetchToken({}, from(where))).status, where).toBe(401);
  });

  test('sessions, the audit and mails name the address alone', async () => {
    const ann = await world.user();
    for (let at = 0; at < 6; at += 1) await tryLogin(ann.username, `[2001:DB8::7]:${at + 1}`);
    const { body } = await tryLogin(ann.username, '[2001:DB8::7]:50001', ann.password);
    const sessions = await world.call('GET', '/auth/sessions', undefined, { bearer: body.access_token });
    expect(sessions.body.sessions.map(({ ip }: { ip: string }) => ip)).toEqual(['2001:db8::7']);
    const rows = await world.database.owner
      .selectFrom('auditEvents')
      .select('ip')
      .where('userId', '=', ann.id)
      .where('ip', '<>', '192.0.2.250')
      .execute();
    expect(new Set(rows.map(({ ip }) => ip))).toEqual(new Set(['2001:db8::7']));
    const mailed = (await mailsTo(world, ann.email)).map(({ text }) => text).join();
    expect(mailed).toContain('2001:db8::7');
    expect(mailed).not.toMatch(/2001:DB8|\]/);
  });

  test.each([
    ['a text that is no address', 'made up'],
    ['nothing', ' '],
    ['a text of many kilobytes', 'x'.repeat(8000)],
  ])('%s is the address of the proxy', async (_what, text) => {
    const ann = await world.user();
    const { status, body } = await tryLogin(ann.username, text, ann.password);
    expect(status).toBe(200);
    const { body: listed } = await world.call('GET', '/auth/sessions', undefined, {
      bearer: body.access_token,
    });
    expect(listed.sessions[0].ip).toBe('192.0.2.1');
  });
});
