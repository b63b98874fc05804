import { describe, expect, test, vi } from 'vitest';
import { readHash } from '../../src/domain/passwords/stored-hash.ts';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { hashOfUser, importedActor, importing } from '../support/importing.ts';
import { useWorld } from '../support/use-world.ts';
import { goodPassword } from '../support/world.ts';

/** Hashes of `seven wet umbrellas`, made by Werkzeug, passlib, Python's bcrypt, and node-argon2. */
const foreign: Readonly<Record<string, string>> = {
  'Werkzeug pbkdf2 sha256':
    'pbkdf2:sha256:260000$OCzrt65ATfyl6o1T$a0f7c64f5112b91fe24727d574ab689b726769072bcb2e4ad55f8aa8adf25ebc',
  'Werkzeug pbkdf2 sha1': 'pbkdf2:sha1:1000$FlgyzpjE0mQWhda3$54905e5bce3a3c95273a8604c57314227039e735',
  'Werkzeug pbkdf2 sha512':
    'pbkdf2:sha512:1000$UK1lhGK06qLWOLSv$7940b5d56bc40496fb05e7cb0da300b82bcb4d92c4212e6b29961440469052a54ca4995a87f58e51780f135507220455a0db5d8a2fcf510155d2f512960fd309',
  'Werkzeug scrypt':
    'scrypt:32768:8:1$btBcLcvtfU6xLlDX$9b26f27b45d27198a89032db50d9e152864ea3b14008527b6b2c6c473401645db8e12c33915f362cab486e88ed01afce6e07be40a4c80b8302e203f9110de6b5',
  'Werkzeug scrypt, other parameters':
    'scrypt:16384:8:2$n6g5qfjtwIUwZUhL$1e85144d7988248d472dd36f128df7f40e355376a2dbd103260f46c6929050b1e7ae8ba567f6110c629e15d36347007d7610bbc29a9bdb79f23e304e5a6c6f3a',
  'passlib pbkdf2 sha1': '$pbkdf2$1000$HENIiTHG.J.zdi7l3Huv1Q$kL0NefPbx0vGkKra07.0m69RXWo',
  'passlib pbkdf2 sha256':
    '$pbkdf2-sha256$29000$8947h3DunROi9D6nFIKwdg$01LprbE3svw7M9VDzUVN0VdHsd1yQFzM9TQQb6oq.F4',
  'passlib pbkdf2 sha512':
    '$pbkdf2-sha512$25000$JyQkhFCKkVLKWStFqFUqRQ$93FTS67k2kX4H0zBppwUGeowAeFssheNgthOCE8zNk/vDk.Je/vVPupo8pZgq/Sli1O55Jk/tJNAMpIMT..NEA',
  'passlib scrypt':
    '$scrypt$ln=14,r=8,p=1$FsLYW0tpDUGo1ZozRqj1ng$fQp0+LmnLuos6xUihRhiYa+IOdjW/WlYY8fJM5uAPT0',
  'bcrypt 2a': '$2a$10$5wfPKvPmEs8r.VC1Ejfx.egrAIiUt8MaCw2TgdL1MKvTV5NPHEWIC',
  'bcrypt 2b': '$2b$10$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHRK',
  'bcrypt 2y': '$2y$10$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHRK',
  'argon2id of other parameters':
    '$argon2id$v=19$m=65536,t=3,p=4$SapR7TJrgRocdBOf2t7UEg$mw4iYlchn2IekNvlytDZiUXIofrKy+H0Gen9ShBqzrc',
  'argon2i, parameters in another order':
    '$argon2i$v=19$m=1024,p=1,t=3$r82cE9L12a6w7vGj9sm9IA$fX+PudS0LQNXbb2WD5KluwDh5veI30T80hh1G6NIC6M',
  'bcrypt, unused bits set in the salt': '$2b$04$abcdefghijklmnopqrstuzr42fLHSB769ALI12R.8YbDHGropDvFq',
  'bcrypt, unused bits set in the digest': '$2b$04$abcdefghijklmnopqrstuur42fLHSB769ALI12R.8YbDHGropDvFr',
  'bcrypt, unused bits set in both': '$2a$04$abcdefghijklmnopqrstu9r42fLHSB769ALI12R.8YbDHGropDvFt',
  'argon2id, unused bits set in the salt':
    '$argon2id$v=19$m=1024,t=3,p=4$ABEiM0RVZneImaq7zN3u/x$IJs1fv0l16mUM8RcJpOaiWT7BcY863JyaBkU9olTOOk',
  'argon2id, unused bits set in the digest':
    '$argon2id$v=19$m=1024,t=3,p=4$ABEiM0RVZneImaq7zN3u/w$IJs1fv0l16mUM8RcJpOaiWT7BcY863JyaBkU9olTOOl',
  argon2d: '$argon2d$v=19$m=1024,p=1,t=3$NWJy6Ss9di6AJUN5s/sChg$5glm3NGW3b2l4OtbgBCkcZMsMtUKXF1K2HMxiKJH2Cc',
  'argon2 1.0':
    '$argon2i$v=16$m=1024,p=1,t=2$aNLXaqOWiUtggMyLlryJzw$hqyP1xnCahCdfHv18r+aD2hUjgsIHTDRpbKXuDbuGKg',
};

