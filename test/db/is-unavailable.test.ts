import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUnavailable } from '../../db/availability.ts';
import { freshDatabase } from '../support/database.ts';

const failure = (code: string, message = 'something') => Object.assign(new Error(message), { code });

const away = [
  { what: 'a connection that failed (08006)', error: failure('08006') },
  { what: 'a connection that was refused by the server (08004)', error: failure('08004') },
  { what: 'a server that shuts down (57P01)', error: failure('57P01') },
  { what: 'a server that crashed (57P02)', error: failure('57P02') },
  { what: 'a server that starts (57P03)', error: failure('57P03') },
  { what: 'a statement that took too long (57014)', error: failure('57014') },
  { what: 'a full disk (53100)', error: failure('53100') },
  { what: 'too many clients (53300)', error: failure('53300') },
  { what: 'a standby that takes no writes (25006)', error: failure('25006') },
  { what: 'a transaction that gave way (40001)', error: failure('40001') },
  { what: 'a deadlock (40P01)', error: failure('40P01') },
  { what: 'a lock that was not to be had (55P03)', error: failure('55P03') },
  { what: 'a transaction that was left lying (25P03)', error: failure('25P03') },
  { what: 'nobody at the port', error: failure('ECONNREFUSED') },
  { what: 'a peer that hung up', error: failure('ECONNRESET') },
  { what: 'a name that nobody knows', error: failure('ENOTFOUND') },
  { what: 'a name server that is away', error: failure('EAI_AGAIN') },
  { what: 'a network that swallows', error: failure('ETIMEDOUT') },
  { what: 'a line that broke while writing', error: failure('EPIPE') },
  { what: 'a host that cannot be reached', error: failure('EHOSTUNREACH') },
  { what: 'both addresses of a name refused', error: new AggregateError([failure('ECONNREFUSED')]) },
  { what: 'a pool that is exhausted', error: new Error('timeout exceeded when trying to connect') },
  { what: 'a connection that takes too long', error: new Error('timeout expired') },
  { what: 'a connection that ended in the middle', error: new Error('Connection terminated unexpectedly') },
  { what: 'a query without an answer', error: new Error('Query read timeout') },
  { what: 'an embedded database that was closed', error: new Error('PGlite is closed') },
  { what: 'a pool that was closed', error: new Error('driver has already been destroyed') },
];

const present = [
  { what: 'a duplicate (23505)', error: failure('23505') },
  { what: 'a violated check (23514)', error: failure('23514') },
  { what: 'a syntax error (42601)', error: failure('42601') },
  { what: 'a missing table (42P01)', error: failure('42P01') },
  { what: 'no right to it (42501)', error: failure('42501') },
  { what: 'a bad value (22P02)', error: failure('22P02') },
  { what: 'a code that only begins so', error: failure('08006x') },
  { what: 'a bug', error: new TypeError('x is not a function') },
  { what: 'several bugs', error: new AggregateError([new TypeError('x')]) },
  { what: 'no error at all', error: 'ECONNREFUSED' },
  { what: 'nothing', error: undefined },
];

describe('whether the database is away', () => {
  test.each(away)('HT-5 yes: $what', ({ error }) => {
    expect(isUnavailable(error)).toBe(true);
  });

  test.each(present)('HT-5 no: $what', ({ error }) => {
    expect(isUnavailable(error)).toBe(false);
  });
});

describe('of a real database', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.close());

  const fails = (query: ReturnType<typeof sql>) =>
    query.execute(database.db).then(
      () => 'no error',
      (error: unknown) => error,
    );

  test('HT-5 a wrong statement is a bug, not an outage', async () => {
    expect(isUnavailable(await fails(sql`select nothing from nowhere`))).toBe(false);
    expect(isUnavailable(await fails(sql`select 'x'::uuid`))).toBe(false);
  });

  test('HT-5 an operator who cancels, and a server that is set to refuse writes, are outages', async () => {
    const cancelled = sql`do $$ begin raise exception 'cancelled' using errcode = '57014'; end $$`;
    expect(isUnavailable(await fails(cancelled))).toBe(true);
    const error = await database.db
      .transaction()
      .execute(async (tx) => {
        await sql`set transaction read only`.execute(tx);
        await sql`delete from sends`.execute(tx);
      })
      .catch((caught: unknown) => caught);
    expect(isUnavailable(error)).toBe(true);
  });
});
