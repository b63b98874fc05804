import * as independent from 'argon2';
import { describe, expect, test } from 'vitest';
import { commonPasswords } from '../../src/features/passwords/check-new-password.ts';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { codeOf, wait } from '../support/actor.ts';
import { anotherInstance } from '../support/instance.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { goodPassword, type World } from '../support/world.ts';

const next = 'nine dry umbrellas';

const world = useWorld();

type Person = Awaited<ReturnType<World['user']>>;

const change = (bearer: string, to: string, from = goodPassword, more = {}) =>
  world.call('POST', '/auth/password', { current_password: from, new_password: to, ...more }, { bearer });
const logIn = ({ username }: Person, password: string) =>
  world.call('POST', '/auth/login', { username, password });
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });
const storedFor = async ({ id }: Person) =>
  (
    await world.deps.db
      .selectFrom('users')
      .select('passwordHash')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  ).passwordHash ?? '';

async function loggedIn() {
  const ann = await world.user();
  return { ann, bearer: (await ann.login()).body.access_token as string };
}

describe('a new password', () => {
  test.each([
    ['PW-1', 'zigzag plum', 'too_short'],
    ['PW-2', 'zigzag plum orbit '.repeat(15).slice(0, 257), 'too_long'],
    ['PW-5', [...commonPasswords][0] ?? '', 'blocklisted'],
    ['PW-5', 'PasswordPassword', 'blocklisted'],
    ['PW-5', 'Sallyport2026!', 'context_word'],
  ])('%s: %s is refused as %s', async (_id, password, reason) => {
    const { ann, bearer } = await loggedIn();
    const refused = await change(bearer, password);
    expect(refused).toMatchObject({ status: 422, type: '/problems/password-rejected', body: { reason } });
    expect(JSON.stringify(refused.body)).not.toContain(password);
    expect((await logIn(ann, goodPassword)).status).toBe(200);
    expect((await logIn(ann, password)).status).toBe(401);
  });

  test.each([
    ['PW-1', 'of 12 characters', 'zigzag plums'],
    ['PW-4', 'of small letters alone', 'zigzagplumorbit'],
    ['PW-4', 'of digits alone', '802651937046285'],
    ['PW-5', 'that contains a common one', 'passwordpassword of the owl'],
    ['PW-2', 'of 256 characters', 'zigzag plum orbit '.repeat(15).slice(0, 256)],
    ['PW-3', 'of 15 emoji', '🦉🌵🪁🧭🛶🎻🪐🧲🫐🦔🪵🧵🌋🪗🦩'],
    ['PW-3', 'with spaces around it', '  zigzag  plum  '],
  ])('%s: %s is accepted, and logs the user in', async (_id, _what, password) => {
    const { ann, bearer } = await loggedIn();
    expect((await change(bearer, password)).status).toBe(204);
    expect((await logIn(ann, password)).status).toBe(200);
    expect((await logIn(ann, goodPassword)).status).toBe(401);
  });

  test('PW-5: made of the own name is refused', async () => {
    const { ann, bearer } = await loggedIn();
    const refused = await change(bearer, `${ann.username}${ann.username}`);
    expect(refused.body).toMatchObject({ type: '/problems/password-rejected', reason: 'context_word' });
  });

  test('PW-1, PW-5: is held to the same rules where an account is created', async () => {
    const reasons = [
      ['zigzag plum', 'too_short'],
      ['PasswordPassword', 'blocklisted'],
      ['Sallyport2026!', 'context_word'],
    ] as const;
    for (const [password, reason] of reasons) {
      await expect(world.user({ password })).rejects.toMatchObject({ status: 422, extensions: { reason } });
    }
  });

  test('PW-2: is compared whole: no cut, no trimming, no folding of case', async () => {
    const { ann, bearer } = await loggedIn();
    const long = Array.from({ length: 100 }, (_, i) => String.fromCharCode(97 + ((i * 7) % 26))).join('');
    expect((await change(bearer, long)).status).toBe(204);
    for (const other of [long.slice(0, 72), long.slice(0, 99), long.toUpperCase(), `${long} `, ` ${long}`]) {
      expect((await logIn(ann, other)).status).toBe(401);
    }
    expect((await logIn(ann, long)).status).toBe(200);
  });

  test('PW-2: of 20 kB is refused before it is hashed', async () => {
    const { ann } = await loggedIn();
    expect((await logIn(ann, 'x'.repeat(20_000))).status).toBe(413);
    expect(await logIn(ann, 'x'.repeat(1025))).toMatchObject({
      status: 400,
      type: '/problems/invalid-request',
    });
  });

  test('PW-3: is the same however a keyboard composes it', async () => {
    const { ann, bearer } = await loggedIn();
    expect((await change(bearer, 'caf\u00e9 zigzag plum')).status).toBe(204);
    expect((await logIn(ann, 'cafe\u0301 zigzag plum')).status).toBe(200);
    expect((await logIn(ann, 'cafe zigzag plum')).status).toBe(401);
  });

  test('PW-6: has no end, and no hint', async () => {
    const { ann, bearer } = await loggedIn();
    const hinted = await change(bearer, next, goodPassword, { hint: 'weather' });
    expect(hinted).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/hint' }] } });
    wait(400 * 24 * 3600);
    expect((await logIn(ann, goodPassword)).status).toBe(200);
  });
});

