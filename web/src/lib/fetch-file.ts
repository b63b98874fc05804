import { SallyportProblem } from '@sallyport/client';
import { client } from '../session.ts';
import { settings } from '../settings.ts';

/** A file of the service, by the client: with its token, one refresh and one step-up. Throws as its calls do. */
export async function fetchFile(path: string): Promise<Blob> {
  const base = new URL(settings.api, window.location.href).href.replace(/\/$/, '');
  const response = await client.fetch(base + path, { cache: 'no-store', referrerPolicy: 'no-referrer' });
  if (response.ok) return response.blob();
  const body = await response.json().catch(() => ({})); // a proxy may answer with something else
  throw new SallyportProblem(response.status, body);
}
