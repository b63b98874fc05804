import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { createMetrics } from '../../src/platform/telemetry/metrics.ts';
import { serveMetrics } from '../../src/platform/telemetry/metrics-server.ts';
import { exposeService } from '../../src/platform/telemetry/service-gauges.ts';
import { bootstrapAdmin } from '../../src/service/bootstrap-admin.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openService, type Service } from '../../src/service/open-service.ts';
import { codeOf, earlierCodeOf, wrongCodeOf } from '../support/actor.ts';
import { databaseOfCommands } from '../support/database.ts';
import { type FakeDuo, startFakeDuo } from '../support/fake-duo.ts';
import { duoAuth } from '../support/fake-duo-auth.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { callerOf } from '../support/world.ts';

const root = new URL('../..', import.meta.url).pathname;
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');
const address = 'ann.metrics@example.com';
const phone = '+15093000017';

let service: Service;
let duo: FakeDuo;
let url: string;
let folder: string;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  duo = await startFakeDuo();
  const sink = await startSmtpSink();
  closers.push(duo.close, sink.close);
  folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
  closers.push(() => rm(folder, { recursive: true }));
  const database = await databaseOfCommands();
  closers.push(database.close);
  const config = readConfig({
    ...database.env,
    LOG_LEVEL: 'silent',
    METRICS_PORT: '0',
    AUDIT_CHECKPOINTS: join(folder, 'checkpoints.ndjson'),
    SMTP_URL: sink.url,
    MAIL_FROM: 'login@example.com',
    DUO_API_HOST: duo.host,
    DUO_CA_FILE: duo.caFile,
    DUO_AUTH_IKEY: duoAuth.integrationKey,
    DUO_AUTH_SKEY: duoAuth.secretKey,
  });
  service = await openService(config, () => {});
  closers.push(service.close);
  if (!service.metrics) throw new Error('There are no metrics');
  const served = await serveMetrics(service.metrics, { host: '127.0.0.1', port: 0 });
  closers.push(served.close);
  url = served.url;
  await use();
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** A login with a second factor, rightly and wrongly, a mail, a text, a call to Duo, and paths that do not exist. */
async function use(): Promise<void> {
  const call = callerOf(service.app);
  const admin = await bootstrapAdmin(service.deps);
  const { username, password } = admin ?? { username: '', password: '' };
  const login = (words = password) => call('POST', '/auth/login', { username, password: words });
  const bearer = (await login()).body.access_token;
  await call('POST', '/auth/mfa/enroll', { method: 'email', email: address }, { bearer });
  await call('POST', '/auth/mfa/enroll', { method: 'duo_push' }, { bearer });
  await call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
  const { secret } = (await call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer })).body;
  const first = await earlierCodeOf(secret, 5000);
  await call('POST', '/auth/mfa/verify-enrollment', { token: first }, { bearer });
  await login('not the password');
  const waiting = (await login()).body.temp_token;
  const verify = (code: string) => call('POST', '/auth/mfa/verify', { temp_token: waiting, mfa_token: code });
  await verify(first);
  for (let times = 0; times < 3; times += 1) await verify(wrongCodeOf(secret));
  const other = (await login()).body.temp_token;
  await call('POST', '/auth/mfa/verify', { temp_token: other, mfa_token: codeOf(secret) });
  await call('GET', `/${username}?q=${address}`);
}

const scrape = async () => (await fetch(url)).text();

