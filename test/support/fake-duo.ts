import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import { connectDuo, type DuoOptions } from '../../src/platform/adapters/connect-duo.ts';
import { createAuthApi, duoAuth } from './fake-duo-auth.ts';
import { makeAuthority } from './fake-duo-authority.ts';
import { type DuoFault, misbehave } from './fake-duo-faults.ts';
import { createOidc, duoPrompt, type Outcome } from './fake-duo-oidc.ts';

export type FakeDuo = Awaited<ReturnType<typeof startFakeDuo>>;

/** Duo over HTTPS on a free port of this machine, with an authority of its own. */
export async function startFakeDuo() {
  const { ca, cert, key } = await makeAuthority();
  const folder = mkdtempSync(join(tmpdir(), 'fake-duo-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca);
  const faults: DuoFault[] = [];
  let always: DuoFault | null = null;
  let requests = 0;
  let host = '';
  const oidc = createOidc(() => `https://${host}`);
  const auth = createAuthApi();

  const server = createServer({ cert, key }, async (message, response) => {
    requests += 1;
    const body = await text(message).catch(() => '');
    const fault = faults.shift() ?? always;
    if (fault) return misbehave(response, fault);
    const { pathname, searchParams } = new URL(message.url ?? '', 'https://x');
    const form = new URLSearchParams(body);
    switch (`${message.method} ${pathname}`) {
      case 'POST /oauth/v1/health_check':
        return oidc.healthCheck(response, form);
      case 'GET /oauth/v1/authorize':
        return oidc.authorize(response, searchParams);
      case 'POST /oauth/v1/token':
        return oidc.token(response, form);
      default:
        return auth.handle(message, response, body);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `localhost:${(server.address() as AddressInfo).port}`; // a string only for pipes
  const browser = new Agent({ connect: { ca } });

  const options: DuoOptions = {
    host: { apiHost: host, caFile, timeoutMs: 700 },
    universal: { ...duoPrompt, apiHost: host },
    auth: { ...duoAuth, apiHost: host },
  };

  return {
    host,
    caFile,
    options,
    connect: (more: Partial<DuoOptions['host']> = {}) =>
      connectDuo({ ...options, host: { ...options.host, ...more } }),
    users: auth.users,
    pushes: auth.pushes,
    calls: auth.calls,
    asked: oidc.asked,
    requestCount: () => requests,
    fault: (fault: DuoFault, times = 1) => void faults.push(...Array<DuoFault>(times).fill(fault)),
    /** From now on, until it is null again. */
    faultAlways: (fault: DuoFault | null) => {
      always = fault;
    },

    /** A user at the prompt: what comes back to the page of the frontend. */
    async visit(redirectUrl: string, outcome: Outcome = {}) {
      oidc.outcomes.push(outcome);
      const { statusCode, headers, body } = await request(redirectUrl, { dispatcher: browser });
      if (statusCode !== 302) throw new Error(`Duo refused the prompt: ${await body.text()}`);
      const back = new URL(String(headers.location));
      await body.dump();
      return {
        error: back.searchParams.get('error'),
        response: {
          state: back.searchParams.get('state') ?? '',
          duo_code: back.searchParams.get('duo_code') ?? '',
        },
      };
    },

    close: async () => {
      await browser.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}
