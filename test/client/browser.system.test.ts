import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../packages/client/build.ts';
import { hasBrowser, launchBrowser, plugInKey } from '../support/chromium.ts';
import { createWorld, type World } from '../support/world.ts';

describe.skipIf(!hasBrowser)('the client in a real browser, in cookie mode', () => {
  let world: World;
  let browser: Browser;
  const scripts: Record<string, string> = {};
  let api = '';
  const pages = createServer(({ url = '' }, response) => {
    const script = scripts[url];
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? '<title>A page</title>');
  });
  const origin = () => `http://localhost:${(pages.address() as AddressInfo).port}`;

  beforeAll(async () => {
    for (const name of ['index', 'older-browsers'])
      scripts[`/${name}.js`] = await bundle(
        fileURLToPath(new URL(`../../packages/client/src/${name}.ts`, import.meta.url)),
      );
    await new Promise<void>((done) => pages.listen(0, done));
    world = await createWorld({
      webauthn: { rpId: 'localhost', origins: [origin()] },
      app: { corsOrigins: [origin()] },
    });
    await world.app.listen({ host: '127.0.0.1', port: 0 });
    api = `http://localhost:${(world.app.server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
    await world.close();
  });

  /** A tab with a client of its own. What runs in it is text: the test's modules are not there. */
  async function tab(context: BrowserContext) {
    const page = await context.newPage();
    const refreshes: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/auth/refresh'))
        refreshes.push(request.url());
    });
    await page.goto(origin());
    await page.evaluate(`import('/older-browsers.js').then(() => import('/index.js')).then(({ createClient }) => {
      window.client = createClient({ baseUrl: ${JSON.stringify(api)}, mode: 'cookie' });
    })`);
    const run = <Result>(script: string) => page.evaluate(script) as Promise<Result>;
    const status = () => run<string>('client.state.status');
    return { page, run, refreshes, status };
  }

  async function withKey(page: Page) {
    await plugInKey(page);
  }

  test.each([
    ['a new browser, by Web Locks', ''],
    [
      'a browser without Web Locks, by BroadcastChannel',
      `Object.defineProperty(navigator, 'locks', { value: undefined })`,
    ],
    [
      'a browser that reads no JSON of keys',
      `delete PublicKeyCredential.parseCreationOptionsFromJSON;
       delete PublicKeyCredential.parseRequestOptionsFromJSON;
       delete PublicKeyCredential.prototype.toJSON;`,
    ],
  ])('enrols and uses a key, and tabs share one session: %s', async (_what, change) => {
    const context = await browser.newContext();
    if (change !== '') await context.addInitScript(change);
    const { username, password } = await world.user();
    const one = await tab(context);
    await withKey(one.page);
    const login = `client.login(${JSON.stringify({ username, password })})`;
    expect(await one.run(`${login}.then(({ kind }) => kind)`)).toBe('tokens');
    const enrolled = 'client.enroll("webauthn").then((enrolment) => client.verifyWithKey(enrolment))';
    expect(await one.run(enrolled)).toMatchObject({ kind: 'tokens', recoveryCodes: { length: 10 } });
    await one.run('client.logout()');
    expect(await one.run(`${login}.then((challenge) => client.verifyWithKey(challenge))`)).toMatchObject({
      kind: 'tokens',
    });
    expect(await one.run('client.me().then(({ level }) => level.acr)')).toBe('phr');

    const [second, third] = [await tab(context), await tab(context)];
    const restored = await Promise.all([second, third].map(({ run }) => run('client.restore()')));
    expect(restored).toMatchObject([{ status: 'authenticated' }, { status: 'authenticated' }]);
    expect([...one.refreshes, ...second.refreshes, ...third.refreshes]).toHaveLength(1);
    const kept =
      'document.cookie + JSON.stringify([{ ...localStorage }, { ...sessionStorage }]) + location.href';
    expect(await second.run(kept)).toBe(`[{},{}]${origin()}/`);

    await third.run('client.logout()');
    await expect.poll(one.status).toBe('anonymous');
    expect(await context.cookies()).toEqual([]);
    await context.close();
  });
});
