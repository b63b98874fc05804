import { randomBytes, randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { LightMyRequestResponse } from 'fastify';
import type { Database, Db } from '../../db/connect.ts';
import { type AppOptions, buildApp } from '../../src/api/build-app.ts';
import type { Preset } from '../../src/domain/policy/policy.ts';
import type { SmsRules } from '../../src/domain/sms/sms-limits.ts';
import type { Role } from '../../src/domain/users/roles.ts';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { createUser } from '../../src/features/users/create-user.ts';
import type { ClientInfo } from '../../src/lib/client-info.ts';
import { createVault } from '../../src/lib/crypto/vault.ts';
import type { Mail } from '../../src/platform/adapters/messages.ts';
import type { App } from '../../src/platform/http/app-type.ts';
import type { ClockWatch } from '../../src/platform/kernel/ports.ts';
import type { AuditContext } from '../../src/platform/kernel/request-context.ts';
import { createDeps, type Parts } from '../../src/service/create-deps.ts';
import { type Actor, actions } from './actor.ts';
import { freshDatabase } from './database.ts';
import { type SecretRecord, startRecord } from './secret-record.ts';

export const issuer = 'http://127.0.0.1:3000';
export const relyingParty = {
  rpId: 'localhost',
  origins: ['http://localhost:3000', 'http://localhost:5173'],
};
export const goodPassword = 'seven wet umbrellas';
export const consoleClient: ClientInfo = { ip: '192.0.2.250', userAgent: null, requestId: randomUUID() };

export function consoleContext(): AuditContext {
  return { client: consoleClient, now: new Date() };
}

type Body = Record<string, unknown>;
export type Call = {
  readonly bearer?: string;
  readonly mfa?: string;
  readonly ip?: string;
  readonly headers?: Record<string, string | string[]>;
};

/** So much that no test meets it by chance, and no breaker. */
export const plentyOfSms: SmsRules = {
  countries: null,
  perDay: 1_000_000,
  perCountryPerDay: 1_000_000,
  perPrefixPerDay: 1_000_000,
  leastConversionPercent: 0,
};

export type WorldOptions = {
  readonly preset?: Preset;
  readonly helpRequires?: NonNullable<Parts['helpRequires']>;
  readonly app?: Partial<AppOptions>;
  readonly carriers?: Parts['carriers'];
  readonly smsRules?: Partial<SmsRules>;
  readonly webauthn?: Parts['webauthn'];
  readonly hasher?: Parts['hasher'];
  readonly vault?: Parts['vault'];
  readonly checkpoints?: NonNullable<Parts['checkpoints']>;
  readonly eventSender?: NonNullable<Parts['eventSender']>;
  readonly linkMails?: NonNullable<Parts['linkMails']>;
  readonly letterhead?: NonNullable<Parts['letterhead']>;
  /** Compares with the database; without it tests may move the clock as they like. */
  readonly clock?: (db: Db) => ClockWatch;
  /** A database that no test has used: for tests that close it, or that must see it without statistics. */
  readonly newDatabase?: boolean;
  /** Without `owner` its own login may do everything. */
  readonly database?: Database & { readonly url: string | null; readonly owner?: Db };
};

/** The service with a real database; only the carriers of codes are stand-ins, and those keep what they were given. */
export async function createWorld(options: WorldOptions = {}) {
  const given = options.database ?? (await freshDatabase({ isNew: options.newDatabase }));
  const database = { ...given, owner: given.owner ?? given.db };
  const record = startRecord();
  const key = randomBytes(32);
  record.secret('vault key', key.toString('base64'));
  const vault = options.vault ?? createVault([{ id: 'test', key }]);
  const hasher = options.hasher ?? createHasher({ memoryKiB: 1024, passes: 1 });
  const texts: { to: string; text: string }[] = [];
  const mails: Mail[] = [];
  const carriers = options.carriers ?? {
    sms: {
      sendSms: async (message: { to: string; text: string }) => {
        texts.push(message);
        record.message(message);
      },
    },
    sendMail: async (mail: Mail) => {
      mails.push(mail);
      record.message(mail);
    },
  };
  const deps = await createDeps({
    database,
    vault,
    hasher,
    preset: options.preset ?? 'standard',
    issuer,
    carriers,
    smsRules: { ...plentyOfSms, ...options.smsRules },
    webauthn: options.webauthn === undefined ? relyingParty : options.webauthn,
    ...(options.helpRequires && { helpRequires: options.helpRequires }),
    ...(options.linkMails && { linkMails: options.linkMails }),
    ...(options.letterhead && { letterhead: options.letterhead }),
    ...(options.eventSender && { eventSender: options.eventSender }),
    ...(options.checkpoints && { checkpoints: options.checkpoints }),
    ...(options.clock && { clock: options.clock(database.db) }),
  });
  const logs: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      logs.push(String(chunk));
      record.line(String(chunk));
      done();
    },
  });
  const app = await buildApp(deps, {
    issuer,
    corsOrigins: ['https://portal.example'],
    trustProxyHops: 0,
    limits: { requestsPerMinute: 100_000, loginsPerMinute: 100_000, redis: null },
    production: false,
    ...options.app,
    logger: withRecord(options.app?.logger, record) ?? { level: 'info', stream },
  });
  await app.ready();

  const call = callerOf(app, record);

  async function user(
    given: Partial<{
      username: string;
      email: string | null;
      phone: string;
      roles: Role[];
      password: string;
    }> = {},
  ): Promise<Actor> {
    const username = given.username ?? `u${randomBytes(5).toString('hex')}`;
    const password = given.password ?? goodPassword;
    const email = given.email === undefined ? `${username}@example.com` : given.email;
    const roles = given.roles ?? ['user'];
    record.body({ username, password, email });
    const phone = given.phone ?? null;
    const id = await createUser(deps, consoleContext(), { username, email, phone, roles, password });
    return actions({ call, texts, mails }, { id, username, password, email });
  }

  const close = async () => {
    await app.close();
    await database.close();
  };
  return { app, deps, database, call, user, texts, mails, logs, close };
}

