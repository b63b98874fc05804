import { randomUUID } from 'node:crypto';
import type { ApiDocument } from '../../src/api/openapi/openapi.ts';
import type { World } from './world.ts';

type Method = Parameters<World['call']>[0];
type Operation = ApiDocument['paths'][string][string];

/** The document of a world never changes, and reading it takes longer than most tests. */
const documents = new WeakMap<World['call'], ReturnType<World['call']>>();

/** Every operation of the OpenAPI document, with something in the place of its parameters. */
export async function apiRoutes({ call }: Pick<World, 'call'>) {
  const asked = documents.get(call) ?? call('GET', '/openapi.json');
  documents.set(call, asked);
  const { body } = await asked;
  const { paths }: ApiDocument = body;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, operation]) => {
      const method = verb.toUpperCase() as Method; // the document knows no others
      return {
        method,
        path,
        url: path.replace('{area}', 'public').replace(/\{\w+\}/g, randomUUID()) + requiredQuery(operation),
        operation,
        name: `${method} ${path}`,
      };
    }),
  );
}

/** Whether the document says that an operation takes an access token. */
export function takesBearer({ security = [] }: Operation): boolean {
  return security.some((scheme) => 'bearer' in scheme);
}

/** The parameters that a route cannot do without: the area of a vendor, where it is an area. */
function requiredQuery({ parameters = [] }: Operation): string {
  const needed = parameters.filter((one) => one.in === 'query' && one.required);
  const pairs = needed.map(({ name, schema }) => {
    const values = schema?.enum ?? [];
    return `${name}=${values.find((value) => value === 'vendor') ?? values[0]}`;
  });
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

/** The routes that anybody may call: what they open is in their bodies, or nothing. */
export const openRoutes = [
  'POST /auth/login',
  'POST /auth/passkey/options',
  'POST /auth/passkey/verify',
  'POST /auth/refresh',
  'POST /auth/password/forgot',
  'POST /auth/password/reset',
  'POST /auth/password/link',
  'POST /auth/not-me/link',
  'POST /auth/not-me',
  'POST /auth/break-glass',
  'POST /auth/recovery',
  'POST /auth/recovery/begin',
  'POST /auth/recovery/state',
  'POST /auth/recovery/ask',
  'POST /auth/recovery/show',
  'POST /auth/recovery/finish',
  'POST /auth/recovery/confirm',
  'GET /auth/password/rules',
  'POST /auth/mfa/verify',
  'POST /auth/mfa/challenge',
  'POST /auth/caller-checks/challenge',
  'POST /auth/caller-checks/answer',
  'POST /oauth/token',
  'POST /oauth/introspect',
  'POST /oauth/revoke',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/ssf-configuration',
  'GET /health/live',
  'GET /health/ready',
];

/** The routes of programs, which a token of a person does not open. */
export const serviceRoutes = ['POST /events/poll/{id}'];

/** The routes that speak OAuth: forms in, and of refusals 400 and 401 as RFC 6749 5.2 has them. */
export const oauthRoutes = ['POST /oauth/token', 'POST /oauth/introspect', 'POST /oauth/revoke'];
