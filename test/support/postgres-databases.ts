import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** An empty database on a PostgreSQL server, or a copy of another. */
export async function createDatabase(server: string, template = 'template1') {
  const name = `sallyport_test_${randomBytes(6).toString('hex')}`;
  // Copying files is quicker by half, but ends with a checkpoint: that is cheap only where nothing is synchronized.
  const [{ fsync } = { fsync: 'on' }] = await onServer<{ fsync: string }>(server, 'show fsync');
  const strategy = fsync === 'off' ? 'file_copy' : 'wal_log';
  await onServer(server, `create database ${name} template ${template} strategy ${strategy}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: async () => void (await onServer(server, `drop database if exists ${name} with (force)`)),
  };
}

async function onServer<Row extends pg.QueryResultRow>(
  server: string,
  statement: string,
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}
