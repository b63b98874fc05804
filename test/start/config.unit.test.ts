import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { readConfig, variableNames } from '../../src/service/config/config.ts';
import { secretNames } from '../../src/service/config/secret-files.ts';

const key = randomBytes(32);
const otherKey = randomBytes(32);
const vaultKey = `k1:${key.toString('base64')}`;
const postgres = { DATABASE_URL: 'postgres://app:aB3xk9@db.example.gov/sallyport', VAULT_KEYS: vaultKey };
const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://login.example.gov',
  PORTAL_URL: 'https://login.example.gov',
  ...postgres,
};
const account = { TWILIO_ACCOUNT_SID: 'AC0123', TWILIO_AUTH_TOKEN: 'hush-token' };
const sender = { TWILIO_FROM: '+15095550100' };
const duoHost = { DUO_API_HOST: 'api-1a2b3c4d.duosecurity.com' };
const duoPrompt = {
  DUO_CLIENT_ID: 'DI'.padEnd(20, 'X'),
  DUO_CLIENT_SECRET: 'hush'.repeat(10),
  DUO_REDIRECT_URI: 'https://app.example.gov/duo',
};
const duoAuth = { DUO_AUTH_IKEY: 'DI'.padEnd(20, 'Y'), DUO_AUTH_SKEY: 'hush'.repeat(10) };

/** The variables at fault, in the order of their names. */
function faultsOf(env: NodeJS.ProcessEnv): string[] {
  return [...messageOf(env).matchAll(/→ at ([A-Z_]+)/g)].map((match) => match[1] ?? '').sort();
}

function messageOf(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return error instanceof Error ? error.message : '';
  }
}

describe('an empty environment', () => {
  const embedded = {
    production: false,
    logLevel: 'info',
    http: {
      host: '127.0.0.1',
      port: 3000,
      metricsPort: null,
      drainSeconds: 0,
      issuer: 'http://127.0.0.1:3000',
      portalUrl: 'http://127.0.0.1:3000',
      corsOrigins: [],
      trustProxyHops: 0,
      requestsPerMinute: 6000,
      loginsPerMinute: 300,
    },
    database: { url: null, migrationUrl: null, poolMax: 10, dataDir: './data' },
    redisUrl: null,
    checkpoints: { file: 'data/audit-checkpoints.ndjson', syslogUrl: null, http: null },
    eventInternalOrigins: [],
    tracesTo: null,
    vaultKeys: null,
    signingKeyDays: 90,
    periods: { auditKeepMonths: 13, disableInactiveDays: null },
    mail: null,
    withoutMail: false,
    twilio: null,
    duo: null,
    webauthn: { rpId: 'localhost', origins: ['http://localhost:3000'] },
    smsRules: {
      countries: null,
      perDay: 2000,
      perCountryPerDay: 1000,
      perPrefixPerDay: 100,
      leastConversionPercent: 30,
    },
    preset: 'standard',
    helpRequires: 'none',
    letters: { brandColor: null, helpContact: null, language: 'en' },
    pages: { brandName: 'Sallyport', brandLogo: null, brandColor: null, helpContact: null },
  };

  test('starts the service on this machine, with an embedded database', () => {
    expect(readConfig({})).toEqual(embedded);
  });

  test('may also be one of empty variables', () => {
    const blank = variableNames.map((name, at) => [name, at % 2 ? '' : '  ']);
    expect(readConfig(Object.fromEntries(blank))).toEqual(embedded);
  });
});

test('AU-6 the audit may be kept for ever', () => {
  expect(readConfig({ AUDIT_KEEP_MONTHS: 'forever' }).periods.auditKeepMonths).toBeNull();
  const usual = (name: string) => readConfig({ POLICY_PRESET: name }).periods;
  expect(usual('cjis')).toEqual({ auditKeepMonths: 13, disableInactiveDays: 90 });
  expect(usual('nydfs')).toEqual({ auditKeepMonths: 36, disableInactiveDays: null });
  const own = { POLICY_PRESET: 'cjis', AUDIT_KEEP_MONTHS: '24', DISABLE_INACTIVE_DAYS: 'never' };
  expect(readConfig(own).periods).toEqual({ auditKeepMonths: 24, disableInactiveDays: null });
});

