import pg from 'pg';

/**
 * What every connection sets for itself, whatever the server, the database or the role prescribes. How values are written
 * is among it: the driver reads dates as ISO and text as UTF-8. `SET` does it after the connection is made, because a pooler
 * such as PgBouncer refuses such settings in the startup packet.
 */
const settings = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  statement_timeout: '5s',
  idle_in_transaction_session_timeout: '10s', // of an instance whose line is gone: its locks would stay for hours
  idle_session_timeout: '0', // the pool closes what it does not need
};
/**
 * A migration takes as long as its table is long. It waits less for a lock: whoever comes after it waits behind it, so a
 * lock that somebody else keeps would stop every login. Kysely waits longer for its own, which stops nobody.
 */
const migrating = { ...settings, statement_timeout: '0', lock_timeout: '5s' };
export const answerMs = 3_000;
const refusals = ['42501', '22023']; // the login is no member, and there is no such role

export type Purpose = {
  /** Another role than that of the login. */
  readonly role?: string;
  /** For migrations alone. */
  readonly migrates?: boolean;
};

export async function prepareSession(client: pg.ClientBase, { role, migrates }: Purpose = {}): Promise<void> {
  const set = Object.entries(migrates ? migrating : settings).map(
    ([name, value]) => `set ${name} = '${value}'`,
  );
  await ask(client, set.join('; '));
  if (role === undefined) return;
  await ask(client, `set role ${pg.escapeIdentifier(role)}`).catch((cause) => {
    if (!refusals.includes(cause.code)) throw cause;
    const who = `The login of DATABASE_URL is no member of the role ${role}.`;
    throw new Error(`${who} An administrator of the server must run: grant ${role} to that login;`, {
      cause,
    });
  });
}

export function ask(client: pg.ClientBase, text: string) {
  const query: pg.QueryConfig & { readonly query_timeout: number } = { text, query_timeout: answerMs };
  return client.query<{ backend: string }>(query);
}
