import { Agent } from 'undici';
import type { SecretRecord } from './secret-record.ts';
import type { Answer, Call } from './world.ts';

/**
 * Calls over the network, and otherwise as callerOf in world.ts does. What cannot be sent, or is not answered, is
 * status 0. `from`: an address of this machine, such as 127.0.0.2. `record`: for tests, not where there is no run of them.
 */
export function httpCaller(base: string, from?: string, record?: SecretRecord) {
  const agent = new Agent({ connections: 512, ...(from && { localAddress: from }) });

  async function call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
    path: string,
    body?: Record<string, unknown>,
    how: Call = {},
  ): Promise<Answer> {
    const headers = {
      ...(how.bearer && { authorization: `Bearer ${how.bearer}` }),
      ...(how.mfa && { 'x-mfa-token': how.mfa }),
      ...(body && { 'content-type': 'application/json' }),
      ...how.headers,
    };
    try {
      const sent = body ? JSON.stringify(body) : null;
      const answer = await agent.request({ origin: base, path, method, headers, body: sent });
      const read = parsed(await answer.body.text());
      if (answer.statusCode < 400) {
        record?.body(body);
        record?.secret('one-time code', how.mfa);
      }
      record?.body(read);
      return { status: answer.statusCode, headers: answer.headers, body: read, type: typeOf(read) };
    } catch (error) {
      return { status: 0, headers: {}, body: { error: String(error) }, type: undefined };
    }
  }

  return { call, close: () => agent.close() };
}

/** Null for no body, and for the pages that a balancer answers with. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function typeOf(body: unknown): string | undefined {
  const type = Object(body).type;
  return typeof type === 'string' ? type : undefined;
}