describe('a user with the hash of another application', () => {
  const world = useWorld();

  test.each(Object.entries(foreign))('PW-8: logs in, once by %s, then by ours', async (kind, hash) => {
    const username = kind.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
    expect(await importing(world, [{ username, password_hash: hash }])).toMatchObject({ imported: 1 });
    const user = await importedActor(world, username);

    expect(await user.login('public', { password: 'seven wet umbrellaS' })).toMatchObject({
      status: 401,
      body: { detail: 'Invalid credentials' },
    });
    expect(await hashOfUser(world, username)).toBe(hash);
    expect((await user.login()).status).toBe(200);
    const ours = await hashOfUser(world, username);
    expect(ours).toMatch(/^\$argon2id\$v=19\$m=1024,t=1,p=1\$/);
    expect((await user.login()).status).toBe(200);
    expect(await hashOfUser(world, username)).toBe(ours);
    expect((await user.login('public', { password: `${goodPassword}.` })).status).toBe(401);
  });

  test('PW-8: sets every unused bit of a bcrypt hash and still logs in, and no used one', async () => {
    const { fitsForeign } = await import('../../src/features/passwords/legacy-hash.ts');
    const start = '$2b$04$abcdefghijklmnopqrstu';
    const end = 'r42fLHSB769ALI12R.8YbDHGropDvF';
    const letters = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    const fitting = async (hashes: readonly string[]) => {
      const fits = await Promise.all(hashes.map((hash) => fitsForeign(hash, goodPassword)));
      return [...letters].filter((_, at) => fits[at]).join('');
    };
    expect(await fitting([...letters].map((letter) => `${start}${letter}${end}q`))).toBe('uvwxyz0123456789');
    expect(await fitting([...letters].map((letter) => `${start}u${end}${letter}`))).toBe('qrst');
  });

  test('PW-8: keeps one of ours as it is', async () => {
    const hash = await world.deps.hasher.hash(goodPassword);
    await importing(world, [{ username: 'ours', password_hash: hash }]);
    expect((await (await importedActor(world, 'ours')).login()).status).toBe(200);
    expect(await hashOfUser(world, 'ours')).toBe(hash);
  });

  test('LG-5: is refused like anybody else, though the hash is none', async () => {
    await importing(world, [{ username: 'odd' }]);
    await world.deps.db
      .updateTable('users')
      .set({ passwordHash: 'scrypt:1073741824:8:1$a$00' })
      .where('username', '=', 'odd')
      .execute();
    expect((await (await importedActor(world, 'odd')).login()).status).toBe(401);
  });
});