describe('a full environment', () => {
  test('is grouped by feature', () => {
    const config = readConfig({
      ...production,
      LOG_LEVEL: 'warn',
      HOST: '::',
      PORT: '8080',
      METRICS_PORT: '9464',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example.gov:4318',
      DRAIN_SECONDS: '20',
      PORTAL_URL: 'https://app.example.gov',
      CORS_ORIGINS: 'https://app.example.gov, http://localhost:5173',
      TRUST_PROXY: '2',
      RATE_LIMIT_PER_MINUTE: '60',
      LOGIN_LIMIT_PER_MINUTE: '6',
      MIGRATION_DATABASE_URL: 'postgres://owner:aB3xk9@db.example.gov/sallyport',
      DATABASE_POOL_MAX: '40',
      REDIS_URL: 'rediss://:hush@cache.example.gov:6380/1',
      VAULT_KEYS: `${vaultKey}, old_2-x:${otherKey.toString('base64')}`,
      SIGNING_KEY_DAYS: '30',
      AUDIT_KEEP_MONTHS: '84',
      AUDIT_CHECKPOINTS: '/var/log/sallyport/checkpoints.ndjson',
      AUDIT_SYSLOG_URL: 'tls://log.example.gov',
      AUDIT_HTTP_URL: 'https://siem.example.gov/audit',
      AUDIT_HTTP_TOKEN: 'hush-siem',
      SMTP_URL: 'smtp://app:hush@mail.example.gov:587',
      MAIL_FROM: 'Sallyport <login@example.gov>',
      ...account,
      ...sender,
      TWILIO_API_URL: 'http://127.0.0.1:4010',
      SMS_COUNTRIES: 'US, CA',
      SMS_PER_DAY: '500',
      SMS_PER_COUNTRY_PER_DAY: '400',
      SMS_PER_PREFIX_PER_DAY: '30',
      SMS_LEAST_CONVERSION_PERCENT: '0',
      ...duoHost,
      ...duoPrompt,
      ...duoAuth,
      WEBAUTHN_RP_ID: 'example.gov',
      WEBAUTHN_ORIGINS: 'https://app.example.gov, https://login.example.gov',
      WEBAUTHN_RELATED_ORIGINS: 'https://example.org',
      WEBAUTHN_AUTHENTICATORS_FILE: '/etc/sallyport/authenticators.json',
      POLICY_PRESET: 'pci',
      HELP_REQUIRES: 'caller_check',
      BRAND_NAME: 'County of Example',
      BRAND_LOGO: '/etc/sallyport/logo.svg',
      BRAND_COLOR: '#0B5D3B',
      HELP_CONTACT: 'helpdesk@example.gov',
      DEFAULT_LANGUAGE: 'es',
      EVENT_INTERNAL_ORIGINS: 'http://gateway.internal:8080',
    });
    expect(config).toEqual({
      production: true,
      logLevel: 'warn',
      http: {
        host: '::',
        port: 8080,
        metricsPort: 9464,
        drainSeconds: 20,
        issuer: 'https://login.example.gov',
        portalUrl: 'https://app.example.gov',
        corsOrigins: ['https://app.example.gov', 'http://localhost:5173'],
        trustProxyHops: 2,
        requestsPerMinute: 60,
        loginsPerMinute: 6,
      },
      database: {
        url: postgres.DATABASE_URL,
        migrationUrl: 'postgres://owner:aB3xk9@db.example.gov/sallyport',
        poolMax: 40,
        dataDir: './data',
      },
      redisUrl: 'rediss://:hush@cache.example.gov:6380/1',
      eventInternalOrigins: ['http://gateway.internal:8080'],
      tracesTo: 'http://collector.example.gov:4318',
      vaultKeys: [
        { id: 'k1', key },
        { id: 'old_2-x', key: otherKey },
      ],
      signingKeyDays: 30,
      periods: { auditKeepMonths: 84, disableInactiveDays: null },
      checkpoints: {
        file: '/var/log/sallyport/checkpoints.ndjson',
        syslogUrl: 'tls://log.example.gov',
        http: { url: 'https://siem.example.gov/audit', token: 'hush-siem' },
      },
      mail: { url: 'smtp://app:hush@mail.example.gov:587', from: 'Sallyport <login@example.gov>' },
      withoutMail: false,
      twilio: {
        accountSid: 'AC0123',
        authToken: 'hush-token',
        from: '+15095550100',
        apiUrl: 'http://127.0.0.1:4010',
      },
      smsRules: {
        countries: ['US', 'CA'],
        perDay: 500,
        perCountryPerDay: 400,
        perPrefixPerDay: 30,
        leastConversionPercent: 0,
      },
      duo: {
        host: { apiHost: duoHost.DUO_API_HOST, caFile: undefined },
        universal: {
          clientId: duoPrompt.DUO_CLIENT_ID,
          clientSecret: duoPrompt.DUO_CLIENT_SECRET,
          apiHost: duoHost.DUO_API_HOST,
          redirectUri: duoPrompt.DUO_REDIRECT_URI,
        },
        auth: {
          integrationKey: duoAuth.DUO_AUTH_IKEY,
          secretKey: duoAuth.DUO_AUTH_SKEY,
          apiHost: duoHost.DUO_API_HOST,
        },
      },
      webauthn: {
        rpId: 'example.gov',
        origins: ['https://app.example.gov', 'https://login.example.gov'],
        relatedOrigins: ['https://example.org'],
        modelsFile: '/etc/sallyport/authenticators.json',
      },
      preset: 'pci',
      helpRequires: 'caller_check',
      letters: { brandColor: '#0B5D3B', helpContact: 'helpdesk@example.gov', language: 'es' },
      pages: {
        brandName: 'County of Example',
        brandLogo: '/etc/sallyport/logo.svg',
        brandColor: '#0B5D3B',
        helpContact: 'helpdesk@example.gov',
      },
    });
  });

  test('may have no pages', () => {
    expect(readConfig({ PAGES: 'off', BRAND_NAME: 'County' }).pages).toBeNull();
  });

  test.each([
    [{ PORT: '0' }, 'http://127.0.0.1:0'],
    [{ PORT: '80' }, 'http://127.0.0.1'],
    [{ HOST: '::1', PORT: '4000' }, 'http://[::1]:4000'],
    [{ HOST: 'localhost' }, 'http://localhost:3000'],
    [{ ISSUER: 'https://example.gov/login' }, 'https://example.gov/login'],
  ])('%o names the issuer %s', (env, issuer) => {
    expect(readConfig(env).http).toMatchObject({ issuer, portalUrl: issuer });
  });

  test('may leave both ports to chance', () => {
    expect(readConfig({ PORT: '0', METRICS_PORT: '0' }).http).toMatchObject({ port: 0, metricsPort: 0 });
  });

  test.each(Object.keys(presets))('may choose the preset %s', (preset) => {
    expect(readConfig({ POLICY_PRESET: preset }).preset).toBe(preset);
  });
});

