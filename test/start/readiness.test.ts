import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { createVault } from '../../src/lib/crypto/vault.ts';
import { anotherInstance } from '../support/instance.ts';
import { useWorld, useWorldPerTest } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

const ready = ({ call }: World) => call('GET', '/health/ready');

function refusal(part: string) {
  return { status: 503, type: '/problems/not-ready', body: { not_ready: [part] } };
}

describe('GET /health/ready', () => {
  let draining = false;
  const world = useWorld({ app: { isDraining: () => draining } });
  afterEach(() => {
    draining = false;
  });

  test('HT-5 is 200 where the database is up to date and the keys open', async () => {
    expect(await ready(world)).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  test('HT-5 is 503 while the service drains, and everything else is answered', async () => {
    const ann = await world.user();
    draining = true;
    expect(await ready(world)).toMatchObject(refusal('draining'));
    expect(await world.call('GET', '/health/live')).toMatchObject({ status: 200 });
    expect(await ann.login()).toMatchObject({ status: 200 });
  });
});

describe('GET /health/ready', () => {
  const world = useWorldPerTest('the database is broken');

  test('HT-5 is 503 on a database that is older than this code', async () => {
    await sql`delete from kysely_migration where name = (select max(name) from kysely_migration)`.execute(
      world.database.owner,
    );
    const answer = await ready(world);
    expect(answer).toMatchObject(refusal('migrations'));
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/problem\+json/),
      'retry-after': '5',
      'cache-control': 'no-store',
    });
  });

  test('HT-5 is 503 on a database that was never migrated', async () => {
    await sql`drop table kysely_migration`.execute(world.database.owner);
    expect(await ready(world)).toMatchObject(refusal('migrations'));
  });

  test('HT-5 is 200 on a database that is newer: the next release has begun', async () => {
    await sql`insert into kysely_migration (name, timestamp) values ('9999_next', 'now')`.execute(
      world.database.owner,
    );
    expect(await ready(world)).toMatchObject({ status: 200 });
  });

  test('HT-5 is 503 where no key of the vault opens the signing key', async () => {
    const other = await anotherInstance(world);
    expect((await other.call('GET', '/health/ready')).status).toBe(200);
    const key = { id: 'test', key: Buffer.alloc(32, 7) };
    const blind = createVault([key]);
    const sealed = await world.database.db.selectFrom('signingKeys').selectAll().executeTakeFirstOrThrow();
    const associatedData = { table: 'signing_keys', row: sealed.kid, column: 'private_sealed' };
    const privateSealed = blind.encrypt('any text', associatedData); // encrypted with a key that is gone
    await world.database.db.updateTable('signingKeys').set({ privateSealed }).execute();
    expect(await ready(world)).toMatchObject(refusal('keys'));
    await other.close();
  });

  test('HT-5 is 503 where there is no signing key', async () => {
    await world.database.db.deleteFrom('signingKeys').execute();
    expect(await ready(world)).toMatchObject(refusal('keys'));
  });
});
