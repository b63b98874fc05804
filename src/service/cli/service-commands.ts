import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { addCredentialBody, createAccountBody, dateOf } from '../../api/admin/service-account-schemas.ts';
import { changeServiceAccount } from '../../features/service-accounts/change-service-account.ts';
import { createServiceAccount } from '../../features/service-accounts/create-service-account.ts';
import { addCredential, revokeCredential } from '../../features/service-accounts/credentials.ts';
import { createServiceCache } from '../../features/service-accounts/service-cache.ts';
import { listServiceAccounts } from '../../features/service-accounts/show-service-accounts.ts';
import { parseInput } from '../../lib/parse-input.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../open-database.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { type Commands, command, many, one, read, required } from './words.ts';

type Print = Pick<Terminal, 'print'>;
type ServiceDeps = Pick<Deps, 'db' | 'services'>;
type Named = { readonly name: string };
type NewService = Named & {
  readonly owner: string;
  readonly scope: readonly string[];
  readonly network?: readonly string[];
  readonly until?: string;
  readonly description?: string;
};

const named = () => required(one('--name <NAME>', 'which account'));

const addServiceWords = () =>
  command(
    'add',
    'make an account for a program that fetches its own tokens: see docs/service-accounts.md',
    named(),
    required(one('--owner <TEXT>', 'who is responsible for it: a team, a vendor')),
    required(many('--scope <SCOPE>', 'what it may ask for; may be repeated')),
    many('--network <CIDR>', 'where it may come from; may be repeated'),
    one('--until <TIME>', 'when it ends, such as 2027-01-31T00:00:00Z'),
    one('--description <TEXT>', 'what it is for'),
  );

const serviceCredentialWords = () =>
  command(
    'credential',
    'add a secret (shown once), or the public key of the program',
    named(),
    one('--public-key <FILE>', 'PEM or JWK, instead of a secret'),
    one('--days <N>', 'how long it lasts (90)'),
  );

const changeServiceWords = (status: 'active' | 'disabled') => () =>
  status === 'active'
    ? command('enable', 'let it fetch tokens again', named())
    : command('disable', 'end its tokens at once; it gets no more', named());

const revokeServiceWords = () =>
  command(
    'revoke',
    'end a credential, and the tokens that were fetched with it',
    named(),
    required(one('--credential <ID>', 'which, as service list shows it')),
  );

export async function addService(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { scope, network = [], until, ...account } = read<NewService>(addServiceWords, args);
  const enabled = until === undefined ? {} : { enabled_until: until };
  const body = parseInput(createAccountBody, { ...account, scopes: scope, networks: network, ...enabled });
  const { enabled_from: from, enabled_until: to, ...settings } = body;
  await withDeps(config, async (deps) => {
    const input = { ...settings, enabledFrom: dateOf(from), enabledUntil: dateOf(to) };
    const { id, name, scopes } = await createServiceAccount(deps, consoleContext(), null, input);
    print(`Made ${name} (${scopes.join(' ')}), client_id ${id}. It needs a credential now.`);
  });
}

export async function addServiceCredential(
  config: Config,
  args: readonly string[],
  { print }: Print,
): Promise<void> {
  const words = read<Named & { publicKey?: string; days?: string }>(serviceCredentialWords, args);
  const { name, days, publicKey: file } = words;
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
    const { credential, secret } = await addCredential(deps, consoleContext(), {
      actorId: null,
      accountId: account.id,
      input,
    });
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
  const words = read<Named>(changeServiceWords(status), args);
  await withAccount(config, words.name, async (deps, { id, name }) => {
    await changeServiceAccount(deps, consoleContext(), { actorId: null, id, change: { status } });
    print(`${name} is ${status}.`);
  });
}

export async function revokeServiceCredential(
  config: Config,
  args: readonly string[],
  { print }: Print,
): Promise<void> {
  const words = read<Named & { credential: string }>(revokeServiceWords, args);
  await withAccount(config, words.name, async (deps, { id, name, credentials }) => {
    const found = credentials.find((one) => one.id === words.credential);
    if (!found) throw new Error('Give the id of a credential: --credential ID, as service list shows it');
    await revokeCredential(deps, consoleContext(), { actorId: null, accountId: id, credentialId: found.id });
    print(`Revoked ${found.id} of ${name}, and its tokens.`);
  });
}

/** Reads a public key as JWK or PEM. Throws for a private key in PEM, because that must not be on this machine. */
async function readJwk(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  if (text.includes('PRIVATE KEY')) throw new Error(`${file} holds a private key. Give the public key.`);
  if (text.includes('BEGIN')) return createPublicKey(text).export({ format: 'jwk' });
  return JSON.parse(text);
}

type Account = Awaited<ReturnType<typeof listServiceAccounts>>['accounts'][number];

async function withAccount(
  config: Config,
  name: string,
  work: (deps: ServiceDeps, account: Account) => Promise<void>,
): Promise<void> {
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

const showServicesWords = () => command('list', 'show all service accounts and their credentials');

export const serviceCommands: Commands = (config, there) => [
  [addServiceWords, (args) => addService(config(), args, there)],
  [serviceCredentialWords, (args) => addServiceCredential(config(), args, there)],
  [showServicesWords, () => showServices(config(), there)],
  [changeServiceWords('disabled'), (args) => changeService(config(), args, 'disabled', there)],
  [changeServiceWords('active'), (args) => changeService(config(), args, 'active', there)],
  [revokeServiceWords, (args) => revokeServiceCredential(config(), args, there)],
];
