import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser } from '../../src/features/users/create-user.ts';
import { startTracing } from '../../src/platform/telemetry/tracing.ts';
import { bootstrapAdmin } from '../../src/service/bootstrap-admin.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openService, type Service } from '../../src/service/open-service.ts';
import { codeOf, earlierCodeOf } from '../support/actor.ts';
import { databaseOfCommands } from '../support/database.ts';
import { startFakeDuo } from '../support/fake-duo.ts';
import { duoAuth } from '../support/fake-duo-auth.ts';
import { startFakeTwilio, twilioAccount } from '../support/fake-twilio.ts';
import { type Span, startOtlpCollector } from '../support/otlp-collector.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { consoleContext } from '../support/world.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
});
const databases: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of databases) await close();
  await rm(folder, { recursive: true });
});
async function quiet() {
  const database = await databaseOfCommands();
  databases.push(database.close);
  return { ...database.env, LOG_LEVEL: 'silent' };
}
type Way = { readonly bearer?: string; readonly headers?: Readonly<Record<string, string>> };

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

/** Over a real connection, and the body after the rest: in the events of that a span may lose its request. */
function callOver(service: string) {
  return async (method: 'GET' | 'POST', path: string, body?: unknown, { bearer, headers }: Way = {}) => {
    const later = async function* () {
      await sleep(20);
      yield Buffer.from(JSON.stringify(body));
    };
    const answer = await request(`${service}${path}`, {
      method,
      headers: {
        'user-agent': 'agent-of-ann',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      body: body === undefined ? null : Readable.from(later()),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the body of any answer; where it is not as expected, the test fails
    return { status: answer.statusCode, body: (await answer.body.json()) as any };
  };
}

describe('a login and its second factor', () => {
  const secrets: string[] = [];
  let collector: Awaited<ReturnType<typeof startOtlpCollector>>;
  let service: Service;
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    collector = await startOtlpCollector();
    const [sink, twilio, duo] = [await startSmtpSink(), await startFakeTwilio(), await startFakeDuo()];
    closers.push(collector.close, sink.close, twilio.close, duo.close);
    const config = readConfig({
      ...(await quiet()),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      SMTP_URL: sink.url,
      MAIL_FROM: 'login@example.com',
      TWILIO_ACCOUNT_SID: twilioAccount.accountSid,
      TWILIO_AUTH_TOKEN: twilioAccount.authToken,
      TWILIO_FROM: '+15005550006',
      TWILIO_API_URL: twilio.url,
      DUO_API_HOST: duo.host,
      DUO_CA_FILE: duo.caFile,
      DUO_AUTH_IKEY: duoAuth.integrationKey,
      DUO_AUTH_SKEY: duoAuth.secretKey,
    });
    service = await openService(config, () => {});
    await play();
    await service.close(); // which sends what is left
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  async function play(): Promise<void> {
    const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
    const call = callOver(url);
    const [username, password] = ['traced-ann', 'nine traced umbrellas'];
    const fields = { username, password, email: 'ann@traced.example', phone: null, roles: ['user' as const] };
    await createUser(service.deps, consoleContext(), fields);
    const login = async () => (await call('POST', '/auth/login', { username, password })).body;
    const { access_token: bearer, refresh_token: refresh } = await login();
    const enrol = async (body: Record<string, unknown>) =>
      (await call('POST', '/auth/mfa/enroll', body, { bearer })).body;
    await enrol({ method: 'sms', phone: '+15093004711' });
    await enrol({ method: 'email', email: 'ann.traced@example.com' });
    await enrol({ method: 'duo_push' });
    const { secret } = await enrol({ method: 'totp' });
    const confirmed = await call(
      'POST',
      '/auth/mfa/verify-enrollment',
      { token: await earlierCodeOf(secret) },
      { bearer },
    );
    const { temp_token: temp } = await login();
    const headers = { traceparent: `00-${traceId}-${parentId}-01` };
    const answer = { temp_token: temp, mfa_token: codeOf(secret) };
    const passed = await call('POST', '/auth/mfa/verify', answer, { headers });
    expect(passed.status).toBe(200);
    await call('GET', `/auth/me?${temp}=1`, undefined, { headers: { traceparent: `nonsense-${temp}` } });
    secrets.push(password, bearer, refresh, secret, temp, codeOf(secret), codeOf(secret, -1));
    secrets.push(passed.body.access_token, passed.body.refresh_token, ...confirmed.body.recovery_codes);
    secrets.push(
      '15093004711',
      'ann.traced',
      'agent-of-ann',
      twilioAccount.authToken,
      duoAuth.secretKey,
      username,
      '@traced.example',
    );
  }

  const named = (name: string) => collector.spans.filter((span) => span.name === name);
  const childrenOf = ({ spanId }: Span) => collector.spans.filter((one) => one.parentSpanId === spanId);
  const only = (spans: readonly Span[]): Span => {
    const [span] = spans;
    if (!span) throw new Error('There is no such span');
    return span;
  };

  test('each request is a span with its route and its status, never its path', () => {
    const me = only(collector.spans.filter(({ attributes }) => attributes['http.route'] === '/auth/me'));
    expect(me).toMatchObject({ name: 'GET /auth/me', parentSpanId: undefined, failed: false });
    expect(me.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/auth/me',
      'http.response.status_code': 400,
    });
    expect(named('POST /auth/login')).toHaveLength(2);
  });

  test('the trace of the caller goes on, and one that is none begins anew', () => {
    const verify = only(named('POST /auth/mfa/verify'));
    expect(verify).toMatchObject({ traceId, parentSpanId: parentId });
    expect(only(named('GET /auth/me')).traceId).not.toBe(traceId);
  });

  test('queries and hashes belong to their request, though the body came in between', () => {
    const login = only(named('POST /auth/login'));
    const children = childrenOf(login).map(({ name }) => name);
    expect(children).toContain('verify password');
    expect(children.filter((name) => name === 'query').length).toBeGreaterThanOrEqual(2);
    const verify = childrenOf(only(named('POST /auth/mfa/verify')));
    expect(verify.filter(({ name }) => name === 'query').length).toBeGreaterThanOrEqual(2);
    expect(new Set(verify.map((span) => span.traceId))).toEqual(new Set([traceId]));
  });

  test('there is no query without a request that it belongs to', async () => {
    const queries = named('query');
    expect(queries.length).toBeGreaterThan(10);
    expect(queries.filter(({ parentSpanId }) => parentSpanId === undefined)).toEqual([]);
  });

  test('calls to others belong to the request that waits for them', () => {
    const enrolments = named('POST /auth/mfa/enroll').map(({ spanId }) => spanId);
    for (const name of ['send sms', 'send email', 'duo preauth']) {
      expect(enrolments, name).toContain(only(named(name)).parentSpanId);
    }
    expect(only(named('send sms')).attributes).toEqual({ 'peer.service': 'twilio' });
  });

  test('AU-4 OB-12 nothing that was sent to the collector is a secret, a name, an address or a value', () => {
    const bytes = collector.bytes();
    expect(bytes).toContain('select exists (select from overall)');
    expect(secrets.length).toBeGreaterThan(20);
    const values = secrets.filter((secret) =>
      /^\d{6}$/.test(secret) ? new RegExp(`(?<!\\w)${secret}(?!\\w)`).test(bytes) : bytes.includes(secret),
    );
    expect(values).toEqual([]);
  });
});

test('AU-4 a failed span has the class of its error, and no text that the error quotes', async () => {
  const collector = await startOtlpCollector();
  const tracing = startTracing(collector.url);
  const quotes = Object.assign(new TypeError('ann.canary@example.com is unknown'), {
    detail: '(ann.canary)',
  });
  const sending = tracing.withSpan('send email', { 'peer.service': 'smtp' }, () => Promise.reject(quotes));
  await expect(sending).rejects.toBe(quotes);
  await tracing.close();
  await collector.close();
  const attributes = { 'peer.service': 'smtp', 'error.type': 'TypeError' };
  expect(collector.spans).toMatchObject([{ name: 'send email', failed: true, attributes }]);
  expect(collector.bytes()).not.toContain('ann.canary');
});

describe('a collector that is not there', () => {
  test('fails nothing, and the service closes', async () => {
    const service = await openService(
      readConfig({ ...(await quiet()), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }),
      () => {},
    );
    const admin = await bootstrapAdmin(service.deps);
    const payload = { ...admin };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => service.app.inject({ method: 'POST', url: '/auth/login', payload })),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200));
    await service.close();
  });
});

describe('without a collector', () => {
  test('there are no spans, and nothing of OpenTelemetry is asked', async () => {
    const service = await openService(readConfig(await quiet()), () => {});
    expect(service.app.hasRequestDecorator('span')).toBe(false);
    await service.close();
  });
});
