import { fileURLToPath } from 'node:url';
import { apiDocument } from '../src/http/openapi.ts';
import { openInMemory } from './in-memory.ts';

export const documentFile = fileURLToPath(new URL('openapi.json', import.meta.url));

/** The text of openapi.json, from the routes as they are now. */
export async function generateDocument(): Promise<string> {
  const { app, close } = await openInMemory();
  await app.ready();
  const text = `${JSON.stringify(apiDocument(app), null, 2)}\n`;
  await close();
  return text;
}