describe('changing the password', () => {
  test('PW-7: asks for the present one', async () => {
    const { ann, bearer } = await loggedIn();
    const wrong = await change(bearer, next, 'not the present one');
    expect(wrong).toMatchObject({
      status: 401,
      type: '/problems/invalid-password',
      body: { detail: 'Invalid password' },
    });
    const without = await world.call('POST', '/auth/password', { new_password: next }, { bearer });
    expect(without.status).toBe(400);
    const anonymous = { current_password: goodPassword, new_password: next };
    expect((await world.call('POST', '/auth/password', anonymous)).status).toBe(401);
    expect((await logIn(ann, next)).status).toBe(401);
  });

  test('PW-7: cannot be used to guess it: after ten wrong ones not even the right one is checked', async () => {
    const { ann, bearer } = await loggedIn();
    for (let i = 0; i < 10; i += 1)
      expect((await change(bearer, next, `guess number ${i}`)).status).toBe(401);
    const blocked = await change(bearer, next);
    expect(blocked).toMatchObject({ status: 429, type: '/problems/too-many-attempts' });
    expect(Number(blocked.headers['retry-after'])).toBe(900);
    expect((await logIn(ann, goodPassword)).status).toBe(429);
    wait(900);
    const again = (await ann.login()).body.access_token;
    expect((await change(again, next)).status).toBe(204);
  });

  test('PW-7: ends the other sessions, and not the own', async () => {
    const { ann } = await loggedIn();
    const own = (await ann.login()).body;
    const other = (await ann.login()).body;
    for (const { access_token: token } of [own, other]) expect((await me(token)).status).toBe(200);
    const done = await change(own.access_token, next);
    expect(done).toMatchObject({ status: 204, body: null });
    expect((await me(other.access_token)).status).toBe(401);
    const refresh = (token: string) => world.call('POST', '/auth/refresh', { refresh_token: token });
    expect((await refresh(other.refresh_token)).status).toBe(401);
    expect((await me(own.access_token)).status).toBe(200);
    expect((await refresh(own.refresh_token)).status).toBe(200);
    expect(await eventTypesOf(world, ann.id)).toContain('authn_password_change');
  });

  test('PW-7, attack 29: takes a fresh factor from a user who has one, gives no tokens, and leaves the factor', async () => {
    const vic = await world.user({ roles: ['vendor'] });
    const { secret } = await vic.enrolTotp();
    const bearer = (await vic.login('vendor')).body.access_token;
    const refused = await change(bearer, next);
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-required',
      body: { max_age: 300 },
    });
    expect((await logIn(vic, next)).status).toBe(401);

    const done = await change(bearer, next, goodPassword, { mfa_token: codeOf(secret) });
    expect(done).toMatchObject({ status: 204, body: null });
    expect(done.headers).not.toHaveProperty('set-cookie');
    const login = await logIn(vic, next);
    expect(login.body).toMatchObject({ mfa_required: true, mfa_method: 'totp' });
    expect(login.body).not.toHaveProperty('access_token');
  });

  test('PW-7, SE-12: takes no factor older than five minutes, and no code in vain', async () => {
    const ann = await world.user();
    const { secret, bearer } = await ann.enrolTotp();
    wait(301);
    expect((await change(bearer, next)).status).toBe(403);
    const more = { mfa_token: codeOf(secret) };
    expect((await change(bearer, next, 'not the present one', more)).status).toBe(401);
    expect((await change(bearer, 'too short', goodPassword, more)).status).toBe(422);
    expect((await change(bearer, next, goodPassword, more)).status).toBe(204);
  });

  test('attack 29: ends the logins that wait behind the old password', async () => {
    const ann = await world.user();
    const { secret, bearer } = await ann.enrolTotp();
    const waiting = (await ann.login()).body.temp_token;
    expect((await change(bearer, next)).status).toBe(204);
    expect(await ann.verify(waiting, codeOf(secret))).toMatchObject({
      status: 401,
      type: '/problems/challenge-invalid',
    });
  });

  test('PW-7: to itself is refused', async () => {
    const { bearer } = await loggedIn();
    const same = await change(bearer, goodPassword);
    expect(same.body).toMatchObject({ type: '/problems/password-rejected', reason: 'reused' });
  });

  test('PW-7: is done by one of twenty at once', async () => {
    const { ann, bearer } = await loggedIn();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => change(bearer, `umbrella number ${i} is dry`)),
    );
    const done = answers.flatMap(({ status }, i) => (status === 204 ? [i] : []));
    expect(done).toHaveLength(1);
    const opens = [];
    for (let i = 0; i < 20; i += 1) {
      if (await independent.verify(await storedFor(ann), `umbrella number ${i} is dry`)) opens.push(i);
    }
    expect(opens).toEqual(done);
  });

  test('LC-3: is notified by mail, and the mail holds neither password', async () => {
    const { ann, bearer } = await loggedIn();
    const before = await world.deps.db.selectFrom('outbox').select('id').execute();
    await change(bearer, next);
    const after = await world.deps.db.selectFrom('outbox').select(['id', 'messageSealed']).execute();
    const [mail, ...more] = after.filter(({ id }) => !before.some((one) => one.id === id));
    expect(more).toEqual([]);
    const associatedData = { table: 'outbox', row: mail?.id ?? '', column: 'message_sealed' };
    const text = world.deps.vault.decrypt(mail?.messageSealed ?? '', associatedData);
    expect(JSON.parse(text)).toMatchObject({ to: ann.email, subject: expect.stringContaining('password') });
    expect(text).not.toContain(next);
    expect(text).not.toContain(goodPassword);
  });
});

