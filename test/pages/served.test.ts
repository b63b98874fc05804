import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageFile, Pages } from '../../src/api/pages/page-files.ts';
import { contrastOf } from '../../src/lib/contrast.ts';
import { useWorld } from '../support/use-world.ts';

const html =
  '<html><head><meta name="sallyport-settings" content="{}" /><title>Sallyport</title></head><body></body></html>';
const script: PageFile = {
  type: 'text/javascript; charset=utf-8',
  bytes: Buffer.from('plain'),
  compressed: { br: Buffer.from('by brotli'), gzip: Buffer.from('by gzip') },
};
const logo = { type: 'image/svg+xml', bytes: Buffer.from('<svg/>'), compressed: null, ending: '.svg' };
const pages: Pages = {
  html,
  paths: ['/', '/login', '/console/*'],
  files: new Map([['/pages/main-1a2b.js', script]]),
  brand: {
    name: 'County "of" <Example>',
    colors: { light: '#0b5d3b', dark: '#7fd0ad' },
    logo,
    help: 'helpdesk@example.gov',
  },
  returnOrigins: ['https://app.example.gov'],
};

describe('the pages, as the service sends them', () => {
  const world = useWorld({ app: { pages } });
  const get = (url: string, headers: Record<string, string> = {}) => world.app.inject({ url, headers });

  test.each(['/', '/login', '/login?return_to=/a&state=b', '/console/users/1'])(
    '%s is the document',
    async (url) => {
      const { statusCode, headers, body } = await get(url);
      expect({ statusCode, type: headers['content-type'], cache: headers['cache-control'] }).toEqual({
        statusCode: 200,
        type: 'text/html; charset=utf-8',
        cache: 'no-store',
      });
      expect(body).toContain('<body></body>');
    },
  );

  test('allows no inline code, no frame, no other origin and no string that becomes code', async () => {
    const { headers } = await get('/login');
    expect(String(headers['content-security-policy']).split(';')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(String(headers['permissions-policy']).split(', ').sort()).toEqual([
      'camera=()',
      'geolocation=()',
      'microphone=()',
      'payment=()',
      'publickey-credentials-create=(self)',
      'publickey-credentials-get=(self)',
      'usb=()',
    ]);
  });

  test('a file is for pages of this origin alone, and is what its type says', async () => {
    const { headers } = await get('/pages/main-1a2b.js');
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });

  test('has the brand in it, and a name that is HTML stays a name', async () => {
    const { body } = await get('/login');
    expect(body).toContain('<title>County &quot;of&quot; &lt;Example&gt;</title>');
    const [, settings = ''] = /sallyport-settings" content="([^"]*)"/.exec(body) ?? [];
    const read = JSON.parse(
      settings.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>'),
    );
    expect(read).toMatchObject({
      brand: { name: 'County "of" <Example>', help: 'helpdesk@example.gov' },
      returnOrigins: ['https://app.example.gov'],
      docs: true,
    });
    expect((await get(read.brand.logo)).body).toBe('<svg/>');
    const [, style = ''] = /href="(\/pages\/brand-[^"]+)"/.exec(body) ?? [];
    expect((await get(style)).body).toContain('--brand:#0b5d3b');
  });

  test.each([
    ['br, gzip', 'br', 'by brotli'],
    ['gzip', 'gzip', 'by gzip'],
    ['identity', undefined, 'plain'],
    ['brown', undefined, 'plain'],
  ])('a file comes as a browser with %s takes it, and stays', async (accepted, coding, body) => {
    const answer = await get('/pages/main-1a2b.js', { 'accept-encoding': accepted });
    expect(answer.headers['content-encoding']).toBe(coding);
    expect(answer.body).toBe(body);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  test('what is not there is a problem, as for every caller of the API', async () => {
    for (const url of [
      '/logon',
      '/pages/../package.json',
      '/pages/%2e%2e/package.json',
      '/pages/',
      '/consoles',
    ]) {
      const { status, type } = await world.call('GET', url);
      expect({ url, status, type }).toEqual({ url, status: 404, type: '/problems/not-found' });
    }
  });

  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8' };

  test.each([
    ['/login/', '/login'],
    ['/login//', '/login'],
    ['/login/?return_to=%2F%2Fevil.example&a=b', '/login?return_to=%2F%2Fevil.example&a=b'],
  ])('a browser that opens %s is led to %s', async (url, location) => {
    const { statusCode, headers } = await get(url, browser);
    expect({ statusCode, location: headers.location }).toEqual({ statusCode: 308, location });
  });

  test.each([
    '/logon',
    '//evil.example',
    '//evil.example/',
    '//login/',
    '/%2flogin/',
    '/consoles',
    '/login/x',
    '/pages/',
  ])('a browser that opens %s gets a page that leads nowhere else', async (url) => {
    const { statusCode, headers, body } = await get(url, browser);
    expect({ statusCode, type: headers['content-type'], location: headers.location }).toEqual({
      statusCode: 404,
      type: 'text/html; charset=utf-8',
      location: undefined,
    });
    expect(body).toContain('<body></body>');
    const { headers: known } = await get('/login', browser);
    for (const name of [
      'content-security-policy',
      'cross-origin-opener-policy',
      'cross-origin-resource-policy',
      'permissions-policy',
      'x-frame-options',
      'referrer-policy',
      'cache-control',
      'x-content-type-options',
    ])
      expect({ name, value: headers[name] }).toEqual({ name, value: known[name] });
  });

  test('a backslash, which browsers read as a slash, leads nowhere', async () => {
    await world.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = world.app.server.address() as AddressInfo;
    for (const path of ['/\\evil.example', '/\\evil.example/', '/\\login/']) {
      const sent = request({ host: '127.0.0.1', port, path, headers: browser, agent: false }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      const { statusCode, headers } = answer;
      expect({ path, statusCode, location: headers.location }).toEqual({ path, statusCode: 404 });
    }
  });

  test('a program gets a problem with a hint, and so does a browser for a path of the API', async () => {
    for (const accept of ['*/*', 'application/json', 'application/json, text/html', 'text/htmlx']) {
      const { statusCode, headers, body } = await get('/login/', { accept });
      expect({ accept, statusCode, type: headers['content-type'] }).toEqual({
        accept,
        statusCode: 404,
        type: 'application/problem+json; charset=utf-8',
      });
      expect(JSON.parse(body).detail).toContain('Did you mean /login?');
    }
    expect((await get('/auth/login', browser)).statusCode).toBe(405);
    const posted = await world.app.inject({ method: 'POST', url: '/logon', headers: browser });
    expect(posted.headers['content-type']).toContain('application/problem+json');
  });

  test('is no part of the API', async () => {
    const { paths } = (await world.call('GET', '/openapi.json')).body;
    expect(Object.keys(paths).filter((path) => /login$|^\/$|pages|console/.test(path))).toEqual([
      '/auth/login',
    ]);
  });
});

describe('PAGES=off', () => {
  const world = useWorld();

  test('is an API alone', async () => {
    for (const url of ['/', '/login', '/login/', '/console']) {
      expect((await world.call('GET', url)).status).toBe(404);
      const opened = await world.app.inject({ url, headers: { accept: 'text/html' } });
      expect(opened.headers['content-type']).toContain('application/problem+json');
    }
  });
});

describe('the brand', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-brand-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('that cannot be shown is refused at the start', async () => {
    const { readBrand } = await import('../../src/service/pages/read-brand.ts');
    const settings = { brandName: 'County', brandColor: null, helpContact: null };
    const large = join(folder, 'large.png');
    writeFileSync(large, Buffer.alloc(256 * 1024 + 1));
    expect(() => readBrand({ ...settings, brandLogo: large })).toThrow('BRAND_LOGO');
    expect(() => readBrand({ ...settings, brandLogo: join(folder, 'none.svg') })).toThrow('BRAND_LOGO');
  });

  test.each(['#1d4f8c', '#0b5d3b', '#7a1020', '#000000'])(
    '%s has a tone that dark pages can show',
    async (color) => {
      const { readBrand } = await import('../../src/service/pages/read-brand.ts');
      const brand = readBrand({ brandName: 'County', brandColor: color, brandLogo: null, helpContact: null });
      const dark = brand.colors?.dark ?? '';
      expect(contrastOf(dark, '#1b1f24')).toBeGreaterThanOrEqual(4.5);
      expect(contrastOf(dark, '#10151b')).toBeGreaterThanOrEqual(4.5); // the words on a button
    },
  );
});
