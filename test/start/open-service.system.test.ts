import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { enqueueText } from '../../src/features/notices/outbox-store.ts';
import { bootstrapAdmin } from '../../src/service/bootstrap-admin.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openService, type Service } from '../../src/service/open-service.ts';
import { startupBanner } from '../../src/service/startup-banner.ts';
import { databaseOfCommands } from '../support/database.ts';
import { startFakeTwilio, twilioAccount } from '../support/fake-twilio.ts';
import { missingFor } from '../support/play-document.ts';
import { until } from '../support/programs.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { sendMany, sendTo } from '../support/texts.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
});
afterAll(() => rm(folder, { recursive: true }));
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(env: Record<string, string> = {}, printed: string[] = []): Promise<Service> {
  const database = await databaseOfCommands();
  closers.push(database.close);
  const config = readConfig({ ...database.env, LOG_LEVEL: 'silent', ...env });
  const service = await openService(config, (line) => void printed.push(line));
  closers.push(service.close);
  return service;
}

async function logIn({ app, deps }: Service) {
  const admin = await bootstrapAdmin(deps);
  const login = await app.inject({ method: 'POST', url: '/auth/login', payload: { ...admin } });
  return { login, bearer: { authorization: `Bearer ${login.json().access_token}` } };
}

function enrol({ app }: Service, headers: Record<string, string>, payload: Record<string, unknown>) {
  return app.inject({ method: 'POST', url: '/auth/mfa/enroll', headers, payload });
}