describe('one variable', () => {
  test.each<[string, string[]]>([
    ['NODE_ENV', ['prod', 'Production']],
    ['LOG_LEVEL', ['loud', 'INFO']],
    ['HOST', ['[::1]', 'http://a', 'a b']],
    ['PORT', ['-1', '65536', '3e3', '0x50', '80.5', 'http', ' 80']],
    ['METRICS_PORT', ['off', '65536', '3000']],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', ['collector:4318', 'grpc://collector']],
    ['DRAIN_SECONDS', ['-1', '301', 'soon']],
    ['SIGNING_KEY_DAYS', ['-1', '90d', '3651', '1.5']],
    ['AUDIT_KEEP_MONTHS', ['0', '12', '-13', '13.5', '7 years', 'Forever', '1201']],
    ['TRUST_PROXY', ['true', '-1', '1.5', '10.0.0.0/8', '33']],
    ['RATE_LIMIT_PER_MINUTE', ['0', 'none']],
    ['LOGIN_LIMIT_PER_MINUTE', ['0', '-5']],
    ['DATABASE_POOL_MAX', ['0', '1001']],
    ['ALLOW_EMBEDDED_IN_PRODUCTION', ['maybe']],
    ['WITHOUT_MAIL', ['perhaps']],
    ['REDIS_URL', ['cache:6379', 'http://cache', 'redis://', 'redis://:50%@cache', 'redis://cache\n']],
    ['AUDIT_SYSLOG_URL', ['log.example.gov', 'udp://log', 'https://log']],
    ['AUDIT_HTTP_URL', ['siem.example.gov', 'tcp://siem', 'https://me:hush@siem.example.gov']],
    ['AUDIT_HTTP_TOKEN', ['two words', 'schlüssel']],
    ['SMS_COUNTRIES', ['UK', 'us', 'US;CA', 'USA', 'US,']],
    ['SMS_PER_DAY', ['0', '-1', 'many']],
    ['SMS_PER_PREFIX_PER_DAY', ['0']],
    ['SMS_LEAST_CONVERSION_PERCENT', ['101', '30%']],
    ['POLICY_PRESET', ['lax', 'Standard', 'toString']],
    ['HELP_REQUIRES', ['check', 'None', 'toString']],
    ['PAGES', ['yes', 'true', 'On']],
    ['BRAND_NAME', ['n'.repeat(61)]],
    ['BRAND_LOGO', ['logo.exe', 'logo']],
    ['BRAND_COLOR', ['blue', '#fff', '1d4f8c', '#1d4f8cff', '#7fb2ff', '#ffffff']],
    ['HELP_CONTACT', ['h'.repeat(201)]],
    ['DEFAULT_LANGUAGE', ['fr', 'ES', 'English']],
    ['TWILIO_FROM', ['+1 509 555 0100', '(509) 555-0100']],
    [
      'CORS_ORIGINS',
      ['*', 'null', 'app.example.gov', 'https://*.example.gov/', 'https://a.gov/', 'ftp://a.gov'],
    ],
    ['CORS_ORIGINS', ['https://A.gov', 'https://a.gov:443', 'https://a.gov,', 'https://a.gov https://b.gov']],
    [
      'WEBAUTHN_RP_ID',
      ['https://example.gov', 'Example.gov', 'gov', '10.0.0.1', '::1', 'a.gov:443', 'a.gov.'],
    ],
    ['WEBAUTHN_ORIGINS', ['*', 'app.example.gov', 'https://a.gov/', 'http://a.gov', 'http://127.0.0.1:3000']],
    [
      'WEBAUTHN_RELATED_ORIGINS',
      [
        '*',
        'a.gov',
        'https://a.gov/',
        'http://a.gov',
        [1, 2, 3, 4, 5, 6].map((n) => `https://a${n}.gov`).join(),
      ],
    ],
    ['PORTAL_URL', ['app.example.gov', 'https://app.example.gov/', 'https://app.example.gov/#/a']],
    ['ISSUER', ['login.example.gov', 'ftp://example.gov', 'https:example.gov', 'https://example.gov/']],
    [
      'ISSUER',
      ['https://example.gov/a/', 'https://example.gov?a=b', 'https://example.gov?', 'https://a.gov#b'],
    ],
    ['ISSUER', ['https://example.gov#', 'https://Example.gov', 'https://a.gov:443', 'https://me:pw@a.gov']],
  ])('%s is refused as any of %j', (name, texts) => {
    const others: Record<string, NodeJS.ProcessEnv> = {
      TWILIO_FROM: account,
      AUDIT_HTTP_TOKEN: { AUDIT_HTTP_URL: 'https://siem.example.gov' },
      WEBAUTHN_ORIGINS: { WEBAUTHN_RP_ID: 'a.gov' },
    };
    const rest = others[name] ?? {};
    for (const text of texts) expect(faultsOf({ ...rest, [name]: text }), text).toEqual([name]);
  });

  test.each([
    'db.example.gov',
    'mysql://db.example.gov/sallyport',
    'postgres:db.example.gov/sallyport',
    'postgres:///sallyport',
    'postgres://app:50%@db.example.gov/sallyport',
    'postgres://app:%ff@db.example.gov/sallyport',
  ])('DATABASE_URL is refused as %s', (url) => {
    expect(faultsOf({ ...postgres, DATABASE_URL: url })).toEqual(['DATABASE_URL']);
  });

  test.each([
    'postgresql:///sallyport?host=/run/postgresql',
    'postgres://app@/sallyport?host=/run/postgresql',
    'postgresql://app:aB3xk9@/sallyport?host=/cloudsql/county:west:login',
    'postgres://app@/sallyport?sslmode=disable&host=%2Frun%2Fpostgresql',
    'postgres://app@%2Frun%2Fpostgresql/sallyport',
  ])('DATABASE_URL may name a socket: %s', (url) => {
    expect(readConfig({ ...postgres, DATABASE_URL: url }).database.url).toBe(url);
  });

  test.each([
    'postgres://app@/sallyport',
    'postgres://app@/sallyport?host=',
    'redis://app@/0?host=/run/redis',
  ])('%s names no host and no socket', (url) => {
    const at = url.startsWith('redis') ? 'REDIS_URL' : 'DATABASE_URL';
    expect(faultsOf({ ...postgres, [at]: url })).toEqual([at]);
  });
});

