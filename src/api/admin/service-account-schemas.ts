import { z } from 'zod';
import { isScopeToken } from '../../domain/service-accounts/scope-token.ts';
import { credentialSeconds, type ServiceCredential } from '../../domain/service-accounts/service-account.ts';
import type { AddedCredential } from '../../features/service-accounts/credentials.ts';
import { isNetwork } from '../../features/service-accounts/networks.ts';
import type { StoredAccount } from '../../features/service-accounts/service-account-store.ts';
import { id, seconds, shown, text, time, timeOf, withExamples, words } from '../../platform/http/fields.ts';

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'Up to 64 letters a–z, digits and . _ -, the first a letter or digit',
  );
const scope = z
  .string()
  .refine(isScopeToken, 'Up to 100 printable ASCII characters without spaces, quotes and backslashes');
const network = z.string().max(50).refine(isNetwork, 'A network such as 192.0.2.0/24 or 2001:db8::/32');
const settings = {
  owner: words(200).describe('Who is responsible for it: a team, a vendor'),
  description: text(500).nullable(),
  scopes: z.array(scope).min(1, 'At least one').max(50),
  networks: z.array(network).max(50).describe('Networks that it may call from; empty allows all'),
  enabled_from: time.nullable(),
  enabled_until: time.nullable().describe('Give every account of a third party an end'),
};

const sync = {
  name: 'sync-service',
  owner: 'County GIS team',
  scopes: ['sync:read', 'sync:write'],
  networks: ['192.0.2.0/24'],
  enabled_until: '2027-02-03T00:00:00.000Z',
};

export const createAccountBody = withExamples(
  z.strictObject({
    name,
    owner: settings.owner,
    description: settings.description.default(null),
    scopes: settings.scopes,
    networks: settings.networks.default([]),
    enabled_from: settings.enabled_from.default(null),
    enabled_until: settings.enabled_until.default(null),
  }),
  { account: sync },
);

export const changeAccountBody = withExamples(
  z
    .strictObject({
      ...z.strictObject(settings).partial().shape,
      status: z.enum(['active', 'disabled']).optional(),
      version: z
        .int()
        .optional()
        .describe('Change it only if nobody has changed it since this version was read'),
    })
    .refine(({ version: _, ...change }) => Object.keys(change).length > 0, 'Nothing to change'),
  { disable: { status: 'disabled' }, narrow: { scopes: ['sync:read'], version: 1 } },
);

const credentialShape = {
  credential_id: id,
  kind: z.enum(['secret', 'public_key']),
  created_at: time,
  expires_at: time,
};

const credentialBody = z.strictObject({
  ...credentialShape,
  thumbprint: z.string().nullable().describe('For a public key: its RFC 7638 thumbprint'),
  revoked_at: time.nullable(),
  last_used_at: time.nullable().describe('Exact to the minute'),
});

export const accountBody = withExamples(
  z
    .strictObject({
      id: id.describe('Also the client_id'),
      name,
      ...settings,
      scopes: z.array(z.string()),
      networks: z.array(z.string()),
      status: z.enum(['active', 'disabled']),
      created_at: time,
      version: z.int(),
      credentials: z.array(credentialBody),
    })
    .meta({ title: 'ServiceAccount' }),
  {
    account: {
      ...sync,
      id: shown.userId,
      description: null,
      enabled_from: null,
      status: 'active',
      created_at: shown.time,
      version: 1,
      credentials: [],
    },
  },
);

export const accountsBody = withExamples(
  z.strictObject({
    service_accounts: z.array(accountBody),
    next_cursor: z.string().nullable(),
  }),
  { none: { service_accounts: [], next_cursor: null } },
);

const publicJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};

export const addCredentialBody = withExamples(
  z.strictObject({
    kind: z.enum(['secret', 'public_key']),
    public_jwk: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'RFC 7517: EC P-256 (ES256), OKP Ed25519 (Ed25519, EdDSA), RSA of 2048 to 4096 bits (PS256, RS256)',
      ),
    expires_in: seconds(credentialSeconds.least, credentialSeconds.most)
      .optional()
      .describe('Seconds; by default 90 days'),
  }),
  { secret: { kind: 'secret' }, 'public key': { kind: 'public_key', public_jwk: publicJwk } },
);

export const addedBody = withExamples(
  z.strictObject({
    ...credentialShape,
    client_id: id,
    client_secret: z.string().optional().describe('Shown this once'),
    thumbprint: z.string().optional(),
  }),
  {
    secret: {
      credential_id: shown.factorId,
      kind: 'secret',
      created_at: shown.time,
      expires_at: '2026-05-04T09:30:00.000Z',
      client_id: shown.userId,
      client_secret: shown.opaque,
    },
  },
);

export function dateOf(text: string | null): Date | null;
export function dateOf(text: string | null | undefined): Date | null | undefined;
export function dateOf(text: string | null | undefined): Date | null | undefined {
  return typeof text === 'string' ? new Date(text) : text;
}

export function accountOf({ credentials, ...account }: StoredAccount): z.output<typeof accountBody> {
  const { id, name, owner, description, scopes, networks, status, version } = account;
  return {
    ...{ id, name, owner, description, scopes: [...scopes], networks: [...networks], status, version },
    enabled_from: account.enabledFrom && timeOf(account.enabledFrom),
    enabled_until: account.enabledUntil && timeOf(account.enabledUntil),
    created_at: timeOf(account.createdAt),
    credentials: credentials.map((one) => ({
      ...commonOf(one),
      thumbprint: one.thumbprint,
      revoked_at: one.revokedAt && timeOf(one.revokedAt),
      last_used_at: one.lastUsedAt && timeOf(one.lastUsedAt),
    })),
  };
}

export function addedOf(clientId: string, { credential, secret }: AddedCredential) {
  return {
    ...commonOf(credential),
    client_id: clientId,
    ...(secret !== null && { client_secret: secret }),
    ...(credential.thumbprint !== null && { thumbprint: credential.thumbprint }),
  };
}

function commonOf({ id, kind, createdAt, expiresAt }: ServiceCredential) {
  return { credential_id: id, kind, created_at: timeOf(createdAt), expires_at: timeOf(expiresAt) };
}
