import { connectPostgres } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { createDatabase } from './database.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import { createWorld } from './world.ts';

/**
 * A world on a PostgreSQL database of its own, behind a line that can be broken. `direct` is the way past it, by which it
 * receives notifications: what comes by the line are answers alone.
 */
export async function createProxiedWorld(connections = 10) {
  const { url: direct, drop } = await createDatabase();
  const proxy = await startTcpProxy(direct);
  const database = connectPostgres(proxy.url, connections);
  const aside = connectPostgres(direct, 1);
  await migrate(database.db);
  const world = await createWorld({ database: { ...database, listen: aside.listen, url: proxy.url } });
  const close = async () => {
    await world.close();
    await aside.close();
    await proxy.close();
    await drop();
  };
  return { world, proxy, direct, close };
}
