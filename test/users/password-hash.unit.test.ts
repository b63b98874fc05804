import * as independent from 'argon2';
import { describe, expect, test, vi } from 'vitest';
import { createHashQueue } from '../../src/features/passwords/hash-queue.ts';
import { createHasher } from '../../src/features/passwords/password-hash.ts';

const hasher = createHasher();
const quick = { memoryKiB: 64, passes: 1 };
const sameCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const password = 'zigzag plum orbit';

describe('a stored password', () => {
  test('PW-8: is argon2id in PHC form, with a salt of its own of 16 bytes', async () => {
    const [one, two] = await Promise.all([hasher.hash(password), hasher.hash(password)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
  });

  test('PW-8: is understood by another implementation, and the other way round', async () => {
    expect(await independent.verify(await hasher.hash(password), password)).toBe(true);
    expect(await independent.verify(await hasher.hash(password), 'zigzag plum orbiT')).toBe(false);

    const phc = await independent.hash(password, { ...sameCost, type: independent.argon2id });
    expect(await hasher.verify(phc, password)).toBe(true);
    expect(await hasher.verify(phc, `${password}.`)).toBe(false);
    expect(hasher.needsRehash(phc)).toBe(false);
  });

  test('PW-8: verifies by its own parameters, not by the configured ones', async () => {
    const phc = await independent.hash(password, { type: independent.argon2i, memoryCost: 256, timeCost: 3 });
    expect(await hasher.verify(phc, password)).toBe(true);
  });

  test('PW-2: compares long passwords whole', async () => {
    const long = Array.from({ length: 100 }, (_, i) => String.fromCharCode(97 + ((i * 7) % 26))).join('');
    const { hash, verify } = createHasher(quick);
    const phc = await hash(long);
    expect(await verify(phc, long)).toBe(true);
    const others = [
      long.slice(0, 72),
      long.slice(0, 99),
      long.toUpperCase(),
      `${long} `,
      ` ${long}`,
      `${long}\0`,
    ];
    for (const other of others) expect(await verify(phc, other)).toBe(false);
  });

  test('PW-3: is the same in either Unicode form', async () => {
    const { hash, verify } = createHasher(quick);
    const phc = await hash('caf\u00e9 zigzag plum');
    expect(await verify(phc, 'cafe\u0301 zigzag plum')).toBe(true);
    expect(await independent.verify(phc, 'caf\u00e9 zigzag plum')).toBe(true);
    expect(await verify(phc, 'cafe zigzag plum')).toBe(false);
  });

  test('PW-8: is due for a new hash when the parameters have risen', async () => {
    const weak = await createHasher(quick).hash(password);
    expect(createHasher(quick).needsRehash(weak)).toBe(false);
    expect(createHasher({ memoryKiB: 128, passes: 1 }).needsRehash(weak)).toBe(true);
    expect(createHasher({ memoryKiB: 64, passes: 2 }).needsRehash(weak)).toBe(true);
    expect(createHasher({ memoryKiB: 64, passes: 1, lanes: 2 }).needsRehash(weak)).toBe(true);
  });

  test('LG-5: is due for a new hash when it costs more than any other, which would reveal whose it is', async () => {
    const costly = await createHasher({ memoryKiB: 128, passes: 3 }).hash(password);
    expect(createHasher({ memoryKiB: 64, passes: 3 }).needsRehash(costly)).toBe(true);
    expect(createHasher({ memoryKiB: 128, passes: 2 }).needsRehash(costly)).toBe(true);
    expect(createHasher({ memoryKiB: 128, passes: 3 }).needsRehash(costly)).toBe(false);
  });

  test('PW-8: is due for a new hash when it is of another kind', async () => {
    expect(
      hasher.needsRehash(await independent.hash(password, { ...sameCost, type: independent.argon2i })),
    ).toBe(true);
    expect(hasher.needsRehash(await independent.hash(password, { ...sameCost, hashLength: 16 }))).toBe(true);
    expect(hasher.needsRehash('$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW')).toBe(true);
  });
});

describe('a user who does not exist', () => {
  const odd = [
    null,
    '',
    'nonsense',
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$dGFn',
    '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW',
  ];

  test.each(odd)('LG-5: has no right password: %s', async (phc) => {
    expect(await hasher.verify(phc, password)).toBe(false);
    expect(await hasher.verify(phc, '')).toBe(false);
  });

  test.each(odd)('LG-5: costs a whole hash like one who does: %s', async (phc) => {
    const argon2 = await import('@node-rs/argon2');
    const verify = vi.fn(argon2.verify); // the real one, watched
    vi.resetModules();
    vi.doMock('@node-rs/argon2', () => ({ ...argon2, verify }));
    const watched = await import('../../src/features/passwords/password-hash.ts');
    vi.doUnmock('@node-rs/argon2');

    await watched.createHasher().verify(phc, 'wrong');
    expect(String(verify.mock.calls.at(-1)?.[0])).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await expect(verify.mock.results.at(-1)?.value).resolves.toBe(false);
  });
});

describe('the queue', () => {
  test('refuses at once, with 503 and a time, when too many wait', async () => {
    const busy = createHasher({ threads: 1, queueLimit: 2 });
    const asked = Array.from({ length: 5 }, () => busy.verify(null, password));
    const settled = await Promise.allSettled(asked);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await expect(asked[3]).rejects.toMatchObject({
      status: 503,
      type: '/problems/dependency-unavailable',
      extensions: { retry_after: 1 },
    });
    expect(await busy.verify(null, password)).toBe(false);
  });

  test('serves in the order of asking, no more at once than allowed, and nobody overtakes', async () => {
    const queue = createHashQueue({ running: 2, waiting: 20 });
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const work = (number: number) => async () => {
      begun.push(number);
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    };

    const first = queue.run('one', work(0)).then(() => queue.run('one', work(10)));
    await Promise.all([first, ...Array.from({ length: 9 }, (_, i) => queue.run('one', work(i + 1)))]);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(most).toBe(2);
  });

  test('goes on after a work that failed, synchronously or not', async () => {
    const queue = createHashQueue({ running: 1, waiting: 5 });
    const fault = new Error('broken');
    const results = await Promise.allSettled([
      queue.run('one', async () => Promise.reject(fault)),
      queue.run('one', () => {
        throw fault;
      }),
      queue.run('one', async () => 'done'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });
});