describe('Duo', () => {
  test.each<[NodeJS.ProcessEnv, string[]]>([
    [duoHost, ['DUO_API_HOST']],
    [duoPrompt, ['DUO_API_HOST']],
    [duoAuth, ['DUO_API_HOST']],
    [{ ...duoHost, DUO_AUTH_IKEY: duoAuth.DUO_AUTH_IKEY }, ['DUO_AUTH_SKEY']],
    [{ ...duoHost, ...duoPrompt, DUO_CLIENT_SECRET: undefined }, ['DUO_CLIENT_SECRET']],
    [{ ...duoHost, ...duoPrompt, DUO_REDIRECT_URI: undefined, PAGES: 'off' }, ['DUO_REDIRECT_URI']],
    [{ ...duoHost, DUO_REDIRECT_URI: duoPrompt.DUO_REDIRECT_URI }, ['DUO_CLIENT_ID', 'DUO_CLIENT_SECRET']],
    [{ ...duoHost, ...duoAuth, DUO_AUTH_SKEY: 'hush' }, ['DUO_AUTH_SKEY']],
    [{ ...duoPrompt, DUO_API_HOST: 'https://api-1a2b3c4d.duosecurity.com' }, ['DUO_API_HOST']],
    [{ ...production, ...duoAuth, DUO_API_HOST: 'duo.example.gov' }, ['DUO_API_HOST']],
    [{ ...production, ...duoAuth, DUO_API_HOST: 'api-1a2b3c4d.duosecurity.com.example' }, ['DUO_API_HOST']],
    [
      { ...production, ...duoHost, ...duoPrompt, DUO_REDIRECT_URI: 'http://app.example.gov/duo' },
      ['DUO_REDIRECT_URI'],
    ],
  ])('%j is at fault at %j', (env, names) => {
    expect(faultsOf(env)).toEqual(names);
  });

  test('the prompt leads back to the page of the service, unless another is named', () => {
    const { DUO_REDIRECT_URI: other, ...prompt } = duoPrompt;
    const own = { ...duoHost, ...prompt, ISSUER: 'https://login.example.gov' };
    const backTo = (env: NodeJS.ProcessEnv) => readConfig(env).duo?.universal?.redirectUri;
    expect(backTo(own)).toBe('https://login.example.gov/duo');
    expect(backTo({ ...own, DUO_REDIRECT_URI: other })).toBe(other);
    expect(backTo({ ...own, DUO_REDIRECT_URI: other, PAGES: 'off' })).toBe(other);
  });

  test('may be reached by a proxy whose authority is named', () => {
    const proxy = { DUO_API_HOST: 'duo.example.gov', DUO_CA_FILE: '/etc/ssl/proxy.pem' };
    expect(readConfig({ ...production, ...duoAuth, ...proxy }).duo?.host).toEqual({
      apiHost: 'duo.example.gov',
      caFile: '/etc/ssl/proxy.pem',
    });
  });
});

describe('VAULT_KEYS', () => {
  const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
  const random = key.toString('base64');

  test.each([
    ['no id', random],
    ['an empty id', `:${random}`],
    ['an id with a dot', `k.1:${random}`],
    ['an id of 33 characters', `${'k'.repeat(33)}:${random}`],
    ['31 bytes', `k1:${base64(randomBytes(31))}`],
    ['33 bytes', `k1:${base64(randomBytes(33))}`],
    ['64 bytes', `k1:${base64(randomBytes(64))}`],
    ['hexadecimal', `k1:${key.toString('hex')}`],
    ['no padding', `k1:${random.slice(0, -1)}`],
    ['bits after the last byte', `k1:${random.slice(0, 42)}5=`],
    ['a key that ends in a comma', `k1:${random},`],
    ['two keys of one id', `k1:${random},k1:${otherKey.toString('base64')}`],
    ['zeros', `k1:${base64(Buffer.alloc(32))}`],
    ['one byte thirty-two times', `k1:${base64(Buffer.alloc(32, 0xa7))}`],
    ['few bytes again and again', `k1:${base64(Buffer.alloc(32, randomBytes(8)))}`],
    ['counted bytes', `k1:${base64(Uint8Array.from({ length: 32 }, (_, at) => 0xf0 + at))}`],
    ['a sentence', `k1:${base64('this is a key of 32 letters, yes')}`],
    ['hexadecimal in base64', `k1:${base64(randomBytes(16).toString('hex'))}`],
    ['changeme', `k1:${base64('changeme'.repeat(4))}`],
    ['changeme as base64', `k1:ChangeMe${random.slice(8)}`],
    ['a good key and then a bad one', `k1:${random},k2:${base64(Buffer.alloc(32))}`],
  ])('is refused with %s', (_name, text) => {
    expect(faultsOf({ VAULT_KEYS: text })).toEqual(['VAULT_KEYS']);
  });

  test('may serve the embedded database too', () => {
    expect(readConfig({ VAULT_KEYS: vaultKey }).vaultKeys).toEqual([{ id: 'k1', key }]);
  });

  test('must be there with DATABASE_URL, in any environment', () => {
    expect(faultsOf({ DATABASE_URL: postgres.DATABASE_URL })).toEqual(['VAULT_KEYS']);
    expect(faultsOf({ ...production, VAULT_KEYS: '' })).toEqual(['VAULT_KEYS']);
  });

  test('says which key is at fault', () => {
    expect(messageOf({ VAULT_KEYS: `${vaultKey},k2:x` })).toContain('→ at VAULT_KEYS[1]');
  });
});

