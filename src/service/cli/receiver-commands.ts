import { changeReceiverBody, createReceiverBody, receiverOf } from '../../api/admin/receiver-schemas.ts';
import { presets } from '../../domain/policy/policy.ts';
import {
  changeReceiver,
  changeSecret,
  removeReceiver,
  retryParked,
} from '../../features/security-events/change-receiver.ts';
import { createReceiver } from '../../features/security-events/create-receiver.ts';
import {
  listReceivers,
  nameOfQueued,
  readParked,
  type ShownReceiver,
} from '../../features/security-events/read-receivers.ts';
import type { SendDeps } from '../../features/security-events/send-event.ts';
import { verifyReceiver } from '../../features/security-events/verify-receiver.ts';
import { openSigningKeys } from '../../features/tokens/signing-keys.ts';
import { createTokens } from '../../features/tokens/tokens.ts';
import { parseInput } from '../../lib/parse-input.ts';
import { createEventSender } from '../../platform/adapters/event-sender.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../open-database.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { type Commands, command, many, one, read, required } from './words.ts';

type Print = Pick<Terminal, 'print'>;
type ReceiverDeps = SendDeps & Pick<Deps, 'db'>;
type Named = { readonly name: string };
type NewReceiver = Named & {
  readonly delivery: string;
  readonly url?: string;
  readonly audience?: string;
  readonly authorization?: string;
  readonly client?: string;
  readonly event?: readonly string[];
};

const named = () => required(one('--name <NAME>', 'which receiver'));
const listWords = () => command('list', 'show who hears of security events, and how far');
const addWords = () =>
  command(
    'add',
    'make a receiver and verify it: see docs/security-events.md',
    named(),
    required(one('--delivery <WAY>', 'push, poll or webhook')),
    one('--url <URL>', 'where a push or a webhook is sent'),
    one('--audience <TEXT>', 'aud of the tokens; by default the address'),
    one('--authorization <TEXT>', 'the Authorization header of a push'),
    one('--client <ID>', 'the client_id of the service account that polls'),
    many('--event <NAME>', 'what it hears of, by default everything; may be repeated'),
  );
const verifyWords = () => command('verify', 'send it the verification event again', named());
const enableWords = () => command('enable', 'let a verified receiver hear again', named());
const disableWords = () => command('disable', 'let it hear nothing more', named());
const secretWords = () => command('secret', 'give a webhook a new secret, shown once', named());
const parkedWords = () => command('parked', 'show the events that it did not take in 24 hours', named());
const retryWords = () => command('retry', 'send it the parked events again', named());
const removeWords = () => command('remove', 'remove it, and what waits for it', named());

async function list(config: Config, { print }: Print): Promise<void> {
  await withDeps(config, async (deps) => {
    for (const receiver of await listReceivers(deps)) show(receiver, print);
  });
}

function show(receiver: ShownReceiver, print: Print['print']): void {
  const { name, status, delivery, url, delivered, waiting, parked, trouble, events } = receiverOf(receiver);
  print(`${name}  ${status}  ${delivery}${url === null ? '' : ` to ${new URL(url).origin}`}`);
  print(`  ${events.join(' ')}`);
  print(
    `  taken ${delivered}, waiting ${waiting}, parked ${parked}${trouble === null ? '' : `; ${trouble}`}`,
  );
}

async function add(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { event, client, ...words } = read<NewReceiver>(addWords, args);
  const body = parseInput(createReceiverBody, {
    ...words,
    ...(client !== undefined && { client_id: client }),
    ...(event && { events: event }),
  });
  const { client_id: clientId = null, url = null, audience = null, authorization = null, ...rest } = body;
  await withDeps(config, async (deps) => {
    const input = { ...rest, url, audience, authorization, clientId };
    const { receiver, secret } = await createReceiver(deps, consoleContext(), null, input);
    show(receiver, print);
    if (receiver.accountId !== null) print(`  polls at ${deps.issuer}/events/poll/${receiver.id}`);
    if (secret !== null) print(`  secret  ${secret}`);
  });
}

async function verify(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  await withReceiver(config, read<Named>(verifyWords, args), async (deps, { id }) =>
    show(await verifyReceiver(deps, consoleContext(), { actorId: null, id }), print),
  );
}

async function setStatus(
  config: Config,
  args: readonly string[],
  status: 'enabled' | 'disabled',
  { print }: Print,
): Promise<void> {
  const words = read<Named>(status === 'enabled' ? enableWords : disableWords, args);
  const change = parseInput(changeReceiverBody, { status });
  await withReceiver(config, words, async (deps, { id }) =>
    show(await changeReceiver(deps, consoleContext(), { actorId: null, id, change }), print),
  );
}

async function newSecret(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  await withReceiver(config, read<Named>(secretWords, args), async (deps, { id }) => {
    const { secret, earlierUntil } = await changeSecret(deps, consoleContext(), { actorId: null, id });
    print(`secret  ${secret}`);
    print(`The earlier secret signs too until ${earlierUntil.toISOString()}.`);
  });
}

async function parked(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  await withReceiver(config, read<Named>(parkedWords, args), async (deps, { id }) => {
    const { events } = await readParked(deps, id, { limit: 1000, cursor: undefined });
    for (const { occurredAt, source, subject, attempts, trouble } of events)
      print(
        `${occurredAt.toISOString()}  ${nameOfQueued(source)}  ${subject}  ${attempts} attempts; ${trouble}`,
      );
  });
}

async function retry(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  await withReceiver(config, read<Named>(retryWords, args), async (deps, { id, name }) => {
    const released = await retryParked(deps, consoleContext(), { actorId: null, id });
    print(`${released} events wait for ${name} again.`);
  });
}

async function remove(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  await withReceiver(config, read<Named>(removeWords, args), async (deps, { id, name }) => {
    await removeReceiver(deps, consoleContext(), { actorId: null, id });
    print(`Removed ${name}.`);
  });
}

async function withReceiver(
  config: Config,
  { name }: Named,
  work: (deps: ReceiverDeps, receiver: ShownReceiver) => Promise<void>,
): Promise<void> {
  await withDeps(config, async (deps) => {
    const receiver = (await listReceivers(deps)).find((found) => found.name === name);
    if (!receiver) throw new Error(`There is no receiver named ${name}.`);
    await work(deps, receiver);
  });
}

async function withDeps(config: Config, work: (deps: ReceiverDeps) => Promise<void>): Promise<void> {
  const { database, vault } = await openDatabase(config);
  const { db } = database;
  const { issuer } = config.http;
  const eventSender = createEventSender(config.eventInternalOrigins);
  try {
    const tokens = createTokens(issuer, presets[config.preset], await openSigningKeys({ db, vault }));
    await work({ db, vault, issuer, eventSender, tokens });
  } finally {
    await eventSender.close();
    await database.close();
  }
}

export const receiverCommands: Commands = (config, there) => [
  [listWords, () => list(config(), there)],
  [addWords, (args) => add(config(), args, there)],
  [verifyWords, (args) => verify(config(), args, there)],
  [enableWords, (args) => setStatus(config(), args, 'enabled', there)],
  [disableWords, (args) => setStatus(config(), args, 'disabled', there)],
  [secretWords, (args) => newSecret(config(), args, there)],
  [parkedWords, (args) => parked(config(), args, there)],
  [retryWords, (args) => retry(config(), args, there)],
  [removeWords, (args) => remove(config(), args, there)],
];