describe('what is stored of a password', () => {
  test('PW-8: is argon2id that another implementation verifies', async () => {
    const { ann, bearer } = await loggedIn();
    expect(await storedFor(ann)).toMatch(/^\$argon2id\$v=19\$m=1024,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await independent.verify(await storedFor(ann), goodPassword)).toBe(true);
    await change(bearer, next);
    expect(await independent.verify(await storedFor(ann), next)).toBe(true);
    expect(await independent.verify(await storedFor(ann), goodPassword)).toBe(false);
  });

  test('PW-8: is renewed by a right password to what this instance hashes with, and by nothing else', async () => {
    const { ann, bearer } = await loggedIn();
    const old = await storedFor(ann);
    const stronger = await anotherInstance(world, { hasher: createHasher({ memoryKiB: 2048, passes: 1 }) });
    const there = (password: string) =>
      stronger.call('POST', '/auth/login', { username: ann.username, password });
    expect((await there('not that one')).status).toBe(401);
    expect(await storedFor(ann)).toBe(old);
    expect((await there(goodPassword)).status).toBe(200);
    const renewed = await storedFor(ann);
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=2048,t=1,p=1\$/);
    expect(await independent.verify(renewed, goodPassword)).toBe(true);
    expect((await there(goodPassword)).status).toBe(200);
    expect(await storedFor(ann)).toBe(renewed);
    expect((await logIn(ann, goodPassword)).status).toBe(200);
    expect(await storedFor(ann)).toMatch(/^\$argon2id\$v=19\$m=1024,t=1,p=1\$/);
    expect((await me(bearer)).status).toBe(200);
    await stronger.close();
  });

  test('PW-8: costs what OWASP asks, where nothing else is said', async () => {
    const phc = await createHasher().hash(goodPassword);
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('in preset pci', () => {
  const first = 'umbrella number 1 is wet';
  const pci = useWorld({ preset: 'pci' });

  test('PW-4: needs a letter, a digit and 15 characters', async () => {
    const ann = await pci.user({ password: first });
    const bearer = (await ann.login()).body.access_token;
    const reasons = [
      ['zigzagplumorbit', 'composition'],
      ['802651937046285', 'composition'],
      ['zigzag plum 77', 'too_short'],
    ] as const;
    for (const [password, reason] of reasons) {
      const body = { current_password: first, new_password: password };
      const refused = await pci.call('POST', '/auth/password', body, { bearer });
      expect(refused.body).toMatchObject({ type: '/problems/password-rejected', reason });
    }
  });

  test('PW-4: takes none of the last four, and the fifth again', async () => {
    const ann = await pci.user({ password: first });
    const bearer = (await ann.login()).body.access_token;
    const nth = (n: number) => `umbrella number ${n} is wet`;
    const to = (from: number, n: number) =>
      pci.call('POST', '/auth/password', { current_password: nth(from), new_password: nth(n) }, { bearer });
    for (let n = 2; n <= 4; n += 1) expect((await to(n - 1, n)).status).toBe(204);
    for (const n of [1, 2, 3, 4]) {
      const refused = await to(4, n);
      expect(refused).toMatchObject({ status: 422, body: { reason: 'reused' } });
      expect(refused.body.detail).toContain('4');
    }
    expect((await to(4, 5)).status).toBe(204);
    expect((await to(5, 1)).status).toBe(204);
  });

  test('PW-4: keeps no password but as a hash', async () => {
    const ann = await pci.user({ password: first });
    const bearer = (await ann.login()).body.access_token;
    const body = { current_password: first, new_password: 'umbrella number 9 is wet' };
    await pci.call('POST', '/auth/password', body, { bearer });
    const row = await pci.deps.db
      .selectFrom('users')
      .selectAll()
      .where('id', '=', ann.id)
      .executeTakeFirstOrThrow();
    expect(row.passwordHistory).toHaveLength(1);
    expect(await independent.verify(row.passwordHistory[0] ?? '', first)).toBe(true);
    expect(JSON.stringify(row)).not.toContain('umbrella');
  });
});