describe('production', () => {
  const { DATABASE_URL: _url, VAULT_KEYS: _keys, ...embedded } = production;

  test.each([
    ['http://login.example.gov', ['ISSUER']],
    ['http://127.0.0.1.example.gov', ['ISSUER']],
    ['http://localhost.example.gov', ['ISSUER']],
    ['http://127.0.0.1:3000', []],
    ['http://[::1]:3000', []],
    ['http://localhost:3000', []],
    ['https://login.example.gov', []],
  ])('with the issuer %s has the faults %j', (issuer, faults) => {
    expect(faultsOf({ ...production, ISSUER: issuer })).toEqual(faults);
  });

  test('FP-2: leads to no page where somebody on the way could read the token', () => {
    expect(faultsOf({ ...production, PORTAL_URL: 'http://app.example.gov' })).toEqual(['PORTAL_URL']);
    expect(faultsOf({ ...production, PORTAL_URL: 'https://app.example.gov' })).toEqual([]);
    expect(faultsOf({ PORTAL_URL: 'http://app.example.gov' })).toEqual([]);
  });

  test('FP-2: needs to know where the page is that links in mails lead to, if there are mails', () => {
    expect(faultsOf({ ...production, PORTAL_URL: '' })).toEqual([]); // this service has the pages
    const nowhere = { ...production, PORTAL_URL: '', PAGES: 'off' };
    expect(faultsOf(nowhere)).toEqual(['PORTAL_URL']);
    expect(messageOf(nowhere)).toContain('which this service then does not have');
    const mail = { SMTP_URL: 'smtp://mail.example.gov', MAIL_FROM: 'login@example.gov' };
    expect(faultsOf({ ...nowhere, ...mail })).toEqual(['PORTAL_URL']);
    expect(faultsOf({ ...nowhere, WITHOUT_MAIL: 'true' })).toEqual([]);
    expect(faultsOf({ ...nowhere, NODE_ENV: 'development' })).toEqual([]);
  });

  test('does without mail where that is said, and not beside a mail server', () => {
    expect(readConfig(production).withoutMail).toBe(false);
    expect(readConfig({ ...production, WITHOUT_MAIL: 'true' }).withoutMail).toBe(true);
    const mail = { SMTP_URL: 'smtp://mail.example.gov', MAIL_FROM: 'login@example.gov' };
    expect(faultsOf({ ...production, ...mail, WITHOUT_MAIL: 'true' })).toEqual(['WITHOUT_MAIL']);
    expect(faultsOf({ ...production, ...mail, WITHOUT_MAIL: 'false' })).toEqual([]);
  });

  test('needs an issuer once it listens beyond this machine', () => {
    expect(faultsOf({ ...production, ISSUER: '' })).toEqual([]);
    expect(faultsOf({ ...production, ISSUER: '', HOST: '0.0.0.0' })).toEqual(['ISSUER']);
  });

  test('needs a PostgreSQL unless a setting says that it may do without', () => {
    expect(faultsOf(embedded)).toEqual(['DATABASE_URL']);
    expect(faultsOf({ ...embedded, ALLOW_EMBEDDED_IN_PRODUCTION: 'false' })).toEqual(['DATABASE_URL']);
    expect(readConfig({ ...embedded, ALLOW_EMBEDDED_IN_PRODUCTION: 'true' }).database.url).toBeNull();
  });

  test.each(['password', 'changeme', 'change-me', 'postgres', 'secret', 'Password1', 'p%61ssword'])(
    'refuses the database password %s, which development takes',
    (password) => {
      for (const url of [`postgres://app:${password}@db/x`, `postgres://app@db/x?password=${password}`]) {
        expect(faultsOf({ ...production, DATABASE_URL: url })).toEqual(['DATABASE_URL']);
        expect(faultsOf({ ...postgres, DATABASE_URL: url })).toEqual([]);
      }
    },
  );

  const weak = [
    ...[
      'admin',
      'root',
      '123456',
      'letmein',
      'test',
      'default',
      '…',
      '...',
      'x',
      'Passw0rd123',
      'P@ssword!',
      'sallyport',
    ],
    ...[
      'change-me-please',
      'your-token-here',
      '<password>',
      'xxxxxxxxxxxxxxxx',
      'qwerty123',
      '0000000000',
      '20241231',
    ],
    ...['aaaaaaaa', 'abcdefghij', 'footballfootball', 'password1234', 'unbelievable', 'TWILIO_AUTH_TOKEN'],
  ];
  const mail = { MAIL_FROM: 'login@example.gov' };
  const places: readonly (readonly [string, (secret: string) => NodeJS.ProcessEnv])[] = [
    ['DATABASE_URL', (secret) => ({ DATABASE_URL: `postgres://app:${secret}@db/x` })],
    ['MIGRATION_DATABASE_URL', (secret) => ({ MIGRATION_DATABASE_URL: `postgres://owner:${secret}@db/x` })],
    ['REDIS_URL', (secret) => ({ REDIS_URL: `redis://:${secret}@cache` })],
    ['SMTP_URL', (secret) => ({ ...mail, SMTP_URL: `smtp://login:${secret}@mail` })],
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      (secret) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://me:${secret}@traces` }),
    ],
    ['TWILIO_AUTH_TOKEN', (secret) => ({ ...account, ...sender, TWILIO_AUTH_TOKEN: secret })],
    [
      'TWILIO_API_KEY_SECRET',
      (secret) => ({ ...account, ...sender, TWILIO_API_KEY_SID: 'SK0123', TWILIO_API_KEY_SECRET: secret }),
    ],
  ];

  test.each(places)(
    'refuses placeholders and common passwords in %s, which development takes',
    (name, of) => {
      for (const secret of weak) {
        const encoded = name.endsWith('URL') || name.startsWith('OTEL') ? encodeURIComponent(secret) : secret;
        expect([secret, ...faultsOf({ ...production, ...of(encoded) })]).toEqual([secret, name]);
        expect([secret, ...faultsOf({ ...postgres, ...of(encoded) })]).toEqual([secret]);
      }
      for (let at = 0; at < 50; at += 1)
        expect(faultsOf({ ...production, ...of(randomBytes(16).toString('hex')) })).toEqual([]);
    },
  );

  test('refuses them where a secret has a shape, too', () => {
    const asked = { ...production, AUDIT_HTTP_URL: 'https://siem.example.gov' };
    for (const token of ['changeme', 'token', 'letmein1'])
      expect(faultsOf({ ...asked, AUDIT_HTTP_TOKEN: token })).toEqual(['AUDIT_HTTP_TOKEN']);
    expect(faultsOf({ ...asked, AUDIT_HTTP_TOKEN: 'q8Zt2vLx0m' })).toEqual([]);
    const duo = { ...production, ...duoHost, ...duoPrompt, ...duoAuth };
    expect(faultsOf({ ...duo, DUO_CLIENT_SECRET: 'x'.repeat(40) })).toEqual(['DUO_CLIENT_SECRET']);
    expect(faultsOf({ ...duo, DUO_AUTH_SKEY: 'secret'.repeat(7).slice(0, 40) })).toEqual([]);
    expect(faultsOf({ ...duo, DUO_AUTH_SKEY: `${'secret'.repeat(6)}test` })).toEqual(['DUO_AUTH_SKEY']);
    const twilio = { ...production, ...account, ...sender };
    for (const sid of ['AC…', `AC${'x'.repeat(32)}`])
      expect(faultsOf({ ...twilio, TWILIO_ACCOUNT_SID: sid })).toEqual(['TWILIO_ACCOUNT_SID']);
  });

  test('refuses a name with an empty password, or with itself', () => {
    for (const url of [
      'postgres://app:@db/x',
      'postgres://app@db/x?password=',
      'postgres://clerk:Clerk@db/x',
      'postgres://app:@/x?host=/run/postgresql',
      'postgres://app:changeme@/x?host=/run/postgresql',
      'postgres://clerk:Clerk@/x?host=/run/postgresql',
    ])
      expect(faultsOf({ ...production, DATABASE_URL: url })).toEqual(['DATABASE_URL']);
    for (const url of ['smtp://login:@mail', 'smtp://login@mail'])
      expect(faultsOf({ ...production, ...mail, SMTP_URL: url })).toEqual(['SMTP_URL']);
    expect(faultsOf({ ...production, REDIS_URL: 'redis://:@cache' })).toEqual(['REDIS_URL']);
    expect(faultsOf({ ...production, ...mail, SMTP_URL: 'smtp://mail', REDIS_URL: 'redis://cache' })).toEqual(
      [],
    );
  });

  test('takes a database that needs no password', () => {
    expect(faultsOf({ ...production, DATABASE_URL: 'postgres://postgres@db/postgres' })).toEqual([]);
  });
});

