import { connectEmbedded, connectPostgres, type Database, type HearQuery } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import type { Config } from './config.ts';
import { loadDataKeys } from './data-keys.ts';
import { createVault, type Vault } from './vault.ts';

export type Opened = { readonly database: Database; readonly vault: Vault };

/** The database that the configuration names, brought up to date, with the vault for what is sealed in it. */
export async function openDatabase({ database, vaultKeys }: Config, hear?: HearQuery): Promise<Opened> {
  const keys = vaultKeys ?? (await loadDataKeys(database.dataDir)); // before the database: see data-keys.ts
  const opened = database.url
    ? connectPostgres(database.url, database.poolMax, hear)
    : await connectEmbedded(database.dataDir, hear);
  try {
    await migrate(opened.db);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return { database: opened, vault: createVault(keys) };
}
