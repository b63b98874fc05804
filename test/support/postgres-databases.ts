import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** An empty database on a PostgreSQL server, or a copy of another. */
export async function createDatabase(server: string, template = 'template1') {
  const name = `sallyport_test_${randomBytes(6).toString('hex')}`;
  strategies.set(server, strategies.get(server) ?? strategyOf(server));
  await onServer(
    server,
    `create database ${name} template ${template} strategy ${await strategies.get(server)}`,
  );
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: async () => void (await onServer(server, `drop database if exists ${name} with (force)`)),
  };
}

const strategies = new Map<string, Promise<string>>();

/** Copying files is quicker by half, but ends with a checkpoint: that is cheap only where nothing is synchronized. */
async function strategyOf(server: string): Promise<string> {
  const [{ fsync } = { fsync: 'on' }] = await onServer<{ fsync: string }>(server, 'show fsync');
  return fsync === 'off' ? 'file_copy' : 'wal_log';
}

/** A connection costs as much as a hundred statements, so all databases of a process are made over the same. */
const pools = new Map<string, pg.Pool>();

async function onServer<Row extends pg.QueryResultRow>(
  server: string,
  statement: string,
): Promise<readonly Row[]> {
  const pool = pools.get(server) ?? openPool(server);
  return (await pool.query<Row>(statement)).rows;
}

function openPool(server: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: server,
    max: 2,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
  });
  pool.on('error', () => {}); // the server ended, or the connection broke: the next statement opens another
  pools.set(server, pool);
  return pool;
}