describe('security keys and passkeys', () => {
  const of = (env: NodeJS.ProcessEnv) => readConfig(env).webauthn;
  const local = { rpId: 'localhost', origins: ['http://localhost:3000'] };

  test.each<[string, NodeJS.ProcessEnv, object | null]>([
    ['the public URL', { ISSUER: 'https://a.gov' }, { rpId: 'a.gov', origins: ['https://a.gov'] }],
    [
      'the portal, once it is named',
      { ISSUER: 'https://a.gov', PORTAL_URL: 'https://app.b.gov/x' },
      { rpId: 'app.b.gov', origins: ['https://app.b.gov'] },
    ],
    ['this machine by its name', { ISSUER: 'http://127.0.0.1:3000' }, local],
    ['this machine in IPv6', { ISSUER: 'http://[::1]:3000' }, local],
    ['this machine, for any client', { HOST: '0.0.0.0' }, local],
    [
      'pages beside it that have no CORS in vain',
      { CORS_ORIGINS: 'http://localhost:5173,https://app.a.gov,http://127.0.0.1:5173' },
      { rpId: 'localhost', origins: ['http://localhost:3000', 'http://localhost:5173'] },
    ],
    [
      'the pages of one domain',
      { ...production, WEBAUTHN_RP_ID: 'example.gov', CORS_ORIGINS: 'https://app.example.gov,https://b.gov' },
      { rpId: 'example.gov', origins: ['https://login.example.gov', 'https://app.example.gov'] },
    ],
    ['nobody at an address', { ISSUER: 'https://10.0.0.1' }, null],
    ['nobody without https', { ISSUER: 'http://login.example.gov' }, null],
    ['nobody at a top-level domain', { ISSUER: 'https://intranet' }, null],
  ])('are those of %s', (_what, env, party) => expect(of(env)).toEqual(party));

  test.each<[NodeJS.ProcessEnv, string]>([
    [{ WEBAUTHN_RP_ID: 'example.org' }, 'WEBAUTHN_RP_ID'],
    [{ WEBAUTHN_RP_ID: 'ample.gov' }, 'WEBAUTHN_RP_ID'],
    [{ WEBAUTHN_RP_ID: 'app.login.example.gov' }, 'WEBAUTHN_RP_ID'],
    [{ WEBAUTHN_ORIGINS: 'https://login.example.gov,https://app.example.gov' }, 'WEBAUTHN_RP_ID'],
    [{ WEBAUTHN_ORIGINS: 'https://login.example.gov,http://login.example.gov' }, 'WEBAUTHN_ORIGINS'],
    [{ PORTAL_URL: 'https://10.0.0.1', WEBAUTHN_ORIGINS: 'https://app.example.gov' }, 'WEBAUTHN_RP_ID'],
  ])('cannot be had with %j', (env, fault) => {
    expect(faultsOf({ ...production, ...env })).toEqual([fault]);
    expect(messageOf({ ...production, ...env })).not.toContain('example.');
  });
});

