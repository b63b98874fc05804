import pg from 'pg';

/**
 * The settings of every connection, regardless of those of the server, the database or the role. They include formats,
 * because the driver reads dates as ISO and text as UTF-8. `SET` applies them after connecting, because a pooler such
 * as PgBouncer refuses them in the startup packet.
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
  idle_in_transaction_session_timeout: '10s', // else a lost instance would keep its locks for hours
  idle_session_timeout: '0', // the pool closes idle connections itself
};
/**
 * A migration of a long table takes long, so it has no statement timeout. It waits only briefly for a lock, because
 * later statements wait behind it. A lock that another client keeps would otherwise stop every login. Kysely waits
 * longer for its own lock, because no other statement needs that one.
 */
const migrating = { ...settings, statement_timeout: '0', lock_timeout: '5s' };
export const answerMs = 3_000;
const refusals = ['42501', '22023']; // not a member of the role, and no such role

export type Purpose = {
  /** The role to take, if it is not that of the login. */
  readonly role?: string;
  /** Applies the settings of migrations. */
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
    const who = `The login of DATABASE_URL is not a member of the role ${role}.`;
    throw new Error(`${who} An administrator of the server must run: grant ${role} to that login;`, {
      cause,
    });
  });
}

export function ask(client: pg.ClientBase, text: string) {
  const query: pg.QueryConfig & { readonly query_timeout: number } = { text, query_timeout: answerMs };
  return client.query<{ backend: string }>(query);
}
