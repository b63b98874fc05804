import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../support/actor.ts';
import { blocksOf, readDocument } from '../support/document.ts';
import { pythonWith, startExample } from '../support/example-app.ts';
import type { Outcome } from '../support/fake-duo-oidc.ts';
import { startPythonWorld } from '../support/python-world.ts';

const python = pythonWith('flask', 'httpx', 'jwt', 'cryptography');
if (!python) process.stdout.write('Flask or httpx is not installed here: the portal is not played.\n');

const page = readDocument('docs/flask-portal.md');
const program = blocksOf(page).find(({ name }) => name === 'portal.py')?.text ?? '';

describe.skipIf(!python)('docs/flask-portal.md', () => {
  let here: Awaited<ReturnType<typeof startPythonWorld>>;
  let portal: Awaited<ReturnType<typeof startExample>>;
  let adminPortal: Awaited<ReturnType<typeof startExample>>;
  let orphan: Awaited<ReturnType<typeof startExample>>;
  const work = mkdtempSync(join(tmpdir(), 'sallyport-portal-'));
  beforeAll(async () => {
    here = await startPythonWorld();
    const file = join(work, 'portal.py');
    writeFileSync(file, program);
    const env = {
      SALLYPORT_URL: here.env.SALLYPORT_URL,
      PORTAL_KEY: 'a key of this test alone',
    };
    portal = await startExample(python ?? '', file, env);
    adminPortal = await startExample(python ?? '', file, { ...env, PORTAL_AREA: 'admin' });
    orphan = await startExample(python ?? '', file, { ...env, SALLYPORT_URL: 'http://127.0.0.1:1' });
  });
  afterAll(async () => {
    for (const one of [portal, adminPortal, orphan]) await one.close();
    await here.close();
    rmSync(work, { recursive: true });
  });

  /** A browser with one cookie. */
  function visitor(url = portal.url) {
    let cookie = '';
    async function go(
      path: string,
      form?: Readonly<Record<string, string>>,
      more: Readonly<Record<string, string>> = {},
    ) {
      const response = await fetch(new URL(path, url), {
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
        headers: { cookie, ...more },
        redirect: 'manual',
      });
      const [set] = response.headers.getSetCookie();
      if (set !== undefined) cookie = set.split(';')[0] ?? '';
      const to = response.headers.get('location');
      return { status: response.status, to, text: await response.text(), set };
    }
    const login = ({ username, password }: Pick<Actor, 'username' | 'password'>) =>
      go('/login', { username, password });
    async function duo(prompt: string, outcome: Outcome = {}) {
      const { response, error } = await here.duo.visit(prompt, outcome);
      const query = new URLSearchParams(error === null ? response : { error, state: response.state });
      return go(`/duo?${query}`);
    }
    const use = (other: string) => {
      cookie = other;
    };
    return { go, login, duo, cookie: () => cookie, use };
  }

  /** Somebody who has enrolled Duo. */
  async function enrolled() {
    const ann = await here.world.user();
    const bearer: string = (await ann.login()).body.access_token;
    const enroll = { method: 'duo_universal' };
    const { body } = await here.world.call('POST', '/auth/mfa/enroll', enroll, { bearer });
    const { response } = await here.duo.visit(body.redirect_url);
    await here.world.call('POST', '/auth/mfa/verify-enrollment', { response }, { bearer });
    return ann;
  }

  test('fits on a page', () => {
    expect(program.split('\n').length).toBeLessThan(150);
  });

  test('logs in by way of Duo, and out again', async () => {
    const ann = await enrolled();
    const browser = visitor();
    expect(await browser.go('/')).toMatchObject({ status: 302, to: '/login' });
    const sent = await browser.login(ann);
    expect(sent).toMatchObject({ status: 302, to: expect.stringContaining(`https://${here.duo.host}/`) });
    expect(sent.set).toMatch(/Secure; HttpOnly; .*SameSite=Lax/);
    const before = browser.cookie();
    expect(await browser.duo(sent.to ?? '')).toMatchObject({ status: 302, to: '/' });
    const home = await browser.go('/');
    expect(home.text).toContain(`${ann.username}, level urn:sallyport:acr:2`);
    const inside = browser.cookie();
    browser.use(before);
    expect(await browser.go('/')).toMatchObject({ status: 302, to: '/login' });
    browser.use(inside);
    expect(await browser.go('/logout', {})).toMatchObject({ status: 302, to: '/login' });
    browser.use(inside);
    expect(await browser.go('/')).toMatchObject({ status: 302, to: '/login' });
  });

  test('the cookie holds no token', async () => {
    const ann = await enrolled();
    const browser = visitor();
    await browser.duo((await browser.login(ann)).to ?? '');
    const [, payload = ''] = /^session=([^.]+)\./.exec(browser.cookie()) ?? [];
    const held = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(Object.keys(held)).toEqual(['id']);
    expect(held.id).toMatch(/^[\w-]{43}$/);
  });

  test('enrols a user who must have a second factor, and shows the recovery codes once', async () => {
    const root = await here.world.user({ roles: ['admin'] });
    const browser = visitor(adminPortal.url);
    const sent = await browser.login(root);
    expect(sent.to).toContain(`https://${here.duo.host}/`);
    const codes = await browser.duo(sent.to ?? '');
    expect(codes.text.match(/\w{4}(?:-\w{4}){5}/g)).toHaveLength(10);
    expect((await browser.go('/')).text).toContain(root.username);
    await browser.go('/logout', {});
    expect(await browser.duo((await browser.login(root)).to ?? '')).toMatchObject({ status: 302, to: '/' });
  });

  test('lets nobody in whom Duo does not confirm', async () => {
    const ann = await enrolled();
    for (const outcome of [{ error: 'access_denied' }, { result: 'deny' }] as const) {
      const browser = visitor();
      expect(await browser.duo((await browser.login(ann)).to ?? '', outcome)).toMatchObject({ status: 403 });
      expect(await browser.go('/')).toMatchObject({ status: 302, to: '/login' });
    }
  });

  test('takes an answer of Duo once, and only in the browser that was sent there', async () => {
    const ann = await enrolled();
    const browser = visitor();
    const prompt = (await browser.login(ann)).to ?? '';
    const { response } = await here.duo.visit(prompt);
    const back = `/duo?${new URLSearchParams(response)}`;
    expect(await visitor().go(back)).toMatchObject({ status: 403 });
    const other = visitor();
    await other.login(await enrolled());
    expect((await other.go(back)).status).toBeGreaterThanOrEqual(400);
    expect(await browser.go(back)).toMatchObject({ status: 302, to: '/' });
    expect(await browser.go(back)).toMatchObject({ status: 403 });
  });

  test('says what is wrong, and nothing more', async () => {
    const browser = visitor();
    const wrong = await browser.login({ username: 'nobody', password: 'not the password' });
    expect(wrong).toMatchObject({ status: 401, text: expect.stringContaining('Wrong name or password.') });
    expect(await visitor(orphan.url).login({ username: 'ann', password: 'x' })).toMatchObject({
      status: 503,
    });
  });

  test('takes no form of another site', async () => {
    const from = { 'sec-fetch-site': 'cross-site' };
    const form = { username: 'ann', password: 'x' };
    expect(await visitor().go('/login', form, from)).toMatchObject({ status: 403 });
  });
});
