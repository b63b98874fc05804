import { randomUUID } from 'node:crypto';
import type { ApiDocument } from '../../src/http/openapi.ts';
import type { World } from './world.ts';

type Method = Parameters<World['call']>[0];

/** Every operation of the OpenAPI document, with something in the place of its parameters. */
export async function apiRoutes({ call }: Pick<World, 'call'>) {
  const { body } = await call('GET', '/openapi.json');
  const { paths }: ApiDocument = body;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, operation]) => {
      const method = verb.toUpperCase() as Method; // the document knows no others
      return {
        method,
        path,
        url: path.replace(/\{\w+\}/g, randomUUID()),
        operation,
        name: `${method} ${path}`,
      };
    }),
  );
}

/** The routes that anybody may call: what they open is in their bodies, or nothing. */
export const openRoutes = [
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/mfa/verify',
  'POST /auth/mfa/challenge',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /health/live',
  'GET /health/ready',
];