describe('the service as it is configured', () => {
  test('LG-8 has no default account: the first start makes one admin with a random password, once', async () => {
    const service = await open({ DATA_DIR: 'memory:' });
    const admin = await bootstrapAdmin(service.deps);
    expect(admin).toMatchObject({ username: 'admin', password: expect.stringMatching(/^[\w-]{24}$/) });
    expect(await bootstrapAdmin(service.deps)).toBeNull();
    const other = await bootstrapAdmin((await open()).deps);
    expect(other?.password).not.toBe(admin?.password);
  });

  test('prints codes in development, where nothing carries them', async () => {
    const printed: string[] = [];
    const service = await open({}, printed);
    const { bearer } = await logIn(service);
    expect(service.printsCodesBy).toEqual(['SMS', 'e-mail']);
    expect((await enrol(service, bearer, { method: 'sms', phone: '+15095550100' })).statusCode).toBe(200);
    expect(printed.join('\n')).toMatch(/SMS to \+15095550100[\s\S]*\d{6}/);
  });

  test('attack 47 pauses texts by itself, within seconds of codes that did not come back', async () => {
    const { deps } = await open();
    await sendMany(deps, 20, 0);
    const sentAt = new Date(Date.now() - 10 * 60_000);
    await deps.db.updateTable('smsTexts').set({ sentAt }).execute();
    const refused = async () => Reflect.get(await sendTo(deps), 'extensions')?.reason;
    await vi.waitFor(async () => expect(await refused()).toBe('sms_paused'), {
      timeout: 20_000,
      interval: 500,
    });
  });

  test('offers no method in production that nothing carries, prints nothing and shows no pages', async () => {
    const env = {
      NODE_ENV: 'production',
      ALLOW_EMBEDDED_IN_PRODUCTION: 'true',
      ISSUER: 'https://login.example',
      PORTAL_URL: 'https://app.example',
    };
    const printed: string[] = [];
    const service = await open(env, printed);
    const { bearer } = await logIn(service);
    const refused = await enrol(service, bearer, { method: 'sms', phone: '+15095550100' });
    expect(refused.statusCode).toBeGreaterThanOrEqual(400);
    expect(refused.statusCode).toBeLessThan(500);
    expect((await service.app.inject('/docs')).statusCode).toBe(404);
    expect({ printed, prints: service.printsCodesBy }).toEqual({ printed: [], prints: [] });
  });

  test('sends by the mail server and by Twilio once they are configured', async () => {
    const sink = await startSmtpSink();
    const twilio = await startFakeTwilio();
    closers.push(sink.close, twilio.close);
    const service = await open({
      SMTP_URL: sink.url,
      MAIL_FROM: 'login@example.com',
      TWILIO_ACCOUNT_SID: twilioAccount.accountSid,
      TWILIO_AUTH_TOKEN: twilioAccount.authToken,
      TWILIO_FROM: '+15005550006',
      TWILIO_API_URL: twilio.url,
    });
    const { bearer } = await logIn(service);
    expect((await enrol(service, bearer, { method: 'email', email: 'ann@example.com' })).statusCode).toBe(
      200,
    );
    expect((await enrol(service, bearer, { method: 'sms', phone: '+15095550100' })).statusCode).toBe(200);
    expect(sink.mails).toHaveLength(1);
    expect(twilio.messages).toHaveLength(1);
    expect(service.printsCodesBy).toEqual([]);

    const toll = { country: 'US', prefix: '+1509555' };
    const text = { to: '+15095550100', text: 'A notice', userId: randomUUID(), toll };
    const shown = { username: 'ann', subject: 'A notice', hint: '+1•' };
    const { db, vault } = service.deps;
    await enqueueText(db, { vault, text, ...shown, now: new Date() });
    await until('the notice is sent', async () => twilio.messages.length === 2);
    expect(twilio.messages[1]).toMatchObject({ to: text.to, body: text.text });
  });

  test('refuses no login when Redis is away', async () => {
    const service = await open({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect((await logIn(service)).login.statusCode).toBe(200);
  });
});

describe('the screen of a start', () => {
  const config = readConfig({ DATA_DIR: './data' });
  const url = 'http://127.0.0.1:3000';

  test('shows the first admin, and a call that can be pasted', () => {
    const admin = { username: 'admin', password: 'p-a_s' };
    const screen = startupBanner({ url, config, printsCodesBy: ['SMS', 'e-mail'], hasPages: false, admin });
    expect(screen.split('p-a_s')).toHaveLength(2);
    expect(screen).toContain('password   p-a_s\n');
    expect(screen).toContain(`curl -sS ${url}/auth/login`);
    expect(screen.split('\n').length).toBeLessThan(25);
  });

  test('says where people log in: by name, because security keys do not work at an address', () => {
    const start = { url, config, printsCodesBy: [], admin: null };
    expect(startupBanner({ ...start, hasPages: true })).toContain('Log in at http://localhost:3000/login\n');
    expect(startupBanner({ ...start, hasPages: false })).not.toContain('Log in at');
  });

  test.skipIf(missingFor(''))('has a call that reads the password from the keyboard', async () => {
    const typed: string[] = [];
    const server = createServer(async (request, response) => {
      for await (const chunk of request) typed.push(String(chunk));
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => server.close());
    const here = `http://127.0.0.1:${Object(server.address()).port}`;
    const screen = startupBanner({
      url: here,
      config,
      printsCodesBy: [],
      hasPages: false,
      admin: { username: 'ann', password: '?' },
    });
    const line = screen.split('\n').find((one) => one.includes('/auth/login')) ?? '';
    const shell = spawn('bash', ['-c', line], { stdio: ['pipe', 'ignore', 'inherit'] });
    shell.stdin.end('p-a_s\n');
    expect((await once(shell, 'exit'))[0]).toBe(0);
    expect(JSON.parse(typed.join(''))).toEqual({ username: 'ann', password: 'p-a_s' });
  });

  test.each([
    ['SMS', { SMTP_URL: 'smtp://127.0.0.1', MAIL_FROM: 'login@example.com' }],
    ['e-mail', { TWILIO_ACCOUNT_SID: 'AC0123', TWILIO_AUTH_TOKEN: 'a-token', TWILIO_FROM: '+15005550006' }],
  ])('says that codes by %s are printed, where the others are carried', async (which, env) => {
    const { printsCodesBy } = await open(env);
    const screen = startupBanner({ url, config, printsCodesBy, hasPages: false, admin: null });
    expect(screen).toContain(`Codes      by ${which} are printed here`);
  });

  test('shows no page of the API in production, and no admin where there are users', () => {
    const keys = `a:${Buffer.from('0123456789abcdefghijABCDEFGHIJ\x01\x02').toString('base64')}`;
    const database = 'postgres://sallyport:s3Rk@db.example/sallyport';
    const production = readConfig({
      NODE_ENV: 'production',
      DATABASE_URL: database,
      VAULT_KEYS: keys,
      ISSUER: 'https://login.example',
      PORTAL_URL: 'https://app.example',
    });
    const screen = startupBanner({
      url,
      config: production,
      printsCodesBy: [],
      hasPages: false,
      admin: null,
    });
    expect(screen).not.toContain('/docs');
    expect(screen).not.toContain('npm run'); // neither the demo nor npm is in the image
    expect(screen).toContain('node src/cli.ts --help');
    expect(screen).not.toContain('printed here');
    expect(screen).not.toContain('The first admin');
    expect(screen).toContain('PostgreSQL');
  });
});
