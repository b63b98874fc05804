import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import {
  createServiceAccount,
  type ServiceAccountInput,
} from '../../src/features/service-accounts/create-service-account.ts';
import { addCredential } from '../../src/features/service-accounts/credentials.ts';
import type { App } from '../../src/platform/http/app-type.ts';
import { startRecord } from './secret-record.ts';
import { consoleContext, issuer, type World } from './world.ts';

type Fields = Readonly<Record<string, string | undefined>>;
export type Way = { readonly ip?: string; readonly headers?: Readonly<Record<string, string>> };

/** A form, as OAuth libraries send it. */
export async function postForm(
  { app }: { readonly app: App },
  url: string,
  fields: Fields | string,
  way: Way = {},
) {
  const record = startRecord();
  const sent = typeof fields === 'string' ? fields : encoded(fields);
  const response = await app.inject({
    method: 'POST',
    url,
    remoteAddress: way.ip ?? '192.0.2.1',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...way.headers },
    payload: sent,
  });
  record.body(typeof fields === 'string' ? null : fields);
  // A test reads what it expects to be there; where it is not, the test fails on it.
  // biome-ignore lint/suspicious/noExplicitAny: the body of any answer
  const body: any = response.body === '' ? null : response.json();
  record.body(body);
  return {
    status: response.statusCode,
    body,
    headers: response.headers,
    type: body?.type as string | undefined,
  };
}

function encoded(fields: Fields): string {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return new URLSearchParams(given).toString();
}

/** RFC 6749 2.3.1: each part encoded as in a form, then both in Base64. */
export function basic(id: string, secret: string): Record<string, string> {
  const part = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
  return { authorization: `Basic ${Buffer.from(`${part(id)}:${part(secret)}`).toString('base64')}` };
}

export type Service = Awaited<ReturnType<typeof makeService>>;

/** A service account with a secret, and how it gets tokens. */
export async function makeService(
  world: World,
  given: Partial<ServiceAccountInput> & { seconds?: number } = {},
) {
  const { seconds, ...settings } = given;
  const input = {
    name: `s-${randomUUID()}`,
    owner: 'GIS team',
    description: null,
    scopes: ['sync:read', 'sync:write'],
    networks: [],
    enabledFrom: null,
    enabledUntil: null,
    ...settings,
  };
  const { id, name } = await createServiceAccount(world.deps, consoleContext(), null, input);
  const { credentialId, secret } = await addSecret(world, id, seconds);
  const fetchToken = (more: Fields = {}, way: Way = {}, own = secret) =>
    postForm(
      world,
      '/oauth/token',
      { grant_type: 'client_credentials', client_id: id, client_secret: own, ...more },
      way,
    );
  const token = async (): Promise<string> => (await fetchToken()).body.access_token;
  return { id, name, credentialId, secret, fetchToken, token };
}

export async function addSecret({ deps }: Pick<World, 'deps'>, id: string, seconds?: number) {
  const input = { kind: 'secret', publicJwk: undefined, seconds } as const;
  const { credential, secret } = await addCredential(deps, consoleContext(), {
    actorId: null,
    accountId: id,
    input,
  });
  return { credentialId: credential.id, secret: String(secret) };
}

/** A key pair, its public part registered with an account. */
export async function addKey(world: Pick<World, 'deps'>, id: string, alg = 'ES256', more: object = {}) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const input = { kind: 'public_key', publicJwk: { ...publicJwk, ...more }, seconds: undefined } as const;
  const { credential } = await addCredential(world.deps, consoleContext(), {
    actorId: null,
    accountId: id,
    input,
  });
  return { privateKey, publicJwk, credentialId: credential.id };
}

type Said = { readonly claims?: JWTPayload; readonly header?: Readonly<Record<string, unknown>> };

/** What a client signs about itself. */
export async function assertionOf(id: string, key: CryptoKey, { claims = {}, header = {} }: Said = {}) {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: id, sub: id, aud: issuer, iat: now, exp: now + 60, jti: randomUUID(), ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', ...header }).sign(key);
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export function fetchByAssertion(
  world: { readonly app: App },
  assertion: string,
  more: Fields = {},
  way: Way = {},
) {
  const fields = { client_assertion_type: assertionType, client_assertion: assertion, ...more };
  return postForm(world, '/oauth/token', { grant_type: 'client_credentials', ...fields }, way);
}