export type World = Awaited<ReturnType<typeof createWorld>>;
export type Answer = ReturnType<typeof answerOf>;

/** One call over HTTP, as any client would make it. */
export function callerOf(app: App, record: SecretRecord = startRecord()) {
  const usual = '192.0.2.1';
  record.secret('address or number', usual);

  return async function call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
    url: string,
    body?: Body,
    how: Call = {},
  ) {
    record.secret('address or number', how.ip);
    const response = await app.inject({
      method,
      url,
      remoteAddress: how.ip ?? usual,
      headers: {
        ...(how.bearer && { authorization: `Bearer ${how.bearer}` }),
        ...(how.mfa && { 'x-mfa-token': how.mfa }),
        ...how.headers,
      },
      ...(body && { payload: body }),
    });
    const answer = answerOf(response);
    if (answer.status < 400) {
      record.body(body);
      record.secret('one-time code', how.mfa);
    }
    record.body(answer.body);
    return answer;
  };
}

/** A test that reads the log itself has it recorded as well. */
function withRecord(logger: AppOptions['logger'] | undefined, record: SecretRecord) {
  if (typeof logger !== 'object' || !('stream' in logger) || !logger.stream) return logger;
  const { stream } = logger;
  const write = (line: string) => {
    record.line(line);
    stream.write(line);
  };
  return { ...logger, stream: { write } };
}

function isJson({ headers }: LightMyRequestResponse): boolean {
  return /[/+]json/.test(String(headers['content-type']));
}

function answerOf(response: LightMyRequestResponse) {
  // A test reads what it expects to be there; where it is not, the test fails on it.
  // biome-ignore lint/suspicious/noExplicitAny: the body of any answer
  const body: any = isJson(response) ? response.json() : response.body || null;
  return {
    status: response.statusCode,
    body,
    headers: response.headers,
    type: body?.type as string | undefined,
  };
}
