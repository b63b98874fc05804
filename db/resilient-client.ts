import type pg from 'pg';
import { retryOnConflict } from './retry.ts';

const names = new Map<string, string>();

/**
 * Sends each statement of a connection under a name that follows from its text, so that it is parsed and planned once,
 * not at every call. A statement outside a transaction is sent again where it gave way to another. And a connection
 * that says nothing, or leads to a server that only reads, is hung up: it would fail whoever is given it next.
 */
export function resilientClient(client: pg.PoolClient): void {
  const query = client.query.bind(client);
  let inTransaction = false;

  const minded = (text: unknown, values?: unknown, ...rest: unknown[]) => {
    if (typeof text !== 'string' || typeof values === 'function' || rest.length > 0)
      return Reflect.apply(query, client, [text, values, ...rest]); // none of ours
    if (/^(begin|start transaction)/i.test(text)) inTransaction = true;
    const isPart = inTransaction; // the commit, too: after one that failed, another seems to succeed
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

function nameOf(text: string): string {
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  return name;
}

function isUseless(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === 'Query read timeout' || ('code' in error && error.code === '25006');
}
