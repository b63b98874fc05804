import { randomUUID } from 'node:crypto';
import type { AdminSession } from './admin-session.ts';
import { createSigner } from './client-assertion.ts';
import { type Answer, textIn } from './journey-client.ts';
import { receivers } from './receiver-journey.ts';

const day = 86_400_000;
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const fetching = { grant_type: 'client_credentials' };

/** A program with a secret and with a key. Disables its account in the end, even after a failed step. */
export async function serviceAccount(admin: AdminSession): Promise<void> {
  const { act } = admin;
  const name = `contract-${randomUUID()}`;
  const body = {
    ...{ name, owner: 'Contract tests', scopes: ['contract:read', 'introspect', 'events:poll'] },
    enabled_until: new Date(Date.now() + day).toISOString(),
  };
  const made = await act('a service account', 'createServiceAccount', { body }, 201);
  const params = { id: textIn(made, 'id') };
  try {
    await act('a name is taken once', 'createServiceAccount', { body }, 409, 'conflict');
    await act('which there are', 'listServiceAccounts', { query: 'limit=1' });
    await bySecret(admin, params);
    await byKey(admin, params);
    await change(admin, params);
  } finally {
    await act(`disable ${name}`, 'changeServiceAccount', { params, body: { status: 'disabled' } });
  }
}

type Params = { readonly id: string };

async function bySecret(admin: AdminSession, params: Params): Promise<void> {
  const { act, step } = admin;
  const added = await act('a secret', 'addCredential', { params, body: { kind: 'secret' } }, 201);
  const client = { client_id: params.id, client_secret: textIn(added, 'client_secret') };
  const grant = (what: string, more: object, status?: number) =>
    step(what, 'grantToken', { body: { ...fetching, ...client, ...more } }, status);
  const look = (what: string, token: string) => step(what, 'introspectToken', { body: { token, ...client } });

  await grant('a wrong secret', { client_secret: `not ${client.client_secret}` }, 401);
  await grant('a scope that it does not have', { scope: 'contract:write' }, 400);
  await grant('one scope alone', { scope: 'contract:read' });
  const token = textIn(await grant('a token', {}), 'access_token');
  await look('ask about it', token);
  await look('ask about that of a person', await admin.bearer());
  await show(admin, 'at a gateway', token);
  await receivers(admin, { id: params.id, token });
  await step('no token of a person', 'me', { bearer: token }, 401, 'invalid-token');
  await step('end it', 'revokeToken', { body: { token, ...client } });
  await show(admin, 'it is over', token, 401, 'invalid-token');
  await look('nothing is revealed of it', token);
  await revoke(admin, params, added, await grant('another token', {}));
}

/** What was fetched with a credential ends with it. */
async function revoke(admin: AdminSession, { id }: Params, added: Answer, granted: Answer): Promise<void> {
  const params = { id, credential_id: textIn(added, 'credential_id') };
  await admin.act('revoke the credential', 'revokeCredential', { params }, 204);
  await show(admin, 'its token is over', textIn(granted, 'access_token'), 401, 'invalid-token');
  await admin.act('it is revoked', 'revokeCredential', { params }, 404, 'not-found');
}

async function byKey(admin: AdminSession, params: Params): Promise<void> {
  const { act, step } = admin;
  const signer = createSigner();
  const body = { kind: 'public_key', public_jwk: signer.publicJwk, expires_in: 3600 };
  const added = await act('a public key', 'addCredential', { params, body }, 201);
  const issuer = textIn(await step('who issues', 'metadata', {}), 'issuer');
  const signed = {
    client_assertion_type: assertionType,
    client_assertion: signer.assertion(params.id, issuer),
  };
  const sent = { body: { ...fetching, ...signed } };
  const granted = await step('a token by a signature', 'grantToken', sent);
  await step('a signature works once', 'grantToken', sent, 401);
  await revoke(admin, params, added, granted);
}

async function change({ act }: AdminSession, params: Params): Promise<void> {
  const { version } = await act('look at it', 'showServiceAccount', { params });
  const body = { description: 'Made by a contract test', networks: ['192.0.2.0/24'], version };
  await act('narrow it', 'changeServiceAccount', { params, body });
  await act('somebody was faster', 'changeServiceAccount', { params, body }, 409, 'conflict');
}

function show({ step }: AdminSession, what: string, bearer: string, status?: number, type?: string) {
  return step(what, 'forward', { bearer, query: 'area=service&scope=contract:read' }, status, type);
}
