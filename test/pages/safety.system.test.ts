import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../support/actor.ts';
import { hasBrowser } from '../support/chromium.ts';
import { type Pages, startPages, typePassword } from '../support/pages.ts';

const appOrigin = 'http://app.localhost:4173';

describe.skipIf(!hasBrowser)('the pages under attack', () => {
  let pages: Pages;
  /** A page of somebody else, on another site. */
  let evil = '';
  let evilHtml = '';
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(evilHtml);
  });
  beforeAll(async () => {
    pages = await startPages({}, { PORTAL_URL: appOrigin });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    evil = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    server.close();
    await pages?.close();
  });

  async function withTotp() {
    const ann = await pages.world.user();
    return { ...ann, ...(await ann.enrolTotp()) };
  }

  async function logInAt(path: string) {
    const opened = await pages.open(path);
    await logIn(opened.page);
    return opened;
  }

  async function logIn(page: Page): Promise<void> {
    const ann = await withTotp();
    await typePassword(page, ann);
    await page.getByLabel('Code').fill(codeOf(ann.secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
  }

  test('clickjacking: no page of ours stands in a frame of somebody else', async () => {
    evilHtml = `<title>Win</title><h1>Win</h1><iframe src="${pages.url}/login"></iframe>`;
    const context = await pages.browser.newContext();
    const page = await context.newPage();
    const refusals: string[] = [];
    page.on('console', (message) => refusals.push(message.text()));
    await page.goto(evil);
    await expect
      .poll(() => refusals.join(' '))
      .toMatch(/frame-ancestors|X-Frame-Options|refused to connect/i);
    expect(await page.frames()[1]?.locator('input').count()).toBe(0);
    await context.close();
  });

  test('CSRF: another site sends the cookie of a login nowhere', async () => {
    const { page, close } = await logInAt('/login');
    await page.waitForURL(`${pages.url}/security`); // not the address that returns there
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([
      { name: '__Host-sallyport-refresh', httpOnly: true, secure: true, sameSite: 'Strict' },
    ]);
    evilHtml = `<title>Win</title><h1>Win</h1><form method="post" action="${pages.url}/auth/refresh"></form>`;
    await page.goto(evil);
    const [answer] = await Promise.all([
      page.waitForResponse(`${pages.url}/auth/refresh`),
      page.evaluate('document.forms[0].submit()'),
    ]);
    await page.waitForURL('**/auth/refresh');
    expect(answer.status()).toBe(415); // no form is read, and the cookie did not come
    expect((await answer.request().allHeaders()).cookie).toBeUndefined();
    await page.goto(evil);
    const thrown = page.evaluate(
      (url) =>
        fetch(`${url}/auth/refresh`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'X-Sallyport-Client': 'evil' },
        }),
      pages.url,
    );
    await expect(thrown).rejects.toThrow('Failed to fetch');
    await close();
  });

  test.each(['https://evil.example/', '/\\evil.example/', '//evil.example/'])(
    'open redirect: a login does not lead to %j',
    async (target) => {
      const { page, close } = await logInAt(`/login?return_to=${encodeURIComponent(target)}`);
      await page.waitForURL(`${pages.url}/security`); // not the address that returns there
      expect(page.url()).toBe(`${pages.url}/security`);
      await close();
    },
  );

  test('a login leads to a page of the portal, which the operator has listed, with no token', async () => {
    const target = `${appOrigin}/accounts?id=7`;
    const { page, close } = await pages.open(`/login?return_to=${encodeURIComponent(target)}`);
    const arrival = page.waitForRequest(target);
    await logIn(page);
    expect((await (await arrival).allHeaders()).referer).toBeUndefined();
    await close();
  });

  test('XSS: a name, an address and a query that are HTML are shown as words', async () => {
    const script = '<img src=x onerror=alert(1)>';
    const opened = await pages.open(
      `/login?return_to=${encodeURIComponent(script)}&area=${encodeURIComponent(script)}#${script}`,
    );
    let dialogs = 0;
    opened.page.on('dialog', (dialog) => {
      dialogs += 1;
      dialog.dismiss();
    });
    await typePassword(opened.page, { username: script, password: script });
    await opened.page.getByRole('alert').getByText('Wrong name or password.').waitFor();
    expect(await opened.page.locator('img[src=x]').count()).toBe(0);
    expect(dialogs).toBe(0);
    await opened.close();
  });

  test('a script that gets into the document does not run, and no string becomes code', async () => {
    const { page, complaints, close } = await pages.open('/login');
    // By an element with the code in it, by an attribute, and by HTML from a string: Trusted Types refuse the last.
    const ran = await page.evaluate(`(() => {
      const script = document.createElement('script');
      try { script.textContent = 'window.ran = 1'; document.body.append(script); } catch {}
      const button = document.createElement('button');
      try { button.setAttribute('onclick', 'window.ran = 2'); document.body.append(button); button.click(); } catch {}
      try { document.body.insertAdjacentHTML('beforeend', '<p>HTML</p>'); window.ran = 3; } catch {}
      return window.ran ?? null;
    })()`);
    expect(ran).toBeNull();
    expect(complaints.length).toBeGreaterThan(0);
    await close();
  });

  test('no token stands in the history, the storage or a referrer, and nobody else is asked for anything', async () => {
    const { page, requests, complaints, close } = await logInAt('/login?return_to=/security');
    await page.waitForURL(`${pages.url}/security`); // not the address that returns there
    expect(requests.filter((url) => !url.startsWith(`${pages.url}/`) && !url.startsWith('data:'))).toEqual(
      [],
    );
    expect(requests.filter((url) => /token|eyJ|code=/.test(url))).toEqual([]);
    const kept = await page.evaluate(
      'JSON.stringify([history.state, location.href, { ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    expect(kept).toBe(JSON.stringify([null, `${pages.url}/security`, {}, {}, '']));
    await page.goBack(); // the login is not in the history
    expect(page.url()).not.toContain('/login');
    expect(complaints).toEqual([]);
    await close();
  });
});