describe('mail', () => {
  const mail = { SMTP_URL: 'smtps://mail.example.gov', MAIL_FROM: 'login@example.gov' };

  test('needs both its variables', () => {
    expect(faultsOf({ SMTP_URL: mail.SMTP_URL })).toEqual(['MAIL_FROM']);
    expect(faultsOf({ MAIL_FROM: mail.MAIL_FROM })).toEqual(['SMTP_URL']);
    expect(readConfig(mail).mail).toEqual({ url: mail.SMTP_URL, from: mail.MAIL_FROM });
  });

  test.each(['mail.example.gov:587', 'http://mail.example.gov', 'smtp://mail.example.gov?tls=maybe'])(
    'refuses the server %s',
    (url) => expect(faultsOf({ ...mail, SMTP_URL: url })).toEqual(['SMTP_URL']),
  );

  test.each([
    'login',
    'login@',
    'a@b.gov, c@d.gov',
    'A <a@b.gov>\r\nBcc: c@d.gov',
    'A, B <a@b.gov>',
    'A <a> <b@c.gov>',
  ])('refuses to come from %j', (from) =>
    expect(faultsOf({ ...mail, MAIL_FROM: from })).toEqual(['MAIL_FROM']),
  );

  test.each(['County Login <a@b.gov>', '"County, Login" <a@b.gov>', 'Grüße <a@b.gov>', '<a@b.gov>'])(
    'comes from %s',
    (from) => expect(readConfig({ ...mail, MAIL_FROM: from }).mail?.from).toBe(from),
  );
});

