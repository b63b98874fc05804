import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CompiledQuery } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectPostgres, serviceRole } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { countEncrypted } from '../../src/features/vault-rotation/count-encrypted.ts';
import { firstPosition, reencryptBatch } from '../../src/features/vault-rotation/reencrypt-vault.ts';
import { createVault, type VaultKey } from '../../src/lib/crypto/vault.ts';
import { bootstrapAdmin } from '../../src/service/bootstrap-admin.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openService } from '../../src/service/open-service.ts';
import { type Actor, actions, wait } from '../support/actor.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { blocksOf, readDocument } from '../support/document.ts';
import { anotherInstance } from '../support/instance.ts';
import { createWorld, type World } from '../support/world.ts';

const run = promisify(execFile);
const hasPrograms = await Promise.all(['pg_dump', 'pg_restore'].map((name) => run(name, ['--version']))).then(
  () => true,
  () => false,
);
const newKey = (id: string): VaultKey => ({ id, key: randomBytes(32) });
const key = newKey('k1');

const blocks = blocksOf(readDocument('docs/operations.md')).map(({ text }) => text);

/** The lines of docs/operations.md that begin so, in bash, with names of our own. */
async function bashOf(program: string, names: Record<string, string>, cwd: string, env: NodeJS.ProcessEnv) {
  const line = blocks.flatMap((text) => text.split('\n')).find((one) => one.startsWith(`${program} `)) ?? '';
  expect(line).not.toBe('');
  const named = Object.entries(names).reduce((text, [from, to]) => text.replaceAll(from, to), line);
  await run('bash', ['--norc', '-euc', named], { cwd, env: { PATH: process.env.PATH, ...env } });
}

/** The owner of the database, who is no administrator of the server; and how an administrator gets there. */
async function makeOwner(server: string) {
  const { hostname, port, username, password } = new URL(server);
  const admin = { PGHOST: hostname, PGPORT: port || '5432', PGUSER: username, PGPASSWORD: password };
  const name = `sallyport_owner_${randomBytes(6).toString('hex')}`;
  const sql = async (statement: string) => {
    const { db, close } = connectPostgres(server, 1);
    await db.executeQuery(CompiledQuery.raw(statement)).finally(close);
  };
  await sql(`do $$ begin create role ${serviceRole} nologin;
    exception when duplicate_object or unique_violation then null; end $$`);
  await sql(`create role ${name} login password 'of a test'`);
  const urlOf = (database: string) => {
    const url = Object.assign(new URL(database), { username: name, password: 'of a test' });
    return url.href;
  };
  return { name, admin, sql, urlOf, drop: () => sql(`drop role ${name}`) };
}

async function worldOn(url: string): Promise<World> {
  const database = { ...connectPostgres(url, 5), url };
  await migrate(database.db);
  return createWorld({ database: database, vault: createVault([key]) });
}

// pg_dump refuses a server that is newer than itself, and the one from npm mostly is.
const canDump = process.env.TEST_DATABASE_URL && hasPrograms;

