import { describe, expect, test } from 'vitest';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { useWorld } from '../support/use-world.ts';
import { type Answer, consoleContext, goodPassword } from '../support/world.ts';

const wrong = 'eight wet umbrellas';
/** What was compared with a hash: null where there was no hash to compare with. */
const compared: (string | null)[] = [];

const hasher = createHasher({ memoryKiB: 1024, passes: 1 });
const verify: typeof hasher.verify = (phc, password) => {
  compared.push(phc);
  return hasher.verify(phc, password);
};
const world = useWorld({ hasher: { ...hasher, verify } });

const logIn = (username: string, password: string, ip = '192.0.2.1', more = {}) =>
  world.call('POST', '/auth/login', { username, password, ...more }, { ip });

async function disabledUser() {
  const user = await world.user();
  await changeAccountStatus(world.deps, consoleContext(), user.id, {
    status: 'disabled',
  });
  return user;
}

/** All that a stranger sees of an answer; the request id is another each time. */
function seen({ status, body, headers }: Answer): string {
  const { instance, ...rest } = body;
  expect(instance).toMatch(/^urn:uuid:/);
  return JSON.stringify([status, rest, { ...headers, date: null }]);
}

describe('a login that fails', () => {
  test('LG-5 looks alike for unknown names, wrong passwords, disabled and locked accounts, and costs each a hash', async () => {
    const known = await world.user();
    const disabled = await disabledUser();
    const another = await disabledUser();
    const locked = await world.user();
    const { secret } = await locked.enrolTotp();
    const { temp_token: temp } = (await locked.login()).body;
    for (let i = 0; i < 3; i += 1) await locked.verify(temp, wrongCodeOf(secret));
    const invited = await world.user();
    await world.deps.db
      .updateTable('users')
      .set({ passwordHash: null })
      .where('id', '=', invited.id)
      .execute();

    const variants = [
      ['nobody-of-that-name', goodPassword],
      [known.username, wrong],
      [disabled.username, goodPassword],
      [another.username, wrong],
      [locked.username, wrong],
      [invited.username, goodPassword],
    ] as const;
    const runs = [];
    for (const [username, password] of variants) {
      compared.length = 0;
      const answers = [];
      for (let i = 0; i < 12; i += 1) answers.push(await logIn(username, password));
      expect(compared).toHaveLength(10);
      expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 429]);
      runs.push(answers.map(seen));
    }
    expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(1);
    const first = await logIn('another-unknown-name', wrong);
    expect(first).toMatchObject({
      type: '/problems/invalid-credentials',
      body: { detail: 'Invalid credentials' },
    });
    expect(first.headers['www-authenticate']).toEqual(['Bearer']);
  });

  test('LG-5 keeps the throttle for unknown names until its window ends, and evaluates nothing meanwhile', async () => {
    const ann = await world.user();
    for (let i = 0; i < 10; i += 1) await logIn(ann.username, wrong);
    compared.length = 0;
    const blocked = await logIn(ann.username, goodPassword);
    expect(blocked).toMatchObject({
      status: 429,
      type: '/problems/too-many-attempts',
      body: { retry_after: 900 },
    });
    expect(blocked.headers['retry-after']).toBe('900');
    wait(899);
    expect((await logIn(ann.username, goodPassword)).status).toBe(429);
    expect(compared).toEqual([]);
    wait(1);
    expect((await logIn(ann.username, goodPassword)).status).toBe(200);
  });

  test('LG-5 counts a name in other letters as the same name', async () => {
    const ann = await world.user();
    for (let i = 0; i < 5; i += 1) await logIn(ann.username, wrong);
    for (let i = 0; i < 5; i += 1) await logIn(ann.username.toUpperCase(), wrong);
    expect((await logIn(ann.username, goodPassword)).status).toBe(429);
  });

  test('LG-8 has no account to try on a fresh database', async () => {
    const { count } = await world.deps.db
      .selectFrom('users')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('username', 'in', ['admin', 'root', 'administrator', 'sallyport', 'test'])
      .executeTakeFirstOrThrow();
    expect(count).toBe(0);
    for (const [username, password] of [
      ['admin', 'admin'],
      ['admin', 'password'],
      ['root', 'root'],
      ['sallyport', 'sallyport'],
      ['administrator', 'changeme'],
    ] as const) {
      expect(await logIn(username, password)).toMatchObject({
        status: 401,
        type: '/problems/invalid-credentials',
      });
    }
  });
});