describe('bcrypt', () => {
  const { verify } = createHasher({ memoryKiB: 64, passes: 1 });

  /** Of crypt_blowfish, by Solar Designer. */
  test.each([
    ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
    ['', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
    [
      '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored',
      '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui',
    ],
  ])('PW-8: knows the published value of %j', async (typed, hash) => {
    for (const version of ['2a', '2b', '2y'])
      expect(await verify(hash.replace('2a', version), typed)).toBe(true);
    expect(await verify(hash, `x${typed}`)).toBe(false);
  });

  test('PW-2: takes no second password for the same, though a NUL repeats it', async () => {
    const hash = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
    expect(await verify(hash, 'U*U\0U*U')).toBe(false);
  });
});

describe('what was typed', () => {
  const { verify } = createHasher({ memoryKiB: 64, passes: 1 });

  test('PW-3: fits in the form that the other application hashed, and in ours', async () => {
    const decomposed =
      '$pbkdf2-sha256$1000$8PHy8/T19vf4.fr7/P3./w$7gJpbYbA95eKNhnOgLrvt8.Qpjht2loJtYf9giyoWjU';
    expect(await verify(decomposed, 'cafe\u0301 zigzag plum')).toBe(true);
    expect(await verify(decomposed, 'cafe zigzag plum')).toBe(false);
    const composed =
      'pbkdf2:sha256:1000$csm6dggiT7k5Wrux$ed956423cfbc1ad2ca234e06865a5bc3712b70fe64f37a21240fffeb0e0b704d';
    expect(await verify(composed, 'na\u00efve \u{1f6aa} caf\u00e9')).toBe(true);
    expect(await verify(composed, 'nai\u0308ve \u{1f6aa} cafe\u0301')).toBe(true);
  });

  test('PW-2: is compared whole, though HMAC takes a trailing NUL for none', async () => {
    const abc = 'pbkdf2:sha256:1000$salt$c2a785f4b0c67f0eab2464e0833789a27d4628f9db8972f672d42d36b969297b';
    expect(await verify(abc, 'abc')).toBe(true);
    expect(await verify(abc, 'abc\0')).toBe(false);
  });
});

describe('the cost', () => {
  test.each(Object.entries(foreign))(
    'LG-5: is never less than that of an unknown name: %s',
    async (_, hash) => {
      const argon2 = await import('@node-rs/argon2');
      const verify = vi.fn(argon2.verify); // the real one, watched
      vi.resetModules();
      vi.doMock('@node-rs/argon2', () => ({ ...argon2, verify }));
      const watched = await import('../../src/features/passwords/password-hash.ts');
      vi.doUnmock('@node-rs/argon2');
      const hasher = watched.createHasher({ memoryKiB: 512, passes: 1 });
      const hashes = () =>
        verify.mock.calls.filter(([phc]) => String(phc).includes('$m=512,t=1,p=1$')).length;

      await hasher.verify(null, 'wrong');
      expect(hashes()).toBe(1);
      expect(await hasher.verify(hash, 'wrong')).toBe(false);
      expect(hashes()).toBe(2);
    },
  );

  const tag32 = 'A'.repeat(43);
  const hex64 = 'ab'.repeat(64);
  test.each([
    `$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$${tag32}`,
    `$argon2id$v=19$m=262144,t=17,p=1$c2FsdHNhbHQ$${tag32}`,
    `$argon2id$v=19$m=65536,t=3,p=64$c2FsdHNhbHQ$${tag32}`,
    '$2b$31$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHRK',
    '$2b$16$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHRK',
    'pbkdf2:sha1:1000000000$FlgyzpjE0mQWhda3$54905e5bce3a3c95273a8604c57314227039e735',
    '$pbkdf2$3000001$HENIiTHG.J.zdi7l3Huv1Q$kL0NefPbx0vGkKra07.0m69RXWo',
    `scrypt:1073741824:8:1$salt$${hex64}`,
    `scrypt:32768:8:64$salt$${hex64}`,
    `scrypt:2:1000000:1$salt$${hex64}`,
    `$scrypt$ln=30,r=8,p=1$FsLYW0tpDUGo1ZozRqj1ng$${tag32}`,
    `$scrypt$ln=4,r=1,p=100000000$FsLYW0tpDUGo1ZozRqj1ng$${tag32}`,
  ])('attack: no hash has one that would stop the service: %s', async (hash) => {
    expect(readHash(hash)).toEqual({ scheme: null, fault: expect.stringMatching(/^Costs too much/) });
    // Computed, each would take minutes or all memory: the test would not end.
    expect(await createHasher({ memoryKiB: 64, passes: 1 }).verify(hash, 'x')).toBe(false);
  });

  test.each([
    '',
    'plain$$password',
    'sha1$salt$54905e5bce3a3c95273a8604c57314227039e735',
    'pbkdf2:sha256$OCzrt65ATfyl6o1T$a0f7c64f5112b91fe24727d574ab689b726769072bcb2e4ad55f8aa8adf25ebc',
    'pbkdf2:sha256:0$OCzrt65ATfyl6o1T$a0f7c64f5112b91fe24727d574ab689b726769072bcb2e4ad55f8aa8adf25ebc',
    'pbkdf2:sha256:1000$OCzrt65ATfyl6o1T$a0f7c64f5112b91fe24727d574ab689b726769072bcb2e4a',
    'pbkdf2:md5:1000$OCzrt65ATfyl6o1T$a0f7c64f5112b91fe24727d574ab689b',
    `scrypt:32767:8:1$salt$${hex64}`,
    `scrypt:0:8:1$salt$${hex64}`,
    `scrypt:32768:8:1$salt$${hex64.slice(2)}`,
    '$2x$10$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHRK',
    '$2b$03$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHRK',
    '$2b$10$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHR',
    '$argon2id$v=19$m=65536,t=3,p=4,keyid=Zm9v$SapR7TJrgRocdBOf2t7UEg$mw4iYlchn2IekNvlytDZiUXIofrKy+H0Gen9ShBqzrc',
    '$argon2id$v=19$m=65536,m=65536,t=3$SapR7TJrgRocdBOf2t7UEg$mw4iYlchn2IekNvlytDZiUXIofrKy+H0Gen9ShBqzrc',
    '$argon2id$v=19$m=16,t=3,p=4$SapR7TJrgRocdBOf2t7UEg$mw4iYlchn2IekNvlytDZiUXIofrKy+H0Gen9ShBqzrc',
    '$argon2id$v=19$m=65536,t=0,p=4$SapR7TJrgRocdBOf2t7UEg$mw4iYlchn2IekNvlytDZiUXIofrKy+H0Gen9ShBqzrc',
    '$2b$10$tOGufryrsDVO5ISYa8C1XOYtewIQ1yGL4pPCFl5JQcq0ooi1mMHRK\n',
  ])('attack: what is no hash is refused, and opens nothing: %j', async (hash) => {
    const read = readHash(hash);
    expect(read).toEqual({ scheme: null, fault: expect.stringMatching(/^Not a/) });
    expect(await createHasher({ memoryKiB: 64, passes: 1 }).verify(hash, 'password')).toBe(false);
  });
});
