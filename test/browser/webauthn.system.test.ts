import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, securityKey } from '../support/chromium.ts';
import { blocksOf, readDocument } from '../support/document.ts';
import { allowPasskeys } from '../support/passkeys.ts';
import { claimsOf } from '../support/second-factor.ts';
import { createWorld, type World } from '../support/world.ts';

const files = blocksOf(readDocument('docs/webauthn.md')).filter(({ kind }) => kind === 'file');

describe.skipIf(!hasBrowser)('docs/webauthn.md in a real browser', () => {
  let world: World;
  let browser: Browser;
  let page: Page;
  let devtools: CDPSession;
  let api = '';
  const pages = createServer(({ url }, response) => {
    const file = files.find(({ name }) => url === `/${name}`);
    response.setHeader('content-type', file ? 'text/javascript' : 'text/html');
    response.end(file?.text.replaceAll('http://127.0.0.1:3000', api) ?? '<title>A page</title>');
  });
  const portOf = () => (pages.address() as AddressInfo).port;

  beforeAll(async () => {
    await new Promise<void>((done) => pages.listen(0, done));
    const origin = `http://localhost:${portOf()}`;
    world = await createWorld({
      webauthn: { rpId: 'localhost', origins: [origin] },
      app: { corsOrigins: [origin] },
    });
    api = await world.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
    await world.close();
  });
  beforeEach(async () => {
    const context = await browser.newContext();
    page = await context.newPage();
    devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    return () => context.close();
  });

  const open = (host = 'localhost') => page.goto(`http://${host}:${portOf()}/`);
  const plugIn = (more: object = {}) =>
    devtools.send('WebAuthn.addVirtualAuthenticator', { options: { ...securityKey, ...more } });

  /** As text, for what runs in the page is nothing that the test's own modules and types know of. */
  const run = (script: string, ...given: unknown[]): Promise<Record<string, string>> =>
    page.evaluate(`(${script})(...${JSON.stringify(given)})`);

  async function enrol() {
    const ann = await world.user();
    const token: string = (await ann.login()).body.access_token;
    const script = `async (...given) => (await import('/webauthn.js')).enrolKey(...given)`;
    return { ...ann, done: await run(script, token, 'Blue key') };
  }
  const logIn = ({ username, password }: { username: string; password: string }) =>
    run(`async (...given) => (await import('/webauthn.js')).logIn(...given)`, username, password);

  test.each([
    ['a security key', {}],
    ['a security key that keeps nothing', { hasResidentKey: false }],
    [
      'a passkey of this device, backed up',
      { transport: 'internal', defaultBackupEligibility: true, defaultBackupState: true },
    ],
  ])('WA-1 %s is enrolled and logs in', async (_what, device) => {
    await open();
    await plugIn(device);
    const ann = await enrol();
    expect(ann.done).toMatchObject({ success: true, recovery_codes: expect.any(Array) });
    for (let time = 0; time < 2; time += 1) {
      const { access_token: token = '' } = await logIn(ann);
      expect(claimsOf(token)).toMatchObject({ acr: 'phr', amr: ['pwd', 'pop', 'user', 'mfa'] });
    }
  });

  test('a browser that has none of the JSON functions is helped', async () => {
    await open();
    await plugIn();
    await run(`async () => {
      for (const name of ['parseCreationOptionsFromJSON', 'parseRequestOptionsFromJSON'])
        if (!delete PublicKeyCredential[name] || PublicKeyCredential[name]) throw new Error(name);
      if (!delete PublicKeyCredential.prototype.toJSON) throw new Error('toJSON');
      await import('/older-browsers.js');
    }`);
    const ann = await enrol();
    expect(claimsOf((await logIn(ann)).access_token ?? '')).toMatchObject({ acr: 'phr' });
  });

  test('LC-2 a login that asked for something else goes on with a key', async () => {
    await open();
    await plugIn();
    const ann = await enrol();
    const { body } = await ann.login();
    const script = `async (...given) => (await import('/webauthn.js')).useOtherKey(...given)`;
    const { access_token: token = '' } = await run(script, body.temp_token, ann.done.factor_id);
    expect(claimsOf(token)).toMatchObject({ acr: 'phr' });
  });

  test('WA-2 an authenticator that is enrolled makes no second credential', async () => {
    await open();
    await plugIn();
    const ann = await enrol();
    const again = run(
      `async (...given) => (await import('/webauthn.js')).enrolKey(...given)`,
      ann.done.access_token,
      'The same key',
    );
    await expect(again).rejects.toThrow('InvalidStateError');
    expect(claimsOf((await logIn(ann)).access_token ?? '')).toMatchObject({ acr: 'phr' });
  });

  test('WA-4 a finger that is not its owner’s opens nothing', async () => {
    await open();
    const { authenticatorId } = await plugIn();
    const ann = await enrol();
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await expect(logIn(ann)).rejects.toThrow('NotAllowedError');
  });

  test('a page elsewhere that passes our challenge on gets no signature of it', async () => {
    await open();
    await plugIn();
    const ann = await enrol();
    const { body } = await ann.login();
    await open('127.0.0.1');
    const relayed = run(
      `async (options) => {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
        await navigator.credentials.get({ publicKey });
      }`,
      body.challenge.options,
    );
    await expect(relayed).rejects.toThrow('SecurityError');
  });

  test('PK-1 logs in by a passkey alone, as the page of the documents does', async () => {
    await open();
    await plugIn({ transport: 'internal' });
    await allowPasskeys(world, 'public');
    const { username, done } = await enrol();
    expect(done.access_token).toBeTruthy();
    const { access_token: token = '' } = await run(
      `async () => (await import('/passkey.js')).logInWithPasskey()`,
    );
    expect(claimsOf(token)).toMatchObject({ acr: 'phr', amr: ['pop', 'user', 'mfa'] });
    const me = await world.call('GET', '/auth/me', undefined, { bearer: token });
    expect(me.body.user.username).toBe(username);
  });
});