describe('a stranger who guesses passwords', () => {
  test("RL-5 does not lock the owner out from another network, nor touches the second factor's count", async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const statuses = [];
    for (let i = 0; i < 50; i += 1) statuses.push((await logIn(ann.username, wrong, '198.51.100.7')).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);

    const challenge = await logIn(ann.username, goodPassword, '203.0.113.5');
    expect(challenge).toMatchObject({ status: 200, body: { mfa_required: true } });
    const miss = await ann.verify(challenge.body.temp_token, wrongCodeOf(secret));
    expect(miss.body.attempts_remaining).toBe(2);
    expect((await ann.verify(challenge.body.temp_token, codeOf(secret))).status).toBe(200);
  });

  test('RL-5 with a hundred networks closes new networks, not the one where the owner was before', async () => {
    const ann = await world.user();
    const home = '203.0.113.9';
    expect((await logIn(ann.username, goodPassword, home)).status).toBe(200);
    for (let network = 0; network < 12; network += 1) {
      for (let i = 0; i < 9; i += 1) await logIn(ann.username, wrong, `198.51.100.${network}`);
    }
    expect((await logIn(ann.username, goodPassword, '198.51.100.200')).status).toBe(429);
    expect((await logIn(ann.username, wrong, home)).status).toBe(401);
    expect((await logIn(ann.username, goodPassword, home)).status).toBe(200);
  });

  test('RL-5 has one network in all of an IPv6 /64, and in an IPv4 address however it is written', async () => {
    const ann = await world.user();
    for (let i = 0; i < 10; i += 1) await logIn(ann.username, wrong, `2001:db8:5:6::${i + 1}`);
    expect((await logIn(ann.username, goodPassword, '2001:db8:5:6:ffff::1')).status).toBe(429);
    expect((await logIn(ann.username, goodPassword, '2001:db8:5:7::1')).status).toBe(200);

    const bob = await world.user();
    for (let i = 0; i < 10; i += 1) await logIn(bob.username, wrong, '198.51.100.9');
    expect((await logIn(bob.username, goodPassword, '::ffff:198.51.100.9')).status).toBe(429);
  });
});

describe('one user at many desks', () => {
  test('RL-9 logs in at all of them at once: no login waits for another', async () => {
    const ann = await world.user();
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => ann.login()));
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    }
  });
});

