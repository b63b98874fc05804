import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { addCredentialBody, createAccountBody, dateOf } from '../admin/service-account-wire.ts';
import type { Config } from '../config.ts';
import type { Deps } from '../deps.ts';
import { openDatabase } from '../open-database.ts';
import { parseInput } from '../parse-input.ts';
import { addCredential } from '../service-accounts/add-credential.ts';
import { changeServiceAccount } from '../service-accounts/change-service-account.ts';
import { createServiceAccount } from '../service-accounts/create-service-account.ts';
import { revokeCredential } from '../service-accounts/revoke-credential.ts';
import { createServiceCache } from '../service-accounts/service-cache.ts';
import { listServiceAccounts } from '../service-accounts/show-service-accounts.ts';
import { consoleOrigin, type Terminal } from './shell.ts';

type Print = Pick<Terminal, 'print'>;
type ServiceDeps = Pick<Deps, 'db' | 'services'>;

const named = { name: { type: 'string' } } as const;

export async function addService(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const many = { type: 'string', multiple: true } as const;
  const more = {
    owner: { type: 'string' },
    description: { type: 'string' },
    until: { type: 'string' },
  } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { ...named, ...more, scope: many, network: many },
  });
  const { scope = [], network = [], until, ...told } = values;
  const enabled = until === undefined ? {} : { enabled_until: until };
  const body = parseInput(createAccountBody, { ...told, scopes: scope, networks: network, ...enabled });
  const { enabled_from: from, enabled_until: to, ...settings } = body;
  await withDeps(config, async (deps) => {
    const input = { ...settings, enabledFrom: dateOf(from), enabledUntil: dateOf(to) };
    const { id, name, scopes } = await createServiceAccount(deps, null, input, consoleOrigin);
    print(`Made ${name} (${scopes.join(' ')}), client_id ${id}. It needs a credential now.`);
  });
}

export async function addServiceCredential(
  config: Config,
  args: readonly string[],
  { print }: Print,
): Promise<void> {
  const options = { ...named, 'public-key': { type: 'string' }, days: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const { name, days, 'public-key': file } = values;
  const lasts = days === undefined ? {} : { expires_in: Number(days) * 86_400 };
  const key = file === undefined ? {} : { public_jwk: await readJwk(file) };
  const kind = file === undefined ? 'secret' : 'public_key';
  const { public_jwk: publicJwk, expires_in: seconds } = parseInput(addCredentialBody, {
    kind,
    ...key,
    ...lasts,
  });
  await withAccount(config, name, async (deps, account) => {
    const input = { kind, publicJwk, seconds } as const;
    const { credential, secret } = await addCredential(deps, null, account.id, input, consoleOrigin);
    print(`client_id      ${account.id}`);
    if (secret !== null) print(`client_secret  ${secret}`);
    print(`credential     ${credential.id}, until ${credential.expiresAt.toISOString()}`);
  });
}

export async function showServices(config: Config, { print }: Print): Promise<void> {
  await withDeps(config, async (deps) => {
    const { accounts } = await listServiceAccounts(deps, { after: undefined, limit: 10_000 });
    for (const { id, name, status, owner, scopes, credentials } of accounts) {
      print(`${name}  ${status}  ${id}  ${scopes.join(' ')}  (${owner})`);
      for (const one of credentials) {
        const end = one.revokedAt
          ? `revoked ${one.revokedAt.toISOString()}`
          : `until ${one.expiresAt.toISOString()}`;
        print(`  ${one.id}  ${one.kind}  ${end}`);
      }
    }
  });
}

export async function changeService(
  config: Config,
  args: readonly string[],
  status: 'active' | 'disabled',
  { print }: Print,
): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: named });
  await withAccount(config, values.name, async (deps, { id, name }) => {
    await changeServiceAccount(deps, null, id, { status }, consoleOrigin);
    print(`${name} is ${status}.`);
  });
}

export async function revokeServiceCredential(
  config: Config,
  args: readonly string[],
  { print }: Print,
): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { ...named, credential: { type: 'string' } } });
  await withAccount(config, values.name, async (deps, { id, name, credentials }) => {
    const found = credentials.find((one) => one.id === values.credential);
    if (!found) throw new Error('Say which: --credential ID, as service list shows it');
    await revokeCredential(deps, null, id, found.id, consoleOrigin);
    print(`Revoked ${found.id} of ${name}, and its tokens.`);
  });
}

/** A public key as JWK or PEM. Of a private one nothing is taken: it should not lie where this is read. */
async function readJwk(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  if (text.includes('PRIVATE KEY')) throw new Error(`${file} holds a private key: give the public part`);
  if (text.includes('BEGIN')) return createPublicKey(text).export({ format: 'jwk' });
  return JSON.parse(text);
}

type Account = Awaited<ReturnType<typeof listServiceAccounts>>['accounts'][number];

async function withAccount(
  config: Config,
  name: string | undefined,
  work: (deps: ServiceDeps, account: Account) => Promise<void>,
): Promise<void> {
  if (!name) throw new Error('Say which: --name NAME');
  await withDeps(config, async (deps) => {
    const { accounts } = await listServiceAccounts(deps, { after: undefined, limit: 10_000 });
    const account = accounts.find((one) => one.name === name);
    if (!account) throw new Error(`There is no service account named ${name}.`);
    await work(deps, account);
  });
}

async function withDeps(config: Config, work: (deps: ServiceDeps) => Promise<void>): Promise<void> {
  const { database } = await openDatabase(config);
  try {
    await work({ db: database.db, services: createServiceCache(database.db) });
  } finally {
    await database.close();
  }
}