describe.runIf(canDump)('a database that is restored from pg_dump', () => {
  let folder: string;
  let after: World;
  let drop: () => Promise<void>;
  let ann: Actor;
  let left: Awaited<ReturnType<Actor['enrolTotp']>> & { readonly steppedBefore: string };

  beforeAll(async () => {
    wait(0);
    folder = await mkdtemp(join(tmpdir(), 'sallyport-backup-'));
    const owner = await makeOwner(serverUrl ?? '');
    const old = await createDatabase();
    await owner.sql(`alter database ${new URL(old.url).pathname.slice(1)} owner to ${owner.name}`);
    const ownerUrl = owner.urlOf(old.url);
    const before = await worldOn(ownerUrl);
    const person = await before.user();
    const factor = await person.enrolTotp();
    const challenge = await person.login();
    expect((await person.verify(challenge.body.temp_token, factor.codes[0] ?? '')).status).toBe(200);
    await before.call('POST', '/auth/refresh', { refresh_token: factor.refresh });
    await bashOf('pg_dump', {}, folder, { MIGRATION_DATABASE_URL: ownerUrl });
    await before.close();
    await old.drop();

    const fresh = await createDatabase();
    await fresh.drop(); // the document makes it
    drop = async () => {
      await fresh.drop();
      await owner.drop();
    };
    const names = {
      sallyport_owner: owner.name,
      sallyport_restored: new URL(fresh.url).pathname.slice(1),
    };
    await bashOf('createdb', names, folder, owner.admin);
    await bashOf('pg_restore', names, folder, owner.admin);
    after = await worldOn(fresh.url);
    ann = actions(after, person);
    left = { ...factor, steppedBefore: factor.refresh };
  });
  afterAll(async () => {
    vi.useRealTimers();
    await after.close();
    await drop();
    await rm(folder, { recursive: true });
  });

  test('lets a person log in with the same password and app', async () => {
    expect((await ann.loginWithTotp(left.secret)).status).toBe(200);
  });

  test('RK-2 has not forgotten which recovery codes are spent', async () => {
    const logInWith = async (code = '') => ann.verify((await ann.login()).body.temp_token, code);
    expect(await logInWith(left.codes[0])).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-invalid',
    });
    expect((await logInWith(left.codes[1])).status).toBe(200);
  });

  test('takes the tokens that were good when it was copied, and ends the family of a spent one', async () => {
    const me = () => after.call('GET', '/auth/me', undefined, { bearer: left.bearer });
    expect((await me()).status).toBe(200);
    wait(30); // a token that was stepped on a moment ago is forgiven
    const spent = await after.call('POST', '/auth/refresh', { refresh_token: left.steppedBefore });
    expect(spent.status).toBe(401);
    expect((await me()).status).toBe(401);
  });

  test('lets nobody go on who was logged in, after what is to be deleted then', async () => {
    const bearer = (await ann.loginWithTotp(left.secret, 'public', 1)).body.access_token;
    const me = async () => (await anotherInstance(after)).call('GET', '/auth/me', undefined, { bearer });
    expect((await me()).status).toBe(200);
    const deleted = blocks.find((text) => text.includes('delete from sessions')) ?? '';
    for (const statement of deleted.split(';').filter((one) => one.trim()))
      await after.deps.db.executeQuery(CompiledQuery.raw(statement));
    expect(deleted).toContain('trusted_devices');
    expect((await me()).status).toBe(401);
  });

  test('opens everything that was sealed', async () => {
    const vault = createVault([newKey('k2'), key]);
    let lost = 0;
    let reencrypted = 0;
    for (let at: typeof firstPosition | null = firstPosition; at !== null; ) {
      const batch = await reencryptBatch({ db: after.deps.db, vault }, at);
      lost += batch.lost;
      reencrypted += batch.reencrypted;
      at = batch.next;
    }
    expect(lost).toBe(0);
    expect(reencrypted).toBeGreaterThan(2);
    expect(new Set((await countEncrypted(after.deps)).map(({ keyId }) => keyId))).toEqual(new Set(['k2']));
  });

  test('is not started upon with other vault keys, and says so', async () => {
    const start = (keys: readonly [VaultKey]) => anotherInstance(after, { vault: createVault(keys) });
    await expect(start([newKey('k2')])).rejects.toThrow(
      'The vault key k2 does not open a value of signing_keys',
    );
    await expect(start([newKey('k9')])).rejects.toThrow('No vault key has the id k2');
  });

  test('ends the process that was started upon it with other vault keys, rather than wait for ever', async () => {
    const VAULT_KEYS = `k9:${randomBytes(32).toString('base64')}`;
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: after.database.url ?? '',
      VAULT_KEYS,
      PORT: '0',
      PAGES: 'off',
    };
    const started = run(process.execPath, ['src/server.ts'], { env, timeout: 30_000 });
    await expect(started).rejects.toMatchObject({ code: 1, killed: false });
  });
});

describe('the folder of an embedded database', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-backup-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is whole when it is copied while the service is stopped', async () => {
    const open = (name: string) =>
      openService(readConfig({ DATA_DIR: join(folder, name), LOG_LEVEL: 'silent' }), () => {});
    const first = await open('data');
    const admin = await bootstrapAdmin(first.deps);
    await first.close();
    await cp(join(folder, 'data'), join(folder, 'copy'), { recursive: true });
    await rm(join(folder, 'data'), { recursive: true });

    const second = await open('copy');
    const login = await second.app.inject({ method: 'POST', url: '/auth/login', payload: { ...admin } });
    await second.close();
    expect(login.statusCode).toBe(200);
  });
});
