import { stat } from 'node:fs/promises';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { freshDatabase, near, serverUrl } from '../support/database.ts';

const socket = inject('serverSocket');

test.skipIf(!socket)(
  'the socket of the tests, which asks for no password, is in a folder of one user',
  async () => {
    const { mode } = await stat(socket ?? '');
    expect(mode & 0o077).toBe(0);
  },
);

test.skipIf(!serverUrl)('the near address of a database leads to the same database', async () => {
  const database = await freshDatabase();
  const client = new pg.Client({ connectionString: near(database.url ?? '') });
  try {
    await client.connect();
    const { rows } = await client.query('select current_database() as name, inet_client_addr() as address');
    expect(new URL(database.url ?? '').pathname).toBe(`/${rows[0].name}`);
    if (socket) expect(rows[0].address).toBeNull();
  } finally {
    await client.end();
    await database.close();
  }
});
