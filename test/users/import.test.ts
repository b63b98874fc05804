import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { hashOfUser, importedActor, importing, importingFrom } from '../support/importing.ts';
import { forgot, linksTo } from '../support/links.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { snapshot } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';
import { goodPassword } from '../support/world.ts';

/** Of `seven wet umbrellas`, by Werkzeug. */
const hash = 'pbkdf2:sha1:1000$FlgyzpjE0mQWhda3$54905e5bce3a3c95273a8604c57314227039e735';
const secret = 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU';

const world = useWorld();

let names = 0;
const newName = () => {
  names += 1;
  return `moved${names}`;
};
const row = (username: string) =>
  world.deps.db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst();
const bytes = async function* (...chunks: (string | Uint8Array)[]) {
  yield* chunks;
};

describe('a user who is imported', () => {
  test.each([
    "o'brien@example.gov",
    "Sinead.O'Neill@example.gov",
    '_ann@example.gov',
    'a&b/c=d!e@example.gov',
    "d'arcy+maps@sub.example.gov",
  ])('has a mail address as name, and logs in by it: %s', async (address) => {
    const line = { username: address, email: address, password_hash: hash };
    expect(await importing(world, [line])).toEqual({ imported: 1, skipped: 0, said: [] });
    const ann = await importedActor(world, address.toLowerCase());
    const { access_token: bearer } = (await ann.login()).body;
    const { body } = await world.call('GET', '/auth/me', undefined, { bearer });
    expect(body.user).toMatchObject({ username: address.toLowerCase() });
    await forgot(world, address);
    expect(await linksTo(world, address)).toHaveLength(1);
  });

  test.each([
    "o'brien",
    "a'..b@example.gov",
    "o'brien@@example.gov",
    'a\u2019b@example.gov',
    `${"a'".repeat(30)}@${'b'.repeat(63)}.${'c'.repeat(10)}`,
  ])('has no name that is neither plain nor a mail address: %s', async (username) => {
    const { imported, said } = await importing(world, [{ username }]);
    expect(imported).toBe(0);
    expect(said).toEqual([expect.stringContaining('Must be a mail address')]);
  });

  test('keeps name, addresses, roles, age and password, and stands in the audit', async () => {
    const line = {
      username: 'Ann.Moved',
      email: 'Ann@x.gov',
      phone: '+15095550100',
      language: 'es',
      roles: ['vendor', 'user', 'vendor'],
      password_hash: hash,
      created_at: '2024-05-01T09:30:00.123456+02:00',
    };
    expect(await importing(world, [line])).toEqual({ imported: 1, skipped: 0, said: [] });
    const user = await row('ann.moved');
    expect(user).toMatchObject({
      email: 'Ann@x.gov',
      phone: '+15095550100',
      language: 'es',
      roles: ['vendor', 'user'],
      status: 'active',
      passwordHash: hash,
      passwordChangedAt: new Date(),
    });
    expect(user?.createdAt.toISOString()).toBe('2024-05-01T07:30:00.123Z');
    expect(await eventTypesOf(world, user?.id ?? '')).toEqual(['user_imported']);
    const ann = await importedActor(world, 'ann.moved');
    expect((await ann.login('vendor')).status).toBe(200);
  });

  test('needs nothing but a name, and then has no password that fits', async () => {
    const username = newName();
    const empty = {
      email: null,
      phone: null,
      language: null,
      roles: null,
      password_hash: null,
      totp_secret: null,
      totp: null,
    };
    expect(await importing(world, [{ username, ...empty, created_at: null, disabled: null }])).toMatchObject({
      imported: 1,
    });
    expect(await row(username)).toMatchObject({ roles: ['user'], passwordHash: null, createdAt: new Date() });
    expect((await (await importedActor(world, username)).login()).status).toBe(401);
  });

  test('LG-5: does not log in where disabled', async () => {
    const username = newName();
    await importing(world, [{ username, password_hash: hash, disabled: true }]);
    expect((await (await importedActor(world, username)).login()).status).toBe(401);
    expect(await hashOfUser(world, username)).toBe(hash);
  });

  test('RL-1: has a row that counts wrong codes', async () => {
    const username = newName();
    await importing(world, [{ username, password_hash: hash, totp_secret: secret }]);
    const user = await importedActor(world, username);
    const { temp_token } = (await user.login()).body;
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push((await user.verify(temp_token, wrongCodeOf(secret))).status);
    expect(answers).toEqual([403, 403, 403, 429]);
    expect((await user.loginWithTotp(secret)).status).toBe(429);
  });
});

