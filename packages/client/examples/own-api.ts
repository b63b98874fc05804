// Calls an API of the organisation. Its origin is in `apis`, so it gets the access token; no other origin does.
import { type Challenge, createClient } from '@sallyport/client';

export function reportPage(
  baseUrl: string,
  api: string,
  onStepUp: (challenge: Challenge) => Promise<unknown>,
) {
  const client = createClient({ baseUrl, mode: 'memory', apis: [api], onStepUp });

  async function report(signal?: AbortSignal): Promise<unknown> {
    const response = await client.fetch(new URL('/api/report', api), signal ? { signal } : {});
    if (!response.ok) throw new Error(`The report: ${response.status}`);
    return response.json();
  }
  return { client, report };
}
