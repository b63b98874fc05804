import { assertOwnSession } from '../../db/assert-own-session.ts';
import { connectPostgres, type Database, type QueryListener, serviceRole } from '../../db/connect.ts';
import { assertDatabaseContext, assertFound, findDatabaseContext } from '../../db/database-context.ts';
import { migrate } from '../../db/migrate.ts';
import { namingDatabase } from '../../db/name-database.ts';
import { privateFolder } from '../../db/private-folder.ts';
import { assertRole, enterRole } from '../../db/role.ts';
import { createVault, type Vault } from '../lib/crypto/vault.ts';
import type { Config } from './config/config.ts';
import { loadDataKeys } from './embedded-keys.ts';
import { type ReportSlow, reportNothing } from './report-slow.ts';

const bringing = 'Bringing the database up to date';

export type OpenedDatabase = { readonly database: Database; readonly vault: Vault };

/**
 * Opens and migrates the configured database, and makes the vault for its encrypted values. The connection takes the
 * role of the service, which cannot change audit records. Throws if that is not so.
 */
export async function openDatabase(
  { database, vaultKeys }: Config,
  onQuery?: QueryListener,
  report: ReportSlow = reportNothing,
): Promise<OpenedDatabase> {
  if (!database.url && database.dataDir !== 'memory:') await privateFolder(database.dataDir);
  const keys = vaultKeys ?? (await loadDataKeys(database.dataDir)); // before the database: see embedded-keys.ts
  const opened = await (database.url
    ? openPostgres(database.url, database, report, onQuery)
    : openEmbedded(database.dataDir, report, onQuery));
  return { database: opened, vault: createVault(keys) };
}

async function openPostgres(
  url: string,
  { migrationUrl, poolMax }: Config['database'],
  report: ReportSlow,
  onQuery?: QueryListener,
): Promise<Database> {
  await namingDatabase(
    migrationUrl ? 'MIGRATION_DATABASE_URL' : 'DATABASE_URL',
    migrationUrl ?? url,
    async () => {
      const owner = connectPostgres(migrationUrl ?? url, 1, { migrates: true });
      try {
        await assertOwnSession(owner.db, migrationUrl ?? url); // migrations hold a lock of the session
        await report(bringing, () => migrate(owner.db));
      } finally {
        await owner.close();
      }
    },
  );
  return namingDatabase('DATABASE_URL', url, async () => {
    const opened = connectPostgres(url, poolMax, { role: serviceRole, onQuery });
    return orClose(opened, async () => {
      await assertOwnSession(opened.db, url);
      const context = await findDatabaseContext(opened.db);
      assertDatabaseContext(context);
      assertFound(context);
      await assertRole(opened.db);
    });
  });
}

async function openEmbedded(folder: string, report: ReportSlow, onQuery?: QueryListener): Promise<Database> {
  const opened = await report('Opening the embedded database', async () => {
    const { connectEmbedded } = await import('../../db/embedded.ts'); // PostgreSQL in WebAssembly: loaded only if used
    return connectEmbedded(folder, onQuery);
  });
  return orClose(opened, async () => {
    await report(bringing, () => migrate(opened.db));
    await enterRole(opened.db); // there is one connection, and it keeps its role
    await assertRole(opened.db);
  });
}

async function orClose(opened: Database, prepare: () => Promise<void>): Promise<Database> {
  try {
    await prepare();
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}