describe('Twilio', () => {
  const apiKey = { TWILIO_API_KEY_SID: 'SK0123', TWILIO_API_KEY_SECRET: 'hush-secret' };
  const sid = { TWILIO_ACCOUNT_SID: 'AC0123' };
  const service = { TWILIO_MESSAGING_SERVICE_SID: 'MG0123' };
  const verify = { TWILIO_VERIFY_SERVICE_SID: 'VA0123' };

  test.each([
    [
      { ...account, ...sender },
      { authToken: 'hush-token', from: '+15095550100' },
    ],
    [
      { ...account, ...service },
      { authToken: 'hush-token', messagingServiceSid: 'MG0123' },
    ],
    [
      { ...sid, ...apiKey, ...verify },
      { apiKeySid: 'SK0123', apiKeySecret: 'hush-secret', verifyServiceSid: 'VA0123' },
    ],
    [
      { ...account, TWILIO_FROM: 'County' },
      { authToken: 'hush-token', from: 'County' },
    ],
  ])('is ready with %o', (env, options) => {
    expect(readConfig(env).twilio).toEqual({ accountSid: 'AC0123', ...options });
  });

  test.each<[NodeJS.ProcessEnv, string[]]>([
    [sender, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN']],
    [sid, ['TWILIO_AUTH_TOKEN', 'TWILIO_FROM']],
    [account, ['TWILIO_FROM']],
    [{ ...sid, ...sender }, ['TWILIO_AUTH_TOKEN']],
    [{ ...sid, ...sender, TWILIO_API_KEY_SID: 'SK0123' }, ['TWILIO_API_KEY_SECRET']],
    [{ ...account, ...sender, TWILIO_API_KEY_SECRET: 'hush-secret' }, ['TWILIO_API_KEY_SID']],
    [{ TWILIO_API_URL: 'http://127.0.0.1:1' }, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM']],
    [{ ...account, ...sender, ...verify }, ['TWILIO_FROM']],
    [{ ...account, ...service, ...verify }, ['TWILIO_FROM']],
    [{ ...account, ...sender, TWILIO_ACCOUNT_SID: 'SK0123' }, ['TWILIO_ACCOUNT_SID']],
    [{ ...sid, ...apiKey, ...sender, TWILIO_API_KEY_SID: 'AC0123' }, ['TWILIO_API_KEY_SID']],
    [{ ...account, TWILIO_MESSAGING_SERVICE_SID: 'VA0123' }, ['TWILIO_MESSAGING_SERVICE_SID']],
    [{ ...account, TWILIO_VERIFY_SERVICE_SID: 'MG0123' }, ['TWILIO_VERIFY_SERVICE_SID']],
    [{ ...account, ...sender, TWILIO_API_URL: 'http://127.0.0.1:1/' }, ['TWILIO_API_URL']],
  ])('with %o lacks %j', (env, faults) => {
    expect(faultsOf(env)).toEqual(faults);
  });
});

describe('a bad environment', () => {
  const secrets = ['hush-db', 'hush-redis', 'hush-key', 'hush-smtp', 'hush-token', 'hush-secret'];
  const bad = {
    NODE_ENV: 'production',
    ISSUER: 'http://login.example.gov',
    PORT: 'http',
    DATABASE_URL: 'mysql://app:hush-db@db/x',
    REDIS_URL: 'http://:hush-redis@cache',
    VAULT_KEYS: 'k1:hush-key',
    SMTP_URL: 'smtp://app:hush-smtp@mail?a=b',
    TWILIO_ACCOUNT_SID: 'hush-token',
    TWILIO_AUTH_TOKEN: 'hush-token',
    TWILIO_API_KEY_SECRET: 'hush-secret',
    POLICY_PRESET: 'lax',
  };

  test('has all its faults named at once, each with its variable', () => {
    const faults = ['MAIL_FROM', 'TWILIO_API_KEY_SID', 'TWILIO_FROM', ...Object.keys(bad)];
    const sound = ['NODE_ENV', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_KEY_SECRET'];
    expect(faultsOf(bad)).toEqual(faults.filter((name) => !sound.includes(name)).sort());
    expect(messageOf({ PORT: 'http', POLICY_PRESET: 'lax' })).toBe(
      [
        'The configuration is not valid:',
        '✖ must be a whole number from 0 to 65535',
        '  → at PORT',
        '✖ must be one of standard, strict, pci, cjis, nydfs',
        '  → at POLICY_PRESET',
      ].join('\n'),
    );
  });

  test('has no secret repeated, not even one in the wrong variable', () => {
    for (const secret of secrets) expect(messageOf(bad)).not.toContain(secret);
    for (const name of variableNames) expect(messageOf({ [name]: 'hush hush' })).not.toContain('hush');
  });
});

describe('a secret in a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-secrets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const fileOf = (text: string) => {
    const file = join(folder, randomBytes(6).toString('hex'));
    writeFileSync(file, text);
    return file;
  };

  test.each(['', '\n', '\r\n'])('is read without the line break at its end: %j', (end) => {
    const config = readConfig({
      DATABASE_URL_FILE: fileOf(`${postgres.DATABASE_URL}${end}`),
      VAULT_KEYS_FILE: fileOf(`${vaultKey}${end}`),
      ...{ ...account, ...sender, TWILIO_AUTH_TOKEN: '' },
      TWILIO_AUTH_TOKEN_FILE: fileOf(` hush token ${end}`),
    });
    expect(config.database.url).toBe(postgres.DATABASE_URL);
    expect(config.vaultKeys).toEqual([{ id: 'k1', key }]);
    expect(config.twilio?.authToken).toBe(' hush token ');
  });

  test('is read without a byte order mark', () => {
    const twilio = { ...account, ...sender, TWILIO_AUTH_TOKEN: '' };
    const config = readConfig({ ...twilio, TWILIO_AUTH_TOKEN_FILE: fileOf('\ufeffhush token') });
    expect(config.twilio?.authToken).toBe('hush token');
  });

  test.each(secretNames)('may be %s', (name) => {
    const missing = join(folder, 'missing');
    expect(messageOf({ [`${name}_FILE`]: missing })).toContain(
      `${missing} (Error ENOENT)\n  → at ${name}_FILE`,
    );
    expect(messageOf({ [`${name}_FILE`]: folder })).toContain(
      `${folder} (Error EISDIR)\n  → at ${name}_FILE`,
    );
    expect(messageOf({ [`${name}_FILE`]: fileOf(' \n') })).toContain(`→ at ${name}_FILE`);
    expect(messageOf({ [`${name}_FILE`]: fileOf('hush hush…') })).not.toContain('hush');
    expect(faultsOf({ [`${name}_FILE`]: ' ' })).toEqual([]);
  });

  test('is held to the rules of its variable, under its name', () => {
    expect(faultsOf({ VAULT_KEYS_FILE: fileOf('k1:short\n') })).toEqual(['VAULT_KEYS']);
    const { DATABASE_URL: _url, ...rest } = production;
    expect(faultsOf({ ...rest, DATABASE_URL_FILE: fileOf('postgres://app:letmein@db/x') })).toEqual([
      'DATABASE_URL',
    ]);
  });

  test('must not be in its variable as well, with any content of the file', () => {
    const file = fileOf(vaultKey);
    expect(faultsOf({ ...postgres, VAULT_KEYS_FILE: file })).toEqual(['VAULT_KEYS_FILE']);
    expect(faultsOf({ ...postgres, VAULT_KEYS_FILE: join(folder, 'missing') })).toEqual(['VAULT_KEYS_FILE']);
  });
});

test.each([
  ['DUO_IKEY', 'DUO_CLIENT_ID', 'DUO_AUTH_IKEY'],
  ['DUO_SKEY', 'DUO_CLIENT_SECRET', 'DUO_AUTH_SKEY'],
])(
  '%s alone is refused with the names that took its place, and beside them is let be',
  (old, prompt, push) => {
    const message = messageOf({ [old]: 'hush hush' });
    expect(message).toContain(`set ${prompt} for`);
    expect(message).toContain(`${push} for`);
    expect(message).toContain(`→ at ${old}`);
    expect(message).not.toContain('hush');
    expect(faultsOf({ ...duoHost, ...duoPrompt, [old]: 'hush hush' })).toEqual([]);
    expect(faultsOf({ ...duoHost, ...duoAuth, [old]: 'hush hush' })).toEqual([]);
    expect(faultsOf({ [old]: ' ' })).toEqual([]);
  },
);

describe('.env.example', () => {
  const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
  const variables = lines.flatMap((line, at) => {
    const [, off, name = '', text = ''] = /^(# )?([A-Z][A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name ? [{ name, text, off: off !== undefined, before: lines[at - 1] ?? '' }] : [];
  });

  test('names every variable once, with a comment', () => {
    expect(variables.map(({ name }) => name).sort()).toEqual([...variableNames].sort());
    for (const { before } of variables) expect(before).toMatch(/^# [^=]+$/);
  });

  test('names the variables that may be in files, and no others', () => {
    const text = lines.map((line) => line.replace(/^# ?/, '')).join('\n');
    const [, listed = ''] = /NAME is one of ([A-Z_,\s]+)\nThe/.exec(text) ?? [];
    expect(listed.split(/[,\s]+/).filter(Boolean)).toEqual([...secretNames]);
  });

  test('says what the defaults are', () => {
    const set = variables.filter(({ off }) => !off).map(({ name, text }) => [name, text]);
    expect(set).not.toHaveLength(0);
    expect(readConfig(Object.fromEntries(set))).toEqual(readConfig({}));
  });
});
