import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction } from '../../db/in-transaction.ts';
import { codeOf } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { until } from '../support/programs.ts';
import { createWorld, goodPassword, type World } from '../support/world.ts';

describe.skipIf(!serverUrl)('where PostgreSQL gives up one of two that wait for each other', () => {
  let world: World;
  let rival: pg.Client;
  beforeAll(async () => {
    world = await createWorld();
    rival = new pg.Client({ connectionString: world.database.url ?? '' });
    await rival.connect();
    await rival.query("set deadlock_timeout = '1min'"); // so that it is the service that is given up
  });
  afterAll(async () => {
    await rival.end();
    await world.close();
  });
  beforeEach(() => rival.query("select set_config('application_name', 'rival', false)"));

  /** Holds one row, waits until the service waits for it, and asks for one that the service holds. */
  async function crossing<Result>(held: string, asked: string, id: string, work: () => Promise<Result>) {
    await rival.query('begin');
    await rival.query(held, [id]);
    const result = work();
    await until('the service waits', waits);
    const got = rival.query(asked, [id]);
    await got; // only when the service has let go
    await rival.query('commit');
    return result;
  }

  async function waits(): Promise<boolean> {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name <> 'rival'`.execute(
      world.database.owner,
    );
    return (rows[0]?.waiting ?? 0) > 0;
  }

  async function deadlocks(): Promise<number> {
    await sql`select pg_stat_clear_snapshot()`.execute(world.database.db);
    const { rows } = await sql<{ deadlocks: number }>`
      select deadlocks from pg_stat_database where datname = current_database()`.execute(world.database.db);
    return Number(rows[0]?.deadlocks);
  }

  const held = 'select from sessions where user_id = $1 for update';
  const asked = 'select from users where id = $1 for update';

  test('HT-5 a transaction begins again: the password is changed, once', async () => {
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const change = { current_password: goodPassword, new_password: 'nine dry umbrella stands' };
    await ann.login(); // a session that ends with the change, so that its row is waited for
    const before = await deadlocks();
    const answer = await crossing(held, asked, ann.id, () =>
      world.call('POST', '/auth/password', change, { bearer }),
    );
    expect(answer.status).toBe(204);
    await expect.poll(deadlocks, { timeout: 10_000 }).toBeGreaterThan(before);
    expect((await ann.login()).status).toBe(401);
    expect((await ann.login('public', { password: change.new_password })).status).toBe(200);
  });

  test('OT-3 a statement is sent again: the code opens one session', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    const answer = await crossing(
      'select from factors where user_id = $1 for update',
      'select from logins where user_id = $1 for update',
      ann.id,
      () => ann.verify(temp_token, codeOf(secret)),
    );
    expect(answer.status).toBe(200);
    expect((await ann.verify((await ann.login()).body.temp_token, codeOf(secret))).status).toBe(403);
  });

  test('HT-5 one that is given up every time is 503, and to be tried again', async () => {
    const ann = await world.user();
    await sql`create function give_up() returns trigger language plpgsql as
      $$ begin raise exception using errcode = '40001'; end $$`.execute(world.database.owner);
    await sql`create trigger give_up before insert on audit_events for each row execute function give_up()`.execute(
      world.database.owner,
    );
    const refused = await ann.login();
    await sql`drop trigger give_up on audit_events`.execute(world.database.owner);
    expect(refused).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
    expect(refused.headers['retry-after']).toBe('2');
    expect((await ann.login()).status).toBe(200);
  });

  test('HT-5 what failed otherwise is not tried again', async () => {
    let tries = 0;
    const fails = inTransaction(world.database.db, async () => {
      tries += 1;
      throw new Error('no');
    });
    await expect(fails).rejects.toThrow('no');
    expect(tries).toBe(1);
  });
});