describe('a login with password and code at once', () => {
  const tryLogin = (username: string, password: string, code: string) =>
    logIn(username, password, '192.0.2.1', { mfa_token: code });

  test('LG-6 succeeds with both, and takes a recovery code', async () => {
    const ann = await world.user();
    const { secret, codes } = await ann.enrolTotp();
    const right = await tryLogin(ann.username, goodPassword, codeOf(secret));
    expect(right).toMatchObject({ status: 200, body: { mfa_required: false, area: 'public' } });
    const recovered = await tryLogin(ann.username, goodPassword, codes[0] ?? '');
    expect(recovered.body).toMatchObject({ backup_codes_remaining: 9, mfa_required: false });
  });

  test('LG-6 fails alike for each of the two that was wrong, and meets the throttle at the same attempt', async () => {
    const ann = await world.user();
    const annsSecret = (await ann.enrolTotp()).secret;
    const bob = await world.user();
    const bobsSecret = (await bob.enrolTotp()).secret;
    const annsAnswers = [];
    const bobsAnswers = [];
    for (let i = 0; i < 12; i += 1) {
      annsAnswers.push(seen(await tryLogin(ann.username, wrong, codeOf(annsSecret))));
      bobsAnswers.push(seen(await tryLogin(bob.username, goodPassword, wrongCodeOf(bobsSecret))));
    }
    expect(annsAnswers).toEqual(bobsAnswers);
    expect(annsAnswers.filter((one) => one.startsWith('[401'))).toHaveLength(10);
  });

  test('LG-6 does not use the code up when the password was wrong', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const code = codeOf(secret);
    expect((await tryLogin(ann.username, wrong, code)).status).toBe(401);
    expect((await tryLogin(ann.username, goodPassword, code)).status).toBe(200);
    expect((await tryLogin(ann.username, goodPassword, code)).status).toBe(401);
  });

  test('LG-6 does not count what cannot be a code against the second factor', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    expect((await tryLogin(ann.username, goodPassword, wrongCodeOf(secret))).status).toBe(401);
    for (const odd of ['abc', '12345', 'x'.repeat(200)]) {
      const named = { status: 400, body: { errors: [{ pointer: '#/mfa_token' }] } };
      expect(await tryLogin(ann.username, goodPassword, odd)).toMatchObject(named);
      expect(await tryLogin(ann.username, 'not the password', odd)).toMatchObject(named);
    }
    const { temp_token: temp } = (await ann.login()).body;
    const miss = await ann.verify(temp, wrongCodeOf(secret));
    expect(miss.body).toMatchObject({ type: '/problems/mfa-token-invalid', attempts_remaining: 1 });
  });
});

describe('an area that the roles do not open', () => {
  test('SE-7 refuses with 403 after the password and before any factor is asked', async () => {
    const ann = await world.user();
    const phone = '+15095550142';
    await ann.enrolSent('sms', { phone });
    const before = world.texts.length;
    wait(60);
    for (const area of ['admin', 'vendor']) {
      const refused = await ann.login(area);
      expect(refused).toMatchObject({ status: 403, type: '/problems/forbidden' });
      expect(JSON.stringify(refused.body)).not.toMatch(/temp_token|enrollment_token|methods/);
    }
    expect(world.texts).toHaveLength(before);
    expect((await logIn(ann.username, wrong, '192.0.2.1', { area: 'admin' })).status).toBe(401);
    expect((await ann.login('public')).body.mfa_required).toBe(true);
    expect(world.texts).toHaveLength(before + 1);
  });

  test('VN-5 knows no login into the area of service accounts', async () => {
    const ann = await world.user();
    expect(await ann.login('service')).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    expect((await ann.login('everything')).status).toBe(400);
  });
});

describe('a name that looks like another', () => {
  test('attack 38: is not taken for it', async () => {
    const kim = await world.user({ username: `kim-${Date.now()}@county.example`, email: null });
    expect((await logIn(kim.username.toUpperCase(), goodPassword)).status).toBe(200);
    const lookalikes = [
      kim.username.replace('@', '＠'),
      kim.username.replace('k', '\u212A'), // the Kelvin sign; its lower case is k
      kim.username.replace('i', '\u0456'), // a Cyrillic letter
      kim.username.replace('c', 'ｃ'),
      `${kim.username} `,
      ` ${kim.username}`,
      `${kim.username}\u200b`,
      kim.username.replace('m', 'm\u0301'),
    ];
    for (const name of lookalikes) {
      expect(await logIn(name, goodPassword)).toMatchObject({
        status: 401,
        type: '/problems/invalid-credentials',
      });
    }
  });

  test('attack 38: is not created, and its address not enrolled', async () => {
    for (const username of ['ann＠county.example', '\u212Aim', 'аnn', 'ann bell', 'ann\u0000', '-ann', '']) {
      await expect(world.user({ username })).rejects.toMatchObject({ status: 400 });
    }
    const ann = await world.user();
    const taken = world.user({ username: ann.username.toUpperCase() });
    await expect(taken).rejects.toMatchObject({ status: 409 });
    const bearer = (await ann.login()).body.access_token;
    for (const email of ['ann＠county.example', 'ann@county。example', 'ann@cоunty.example']) {
      const refused = await world.call('POST', '/auth/mfa/enroll', { method: 'email', email }, { bearer });
      expect(refused).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    }
  });
});