describe('a TOTP secret that is imported', () => {
  const forms: [string, object][] = [
    ['as it is kept here', { totp_secret: secret }],
    ['in small letters and groups', { totp_secret: 'krsx g5ct mvrx ezlu krsx g5ct mvrx ezlu' }],
    ['with the parameters of an app', { totp: { secret, digits: 6, period: 30, algorithm: 'SHA1' } }],
    ['with the secret alone', { totp: { secret } }],
  ];

  test.each(forms)('OT-1: logs in at once: %s', async (_, totp) => {
    const username = newName();
    expect(await importing(world, [{ username, password_hash: hash, ...totp }])).toMatchObject({
      imported: 1,
    });
    const user = await importedActor(world, username);
    const challenge = await user.login();
    expect(challenge.body).toMatchObject({
      mfa_required: true,
      mfa_method: 'totp',
      methods: [{ method: 'totp', label: 'Imported' }],
    });
    const passed = await user.verify(challenge.body.temp_token, codeOf(secret));
    expect(passed.status).toBe(200);
    const status = await world.call('GET', '/auth/mfa/status', undefined, {
      bearer: passed.body.access_token,
    });
    expect(status.body).toMatchObject({
      enabled: true,
      method: 'totp',
      backup_codes_remaining: 0,
      factors: [{ default: true, label: 'Imported' }],
    });
    expect((await user.login()).body.mfa_required).toBe(true);
    expect((await user.loginWithTotp(secret)).type).toBe('/problems/mfa-token-used'); // OT-2
  });

  test.each([
    [16, 'GEZDGNBVGY3TQOJQGEZDGNBVGY======'],
    [18, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQ==='],
    [19, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOI='],
    [32, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA===='],
    [64, `${'GEZDGNBVGY3TQOJQ'.repeat(6)}GEZDGNA=`],
  ])('OT-1: may be of %d bytes', async (_, long) => {
    const username = newName();
    expect(await importing(world, [{ username, password_hash: hash, totp_secret: long }])).toMatchObject({
      said: [],
    });
    const user = await importedActor(world, username);
    expect((await user.loginWithTotp(long.replace(/=+$/, ''))).status).toBe(200);
  });

  test('OT-6: of fewer than 128 bits is taken only where that is said', async () => {
    const username = newName();
    const line = { username, password_hash: hash, totp_secret: 'JBSWY3DPEHPK3PXP' };
    const refused = await importing(world, [line]);
    expect(refused.said).toEqual([
      expect.stringContaining('1 totp_secret: 80 bits, where RFC 4226 asks for 128'),
    ]);
    expect(await importing(world, [line], true)).toMatchObject({ imported: 1 });
    const short = { ...line, username: newName(), totp_secret: 'JBSWY3DPEHPK3' };
    expect((await importing(world, [short], true)).said).toEqual(['1 totp_secret: At least 80 bits']);

    const user = await importedActor(world, username);
    const { temp_token } = (await user.login()).body;
    const code = codeOf80Bits('JBSWY3DPEHPK3PXP');
    expect((await user.verify(temp_token, code)).status).toBe(200);
  });

  test('OT-8: is sealed, and bound to its owner', async () => {
    const [one, two] = [newName(), newName()];
    await importing(world, [
      { username: one, password_hash: hash, totp_secret: secret },
      { username: two, password_hash: hash, totp_secret: secret },
    ]);
    expect(JSON.stringify(await snapshot(world.deps.db))).not.toContain(secret);
    const ids = [await importedActor(world, one), await importedActor(world, two)].map(({ id }) => id);
    const { db } = world.deps;
    const sealed = await db
      .selectFrom('factors')
      .select('dataSealed')
      .where('userId', '=', ids[0] ?? '')
      .executeTakeFirstOrThrow();
    await db
      .updateTable('factors')
      .set(sealed)
      .where('userId', '=', ids[1] ?? '')
      .execute();
    expect((await (await importedActor(world, two)).login()).status).toBe(500);
  });
});

/** What an authenticator app shows of a secret too short for otplib (RFC 6238). */
function codeOf80Bits(base32: string): string {
  const bits = [...base32].map((one) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0'),
  );
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(step).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('a line that cannot be imported', () => {
  const marker = 'QWERTYSECRETZXCVBNASDFGH';
  const bad: [string, string | object, string][] = [
    ['no JSON', `{"username":"x","totp_secret":"${marker}"`, '1 not JSON'],
    ['a list', `["${marker}"]`, '1 not an object: one user a line'],
    ['null', 'null', '1 not an object: one user a line'],
    ['no name', { email: 'a@x.gov' }, '1 username: Required: text'],
    ['a name of another kind', { username: 5 }, '1 username: Required: text'],
    ['a name with a space', { username: `a ${marker}` }, '1 username: Must be a mail address, or up to 128'],
    [
      'a name with a look-alike',
      { username: '\u212aelvin' },
      '1 username: Must be a mail address, or up to 128',
    ],
    ['a name with a NUL', { username: 'a\0b' }, '1 username: Must be a mail address, or up to 128'],
    ['a raw NUL', '{"username":"a\0b"}', '1 not JSON'],
    ['an address that is none', { username: 'x', email: marker }, '1 email: Must be a mail address'],
    [
      'an address with a line break',
      { username: 'x', email: 'a@x.gov\nb@x.gov' },
      '1 email: Must be a mail address',
    ],
    ['a number that is none', { username: 'x', phone: '0509' }, '1 phone: Must be a phone number such as'],
    ['an unknown language', { username: 'x', language: 'fr' }, '1 language: Must be one of en, es'],
    ['no roles', { username: 'x', roles: [] }, '1 roles: Must hold at least one role'],
    ['an unknown role', { username: 'x', roles: ['user', marker] }, '1 roles.1: One of admin, helpdesk'],
    ['roles of another kind', { username: 'x', roles: 'admin' }, '1 roles: A list of roles'],
    [
      'a hash of no known kind',
      { username: 'x', password_hash: `{SSHA}${marker}` },
      '1 password_hash: Not a hash',
    ],
    ['a hash of another kind', { username: 'x', password_hash: 7 }, '1 password_hash: Text'],
    [
      'an absurd cost',
      { username: 'x', password_hash: '$2b$31$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHRK' },
      '1 password_hash: Costs too much: bcrypt',
    ],
    ['a secret that is none', { username: 'x', totp_secret: `${marker}!` }, '1 totp_secret: Must be base32'],
    [
      'a secret cut short',
      { username: 'x', totp_secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGYZ' },
      '1 totp_secret: Must be base32',
    ],
    ['an empty secret', { username: 'x', totp_secret: '' }, '1 totp_secret: Must be base32'],
    [
      'a secret too long',
      { username: 'x', totp_secret: marker.repeat(5) },
      '1 totp_secret: At most 512 bits',
    ],
    ['eight digits', { username: 'x', totp: { secret, digits: 8 } }, '1 totp.digits: Only 6 are supported'],
    ['a minute', { username: 'x', totp: { secret, period: 60 } }, '1 totp.period: Only 30 seconds'],
    ['SHA-256', { username: 'x', totp: { secret, algorithm: 'SHA256' } }, '1 totp.algorithm: Only SHA1'],
    ['two secrets', { username: 'x', totp: { secret }, totp_secret: secret }, '1 totp: Give either'],
    ['an unknown part of it', { username: 'x', totp: { secret, issuer: 'x' } }, '1 totp.issuer: Not a field'],
    ['an unknown field', { username: 'x', password: marker }, '1 password: Not a field of this format'],
    ['a secret for a field', { username: 'x', [`${marker}2345`]: 1 }, '1 Not a field of this format'],
    [
      'a time without its offset',
      { username: 'x', created_at: '2024-05-01T09:30:00' },
      '1 created_at: RFC 3339',
    ],
    [
      'a time to come',
      { username: 'x', created_at: '2999-01-01T00:00:00Z' },
      '1 created_at: Must be between',
    ],
    [
      'a time before time',
      { username: 'x', created_at: '0001-01-01T00:00:00Z' },
      '1 created_at: Must be between',
    ],
    ['disabled in words', { username: 'x', disabled: 'yes' }, '1 disabled: true or false'],
    [
      'several faults',
      { username: '', roles: [] },
      '1 username: Must be a mail address, or up to 128 letters a–z, digits and . _ @ + - that start with a letter or digit; roles: Must hold at least one role',
    ],
  ];

  test.each(bad)('is named without what it holds, and the next one imported: %s', async (_, line, says) => {
    const username = newName();
    const { imported, skipped, said } = await importing(world, [line, { username }]);
    expect({ imported, skipped }).toEqual({ imported: 1, skipped: 1 });
    expect(said).toEqual([expect.stringMatching(startingWith(says))]);
    expect(said.join()).not.toContain(marker);
    expect(await row(username)).toBeDefined();
    expect(await row('x')).toBeUndefined();
  });

  test('is one that is not UTF-8, or too long, wherever the pieces of the stream end', async () => {
    const [one, two, three] = [newName(), newName(), newName()];
    const file = Buffer.concat([
      Buffer.from(`\ufeff{"username":"${one}"}\r\n\r\n`),
      Buffer.from('{"username":"caf\xe9"}\n', 'latin1'),
      Buffer.from(`{"username":"${'x'.repeat(10 * 1024 * 1024)}"}\n`),
      Buffer.from(`{"username":"${two}"}\n`),
      Buffer.from(Buffer.from('\ufeff{"username":"x"}\n', 'utf16le')),
      Buffer.from(`\n{"username":"${three}"}`),
    ]);
    const pieces = Array.from({ length: Math.ceil(file.length / 997) }, (_, at) =>
      file.subarray(at * 997, (at + 1) * 997),
    );
    const { imported, said } = await importingFrom(world, bytes(...pieces));
    expect(said).toEqual([
      '3 not UTF-8',
      '4 longer than 65536 bytes',
      expect.stringMatching(/^6 not (UTF-8|JSON)$/),
      expect.stringMatching(/^7 not (UTF-8|JSON)$/),
    ]);
    expect(imported).toBe(3);
    for (const name of [one, two, three]) expect(await row(name)).toBeDefined();
  });
});

describe('a name that comes twice', () => {
  test('goes to the first line, in any case, and the other is named', async () => {
    const username = newName();
    const { imported, said } = await importing(world, [
      { username, email: 'first@x.gov' },
      { username: username.toUpperCase(), email: 'second@x.gov' },
    ]);
    expect(imported).toBe(1);
    expect(said).toEqual(['2 username: the same as in line 1']);
    expect(await row(username)).toMatchObject({ email: 'first@x.gov' });
  });

  test('is noticed however far apart the lines are', async () => {
    const username = newName();
    const many = Array.from({ length: 2_300 }, () => ({ username: newName() }));
    const { imported, skipped, said } = await importing(world, [{ username }, ...many, '{', { username }]);
    expect({ imported, skipped }).toEqual({ imported: 2_301, skipped: 2 });
    expect(said).toEqual(['2302 not JSON', `2303 username: there is a user named ${username} already`]);
  });

  test('changes nothing of who has it, so that the same file may be imported again', async () => {
    const user = await world.user();
    const lines = [
      { username: newName(), password_hash: hash, totp_secret: secret },
      { username: user.username, password_hash: hash, totp_secret: secret, roles: ['admin'] },
    ];
    expect(await importing(world, lines)).toMatchObject({ imported: 1, skipped: 1 });
    const before = await snapshot(world.deps.db);
    expect(await importing(world, lines)).toMatchObject({ imported: 0, skipped: 2 });
    expect(await snapshot(world.deps.db)).toEqual(before);
    expect((await user.login()).body.mfa_required).toBe(false);
  });

  test('makes one user where two imports run at once', async () => {
    const lines = Array.from({ length: 50 }, () => ({ username: newName(), totp_secret: secret }));
    const both = await Promise.all([importing(world, lines), importing(world, lines)]);
    expect(both[0].imported + both[1].imported).toBe(50);
    expect(both[0].skipped + both[1].skipped).toBe(50);
    for (const { username } of lines) {
      const { id } = await importedActor(world, username);
      expect(await eventTypesOf(world, id)).toEqual(['user_imported']);
    }
  });
});

test('an import that breaks off keeps what it reported, and goes on when it is begun again', async () => {
  const lines = Array.from({ length: 1_500 }, () => ({ username: newName(), totp_secret: secret }));
  const breaking = async function* () {
    for (const line of lines) yield `${JSON.stringify(line)}\n`;
    throw new Error('the disk is gone');
  };
  await expect(importingFrom(world, breaking())).rejects.toThrow('the disk is gone');
  expect(await row(lines[999]?.username ?? '')).toBeDefined();
  expect(await row(lines[1_000]?.username ?? '')).toBeUndefined();
  expect(await importing(world, lines)).toMatchObject({ imported: 500, skipped: 1_000 });
});

test('OT-2: a code of an imported secret works once, also in the next step', async () => {
  const username = newName();
  await importing(world, [{ username, password_hash: hash, totp_secret: secret }]);
  const user = await importedActor(world, username, goodPassword);
  expect((await user.loginWithTotp(secret)).status).toBe(200);
  wait(30);
  expect((await user.loginWithTotp(secret, 'public', -1)).type).toBe('/problems/mfa-token-used');
  expect((await user.loginWithTotp(secret)).status).toBe(200);
});

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}
