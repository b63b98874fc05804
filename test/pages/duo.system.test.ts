import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/chromium.ts';
import { type FakeDuo, startFakeDuo } from '../support/fake-duo.ts';
import { phone } from '../support/fake-duo-auth.ts';
import type { Outcome } from '../support/fake-duo-oidc.ts';
import { expectAccessible, type Pages, startPages, typePassword } from '../support/pages.ts';
import { readPicture } from '../support/read-picture.ts';

describe.skipIf(!hasBrowser)('/login with Duo', () => {
  let duo: FakeDuo;
  let pages: Pages;
  let close: () => Promise<void>;
  beforeAll(async () => {
    duo = await startFakeDuo();
    const connected = duo.connect();
    close = connected.close;
    pages = await startPages({ carriers: { ...connected.methods, sendMail: async () => {} } });
  });
  afterAll(async () => {
    await pages?.close();
    await close?.();
    await duo?.close();
  });

  /** What happens at Duo's own page, which sends the browser back. */
  async function meetDuo(page: Page, outcomes: Outcome[]): Promise<void> {
    await page.route(`https://${duo.host}/**`, async (route) => {
      const { error, response } = await duo.visit(route.request().url(), outcomes.shift());
      const query = new URLSearchParams({
        state: response.state,
        ...(error ? { error } : { duo_code: response.duo_code }),
      });
      await route.fulfill({ status: 302, headers: { location: `${pages.url}/duo?${query}` } });
    });
  }

  test('sets Duo up by its prompt, logs in by it, and keeps its answer in no address', async () => {
    const root = await pages.world.user({ roles: ['admin'] });
    const { page, complaints, close: leave } = await pages.open('/login?area=admin&return_to=/console/users');
    await meetDuo(page, []);
    await typePassword(page, root);
    await page.getByRole('button', { name: /^Duo Good. Duo asks you on its own page/ }).click();
    await page.getByRole('button', { name: 'Go to Duo' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Go to Duo' }).click();
    await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    expect(page.url()).toBe(`${pages.url}/duo`);
    await page.getByLabel('I have saved these codes').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/console/users');

    await page.goto(`${pages.url}/login?area=admin`);
    await typePassword(page, root);
    await page.getByRole('button', { name: 'Go to Duo' }).click();
    await page.waitForURL('**/console');
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).toBe('{}');
    expect(complaints).toEqual([]);
    await leave();
  });

  test('a login that Duo refuses goes on with another method, or with another prompt', async () => {
    const ann = await pages.world.user();
    const bearer: string = (await ann.login()).body.access_token;
    const begun = await pages.world.call('POST', '/auth/mfa/enroll', { method: 'duo_universal' }, { bearer });
    const { response } = await duo.visit(begun.body.redirect_url);
    await pages.world.call('POST', '/auth/mfa/verify-enrollment', { response }, { bearer });
    const { page, close: leave } = await pages.open('/login');
    await meetDuo(page, [{ error: 'access_denied' }, {}]);
    await typePassword(page, ann);
    await page.getByRole('button', { name: 'Go to Duo' }).click();
    await page.getByRole('heading', { name: 'How do you want to confirm?' }).waitFor();
    expect(page.url()).toBe(`${pages.url}/duo`);
    await page.getByRole('button', { name: 'Duo' }).click();
    await page.getByRole('button', { name: 'Go to Duo' }).click();
    await page.waitForURL('**/security');
    await leave();
  });

  test('activates Duo Mobile by a picture that comes from nobody else', async () => {
    const ann = await pages.world.user();
    const { page, complaints, requests, close: leave } = await pages.open('/login?return_to=/security');
    await typePassword(page, ann);
    await page.waitForURL('**/security');
    await page.getByRole('link', { name: 'Add a second factor' }).click();
    await page.getByRole('button', { name: /^Duo push/ }).click();
    const picture = page.getByAltText('Picture to activate Duo Mobile');
    await picture.waitFor();
    expect(readPicture(String(await picture.getAttribute('src')))).toBe('duo://x');
    await expectAccessible(page);
    await page.setViewportSize({ width: 320, height: 800 });
    await expectAccessible(page);
    await page.getByLabel('Passcode').fill('7654321');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    expect(requests.filter((one) => !one.startsWith(pages.url) && !one.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
    await leave();
  });

  test('shows the number of a push, waits for the answer, and takes a passcode in its place', async () => {
    const ann = await pages.world.user();
    duo.users.set(ann.username, {
      policy: 'auth',
      devices: [phone],
      verified: true,
      passcodes: ['1234567', '2345678'],
    });
    const { page, close: leave } = await pages.open('/login');
    const bearer: string = (await ann.login()).body.access_token;
    await pages.world.call('POST', '/auth/mfa/enroll', { method: 'duo_push' }, { bearer });
    const enrolment = duo.pushes.at(-1);
    if (!enrolment) throw new Error('No push was sent');
    enrolment.decision = { result: 'allow', status: 'allow' };
    const done = await pages.world.call('POST', '/auth/mfa/verify-enrollment', {}, { bearer });
    expect(done.status).toBe(200);

    await typePassword(page, ann);
    await page.getByText('Open Duo Mobile on iOS (XXX-XXX-4788)').waitFor();
    const push = duo.pushes.at(-1);
    if (!push) throw new Error('No push was sent');
    expect(await page.locator('.push-number dd').textContent()).toBe(push.code);
    await expectAccessible(page);
    push.decision = { result: 'allow', status: 'allow' };
    await page.waitForURL('**/security');

    await page.goto(`${pages.url}/login`);
    await typePassword(page, ann);
    await page.getByRole('button', { name: 'Type a passcode' }).click();
    await page.getByLabel('Passcode').fill('2345678');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.waitForURL('**/security');
    await leave();
  });
});