/** The value of a sample with these labels, and any others. */
async function sampleOf(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = (await scrape())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const line = lines.find((one) => wanted.every((label) => one.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('GET /metrics', () => {
  test('HT-7 is on a port of its own, with nothing else there, and not on the public one', async () => {
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const statusOf = async (path: string, method = 'GET') =>
      (await fetch(new URL(path, url), { method })).status;
    expect(await statusOf('/')).toBe(404);
    expect(await statusOf('/health/live')).toBe(404);
    expect(await statusOf('/metrics/more')).toBe(404);
    expect(await statusOf('/metrics', 'POST')).toBe(405);
    expect((await service.app.inject('/metrics')).statusCode).toBe(404);
  });

  test('without METRICS_PORT nothing is counted', async () => {
    const database = await databaseOfCommands();
    closers.push(database.close);
    const config = readConfig({ ...database.env, LOG_LEVEL: 'silent' });
    const plain = await openService(config, () => {});
    expect(plain.metrics).toBeNull();
    await plain.close();
  });

  test('counts logins by area and outcome', async () => {
    const logins = (outcome: string) => sampleOf('sallyport_logins_total', { area: 'public', outcome });
    expect(await logins('opened')).toBe(1);
    expect(await logins('challenged')).toBe(2);
    expect(await logins('invalid-credentials')).toBe(1);
  });

  test('counts verifications by method and outcome, and locks', async () => {
    const answers = (outcome: string) =>
      sampleOf('sallyport_verifications_total', { method: 'totp', outcome });
    expect(await answers('passed')).toBe(1); // the enrolment's; afterwards it was locked
    expect(await answers('used')).toBe(1);
    expect(await answers('failed')).toBe(3);
    expect(await answers('locked')).toBe(1);
    expect(await sampleOf('sallyport_locks_total')).toBe(1);
  });

  test('counts messages, refusals and what was done too often', async () => {
    expect(await sampleOf('sallyport_sends_total', { channel: 'email', outcome: 'sent' })).toBeGreaterThan(0);
    expect(await sampleOf('sallyport_refusals_total', { problem: 'mfa-token-invalid' })).toBe(3);
    expect(await sampleOf('sallyport_throttled_total', { limit: 'second_factor' })).toBe(1);
    expect(await sampleOf('sallyport_throttled_total', { limit: 'password' })).toBe(0);
  });

  test('times requests by route, method and class of status; unknown paths are one', async () => {
    const count = 'sallyport_http_request_duration_seconds_count';
    const labels = { method: 'POST', route: '/auth/login', status: '2xx' };
    expect(await sampleOf(count, labels)).toBe(3);
    expect(await sampleOf(count, { ...labels, status: '4xx' })).toBe(1);
    expect(await sampleOf(count, { route: 'unknown', status: '4xx' })).toBeGreaterThan(0);
  });

  test('times calls to Duo and shows when it is no longer asked', async () => {
    const answered = await sampleOf('sallyport_duo_call_duration_seconds_count', { outcome: 'answered' });
    expect(answered).toBeGreaterThan(0);
    expect(await sampleOf('sallyport_duo_breaker_open')).toBe(0);
    const call = callerOf(service.app);
    const { providers } = service.deps;
    const provider = providers.get('duo_push');
    const context = { now: new Date(), user: { id: 'x', username: 'ann', email: null, language: null } };
    duo.fault('500', 3);
    for (let times = 0; times < 3; times += 1) await provider?.enrol({}, context).catch(() => {});
    expect(await sampleOf('sallyport_duo_breaker_open')).toBe(1);
    expect(await sampleOf('sallyport_duo_call_duration_seconds_count', { outcome: 'unreachable' })).toBe(3);
    expect((await call('GET', '/health/live')).status).toBe(200);
  });

  test('AU-5 shows how far the audit is sealed, and that nothing of it is lost', async () => {
    await expect.poll(() => sampleOf('sallyport_audit_last_seal'), { timeout: 20_000 }).toBeGreaterThan(0);
    expect(await sampleOf('sallyport_audit_oldest_unsealed_seconds')).toBeLessThan(30);
    expect(await sampleOf('sallyport_audit_lost')).toBe(0);
  });

  test('shows what text messages cost today, by country', async () => {
    const texts = (what: string) => sampleOf('sallyport_sms_texts', { country: 'US', what });
    const settled = { timeout: 20_000 }; // what was read before the text went out is shown for a while
    await expect.poll(() => texts('sent'), settled).toBe(1);
    expect(await texts('answered')).toBe(0);
    expect(await texts('failed')).toBe(0);
    expect(await sampleOf('sallyport_sms_budget', { scope: 'day' })).toBe(2000);
    expect(await sampleOf('sallyport_sms_budget_left', { scope: 'day' })).toBe(1999);
    expect(await sampleOf('sallyport_sms_budget_left', { scope: 'US' })).toBe(999);
    expect(await sampleOf('sallyport_sms_breaker_open', { scope: 'all' })).toBe(0);
  });

  test('AU-4 holds no user, address or id', async () => {
    const text = await scrape();
    for (const secret of [address, phone.slice(0, 8)]) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|@|192\.0\.2|"admin"/);
  });

  test('a gauge that cannot be read takes no other with it', async () => {
    const metrics = createMetrics();
    metrics.gauge('sallyport_broken', 'Cannot be read', () => Promise.reject(new Error('gone')));
    metrics.gauge('sallyport_whole', 'Can be read', () => 7);
    expect(await metrics.text()).toContain('sallyport_whole 7');
    expect(await metrics.text()).not.toMatch(/^sallyport_broken /m);
  });
});

describe('what is written about the metrics', () => {
  /** The embedded database has no pool; its figures come from one that was never used. */
  async function names(): Promise<{ readonly known: Set<string>; readonly sampled: Set<string> }> {
    const metrics = createMetrics();
    const { pool = null, close } = connectPostgres('postgres://127.0.0.1:1/none', 1);
    const audit = { sealing: async () => ({ lastSeal: 0, oldestUnsealed: null }), isLost: null };
    const { state: hashing } = service.deps.hasher;
    exposeService(metrics, {
      hashing,
      pool,
      duoIsCutOff: null,
      audit,
      mails: async () => ({ waiting: 0, failing: 0, oldest: null }),
      events: async () => ({ waiting: 0, parked: 0, oldest: null }),
      texts: null,
    });
    const text = `${await scrape()}\n${await metrics.text()}`;
    await close();
    const all = (pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name = '']) => name));
    return { known: all(/^# TYPE (\S+)/gm), sampled: all(/^([a-z0-9_]+)(?:\{| )/gm) };
  }

  test.each(['ops/alerts.yaml', 'ops/grafana-dashboard.json'])(
    '%s names only what is there',
    async (file) => {
      const named = [...read(file).matchAll(/\b(?:sallyport|nodejs|process)_[a-z0-9_]+/g)].map(
        ([name]) => name,
      );
      const { sampled } = await names();
      expect(named.length).toBeGreaterThan(10);
      expect([...new Set(named)].filter((name) => !sampled.has(name))).toEqual([]);
    },
  );

  test('docs/observability.md lists every metric of ours, and no other', async () => {
    const listed = [...read('docs/observability.md').matchAll(/^\| `(sallyport_\w+)`/gm)].map(
      ([, name]) => name,
    );
    const ours = [...(await names()).known].filter((name) => name.startsWith('sallyport_'));
    expect(listed.toSorted()).toEqual(ours.toSorted());
  });

  test('docs/observability.md explains each alert', () => {
    const alerts = [...read('ops/alerts.yaml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const described = [...read('docs/observability.md').matchAll(/^\| `(Sallyport\w+)`/gm)].map(
      ([, name]) => name,
    );
    expect(alerts.length).toBeGreaterThan(8);
    expect(described).toEqual(alerts);
  });
});
