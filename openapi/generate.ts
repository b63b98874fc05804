import { fileURLToPath } from 'node:url';
import type { Database } from '../db/connect.ts';
import { apiDocument } from '../src/api/openapi/openapi.ts';
import { openInMemory, openOn } from './in-memory.ts';

export const documentFile = fileURLToPath(new URL('openapi.json', import.meta.url));

/** The text of openapi.json, from the routes as they are now. Without a database that is migrated it makes one. */
export async function generateDocument(database?: Database): Promise<string> {
  const { app, close } = await (database ? openOn(database) : openInMemory());
  await app.ready();
  const text = `${JSON.stringify(apiDocument(app), null, 2)}\n`;
  await close();
  return text;
}
