import type pg from 'pg';
import { retryOnConflict } from './retry.ts';

const names = new Map<string, string>();

/**
 * Sends each statement of a connection under a name for its text, so that PostgreSQL parses and plans it once.
 * Repeats a statement outside a transaction after a deadlock or a serialization failure.
 * Closes a connection that does not answer or that leads to a read-only server. Otherwise the pool would give it to the
 * next caller, whose query would fail.
 */
export function resilientClient(client: pg.PoolClient): void {
  const query = client.query.bind(client);
  let inTransaction = false;

  const minded = (text: unknown, values?: unknown, ...rest: unknown[]) => {
    if (typeof text !== 'string' || typeof values === 'function' || rest.length > 0)
      return Reflect.apply(query, client, [text, values, ...rest]); // not a query of Kysely
    if (/^(begin|start transaction)/i.test(text)) inTransaction = true;
    const isPart = inTransaction; // the commit too: after a failed one, a repeated one seems to succeed
    if (/^(commit|rollback)$/i.test(text)) inTransaction = false;
    const statement =
      Array.isArray(values) && values.length > 0 ? { name: nameOf(text), text, values } : text;
    const send = (): Promise<unknown> => Reflect.apply(query, client, [statement]).catch(hangUp);
    return isPart ? send() : retryOnConflict(send);
  };

  function hangUp(error: unknown): never {
    if (isUseless(error)) client.end().catch(() => {});
    throw error;
  }
  Object.assign(client, { query: minded });
}

/** The name of a text's prepared statement, the same on every connection. */
export function nameOf(text: string): string {
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  return name;
}

/** Whether the connection did not answer, or leads to a server that cannot write. */
export function isUseless(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === 'Query read timeout' || ('code' in error && error.code === '25006');
}
