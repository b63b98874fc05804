import { expect } from 'vitest';
import { codeOf } from './actor.ts';
import { apiRoutes, oauthRoutes, serviceRoutes } from './api-routes.ts';
import { bodyRoutes, plainBody } from './bad-values.ts';
import { makeService, postForm } from './services.ts';
import { goodPassword, type World } from './world.ts';

/** What needs no database: keys that are in memory, and the word that the process runs. */
export const routesWithoutDatabase = [
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/ssf-configuration',
  'GET /health/live',
  'GET /auth/password/rules',
];

/** What the policy refuses before the database is asked. */
const refusedBefore = ['POST /auth/passkey/options'];

/** An answer of a passkey, as far as a look at it can tell. */
const assertion = {
  ...{ id: 'AAAA', rawId: 'AAAA', type: 'public-key', clientExtensionResults: {} },
  response: {
    clientDataJSON: Buffer.from(JSON.stringify({ challenge: 'AAAA' })).toString('base64url'),
    ...{ authenticatorData: 'AAAA', signature: 'AAAA', userHandle: 'AAAA' },
  },
};

/** What these routes take in place of what the others take. */
const ownBodies: Readonly<Record<string, Record<string, unknown>>> = {
  'POST /auth/passkey/verify': { response: assertion },
  'POST /auth/caller-checks/challenge': { method: 'email' },
};

/** The bodies of routes that take one of several. */
const oneOf: Readonly<Record<string, Record<string, unknown>>> = {
  'POST /auth/recovery/ask': { continue_code: 'x', colleagues: true },
  'POST /auth/recovery/show': { continue_code: 'x', colleague_code: '482177309' },
};

/** A request of each route as it would succeed, or nearly so, prepared while all is well. */
export async function validRequests(world: World) {
  const ann = await world.user({ roles: ['user', 'vendor'] });
  const { secret, codes, refresh } = await ann.enrolTotp();
  const { temp_token } = (await ann.login()).body;
  const { access_token: vendor } = (await ann.login('vendor')).body; // never used, so no cache knows its session
  const known: Record<string, unknown> = {
    username: ann.username,
    password: goodPassword,
    current_password: goodPassword,
    new_password: 'nine dry umbrella stands',
    refresh_token: refresh,
    temp_token,
    mfa_token: codeOf(secret),
    token: codeOf(secret),
    method: 'totp',
    label: 'phone',
    number: '482177309',
    shares: ['AAAA', 'BBBB'],
  };
  const service = await makeService(world, { scopes: ['introspect', 'events:poll'] });
  const { id: client_id, secret: client_secret } = service;
  const program = await service.token(); // never used either
  const form = { grant_type: 'client_credentials', client_id, client_secret, token: refresh };
  const bodies = new Map((await bodyRoutes(world)).map((route) => [route.name, route]));
  const requests = (await apiRoutes(world)).map(({ method, url, name }) => {
    const route = bodies.get(name);
    const plain = route && { ...plainBody(route), ...only(known, Object.keys(route.fields)) };
    const body = plain ? { ...plain, ...ownBodies[name] } : oneOf[name];
    if (oauthRoutes.includes(name)) return { name, send: () => postForm(world, url, form) };
    const bearer = serviceRoutes.includes(name) ? program : vendor;
    return { name, send: () => world.call(method, url, body, { bearer, ip: '192.0.2.9' }) };
  });
  return { requests, ann, secret, codes, temp_token, vendor: String(vendor) };
}

function only(known: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (name in known ? [[name, known[name]]] : [])));
}

type ValidRequests = Awaited<ReturnType<typeof validRequests>>;

/** Nobody waits longer, in any outage. */
export const longestMs = 10_000;

/** Every route that needs the database says so in time, opens nothing and shows nothing; the others go on. */
export async function expectOutage({ requests }: Pick<ValidRequests, 'requests'>): Promise<void> {
  const from = performance.now();
  const answers = await Promise.all(
    requests.map(async ({ name, send }) => ({
      name,
      answer: await send(),
      tookMs: performance.now() - from,
    })),
  );
  for (const { name, answer, tookMs } of answers) {
    expect(tookMs, name).toBeLessThan(longestMs);
    if (routesWithoutDatabase.includes(name)) {
      expect(answer.status, name).toBe(200);
      continue;
    }
    if (refusedBefore.includes(name)) {
      expect(answer.status, name).toBe(403);
      continue;
    }
    if (name === 'GET /health/ready') {
      expect(answer.body).toMatchObject({ status: 503, not_ready: ['database'] });
      continue;
    }
    expect(answer, name).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
    expect(Object.keys(answer.body).sort(), name).toEqual([
      'detail',
      'instance',
      'retry_after',
      'status',
      'title',
      'type',
    ]);
    expect(answer.headers['retry-after'], name).toBe(String(answer.body.retry_after));
  }
}
