import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type Person, wrongCodeOf } from '../support/actor.ts';
import { hasBrowser, plugInKey } from '../support/chromium.ts';
import { expectAccessible, type Pages, startPages, typePassword } from '../support/pages.ts';
import { freshPhone } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0';

describe.skipIf(!hasBrowser)('/security', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages?.close());

  /** Somebody with an authenticator app, at a page of theirs. */
  async function atPage(path = '/security', how: Parameters<Pages['open']>[1] = {}) {
    const ann = await pages.world.user({ phone: freshPhone() });
    const totp = await ann.enrolTotp();
    const opened = await pages.open(`/login?return_to=${encodeURIComponent(path)}`, {
      userAgent: chrome,
      ...how,
    });
    opened.page.setDefaultTimeout(8000);
    await opened.page.locator('input[autocomplete=username]').fill(ann.username);
    await opened.page.locator('input[autocomplete=current-password]').fill(ann.password);
    await opened.page.locator('button[type=submit]').click();
    await opened.page.locator('input[autocomplete=one-time-code]').fill(codeOf(totp.secret));
    await opened.page.locator('button[type=submit]').click();
    await opened.page.locator('.security').waitFor();
    return { ...ann, ...totp, ...opened };
  }

  /** More than five minutes go by, and the page is opened again. */
  async function letTimePass(page: Page, { id }: Pick<Person, 'id'>): Promise<void> {
    await sql`update sessions set mfa_time = now() - interval '6 minutes' where user_id = ${id}`.execute(
      pages.world.database.db,
    );
    pages.world.deps.sessions.forgetUser(id);
    await page.reload();
    await page.locator('.security').waitFor();
  }

  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();
  const follow = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();
  const says = (page: Page, words: string | RegExp) => page.getByRole('status').getByText(words).waitFor();

  test('saves the language that its owner chooses, for mails', async () => {
    const { page, complaints, close, ...ann } = await atPage();
    const saved = async () => {
      const user = pages.world.database.db.selectFrom('users').select('language').where('id', '=', ann.id);
      return (await user.executeTakeFirst())?.language;
    };
    expect(await saved()).toBeNull(); // nobody has chosen
    await press(page, 'Español');
    await expect.poll(saved).toBe('es');
    await press(page, 'English');
    await expect.poll(saved).toBe('en');
    expect(complaints).toEqual([]);
    await close();
  });

  test('speaks the language of the account after a login, unless the person has just chosen another', async () => {
    const ann = await pages.world.user();
    const { db } = pages.world.database;
    await db.updateTable('users').set({ language: 'es' }).where('id', '=', ann.id).execute();
    const { page, close } = await pages.open('/login?return_to=/security');
    await typePassword(page, ann);
    await page.getByRole('heading', { name: 'Inicio de sesión', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Inicio de sesión', level: 1 }).waitFor();

    const other = await pages.open('/login?return_to=/security', { locale: 'es-ES' });
    await other.page.getByRole('button', { name: 'English' }).click();
    await other.page.getByRole('heading', { name: 'Log in' }).waitFor();
    const answered: string[] = [];
    other.page.on('requestfinished', (request) => void answered.push(new URL(request.url()).pathname));
    await typePassword(other.page, ann);
    await other.page.getByRole('heading', { name: 'Logging in', level: 1 }).waitFor();
    await expect.poll(() => answered.includes('/auth/me')).toBe(true);
    await follow(other.page, 'Activity');
    await other.page.getByRole('heading', { name: 'Activity', level: 1 }).waitFor();
    await Promise.all([close(), other.close()]);
  });

  test('sets up an app from nothing, then a number, a mailbox and a key', async () => {
    const ann = await pages.world.user({ phone: freshPhone() });
    const { page, complaints, requests, close } = await pages.open('/security');
    page.setDefaultTimeout(8000);
    await page.waitForURL('**/login?return_to=%2Fsecurity');
    await typePassword(page, ann);
    await page.getByText('Your account has no second factor.').waitFor();
    await expectAccessible(page);

    await follow(page, 'Add a second factor');
    await page.getByRole('heading', { name: 'Choose a second factor' }).waitFor();
    await press(page, 'Cancel');
    await follow(page, 'Add a second factor');
    await press(page, /^Authenticator app/);
    const secret = (await page.locator('.secret code').textContent())?.replaceAll(' ', '') ?? '';
    await expectAccessible(page);
    await page.getByLabel('Code that the app shows').fill(wrongCodeOf(secret));
    await press(page, 'Confirm');
    await page.getByRole('alert').getByText('attempts are left').waitFor();
    await page.getByLabel('Code that the app shows').fill(codeOf(secret));
    await press(page, 'Confirm');
    await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    await press(page, 'Continue');
    await page.getByText('Save the codes first, then tick this box.').waitFor();
    await page.getByLabel('I have saved these codes').check();
    await press(page, 'Continue');
    await says(page, 'Your second factor is set up.');
    await page.getByText('10 recovery codes are left.').waitFor();

    await follow(page, 'Add a second factor');
    await press(page, /^Text message/);
    await page.getByLabel('Mobile number').fill('nobody');
    await press(page, 'Send the code');
    await page.getByRole('alert').getByText(/Check/).waitFor();
    await page.getByLabel('Mobile number').fill('');
    await press(page, 'Send the code');
    await page.getByLabel('Code', { exact: true }).waitFor();
    await page.getByLabel('Code', { exact: true }).fill(ann.lastCode('sms'));
    await press(page, 'Confirm');
    await says(page, 'The second factor is set up.');

    await follow(page, 'Add a second factor');
    await press(page, /^E-mail/);
    await press(page, 'Send the code');
    await page.getByLabel('Code', { exact: true }).waitFor();
    await page.getByLabel('Code', { exact: true }).fill(ann.lastCode('email'));
    await press(page, 'Confirm');
    await says(page, 'The second factor is set up.');

    await plugInKey(page);
    await follow(page, 'Add a second factor');
    await press(page, /^Security key or passkey/);
    await page.getByLabel('Name of this key or device').fill('Blue key');
    await press(page, 'Continue with your browser');
    await says(page, 'The second factor is set up.');
    expect(await page.locator('.item h3').allTextContents()).toEqual(
      expect.arrayContaining([
        expect.stringContaining('Authenticator app'),
        expect.stringContaining('Text message'),
        expect.stringContaining('E-mail'),
        expect.stringContaining('Blue key'),
      ]),
    );
    await expectAccessible(page);
    expect(requests.filter((url) => !url.startsWith(pages.url) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);

    // Five minutes later the key confirms each change, in place.
    await letTimePass(page, ann);
    await press(page, 'Rename Text message');
    const name = page.getByLabel('Name of Text message');
    await name.fill(' ');
    await press(page, 'Save');
    await page.getByText('Type a name.').waitFor();
    await name.fill('Work phone');
    await press(page, 'Save');
    await page.getByRole('dialog', { name: 'Confirm that it is you' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('alert').getByText('Confirm that it is you, then try again.').waitFor();
    await expect.poll(() => focused(page)).toBe('Save'); // and not the body, where a keyboard would begin anew
    await press(page, 'Save');
    await press(page, 'Use security key or passkey');
    await says(page, 'The name is changed.');
    await page.getByRole('heading', { name: 'Work phone' }).waitFor();
    expect(await focused(page)).toBe('Rename Work phone');
    await press(page, 'Ask for it first Blue key');
    await says(page, 'From now on a login asks for Blue key first.');
    await page.getByRole('heading', { name: 'Blue key Asked first' }).waitFor();

    await letTimePass(page, ann);
    await press(page, 'Remove E-mail');
    await page.getByRole('dialog', { name: 'Remove E-mail?' }).waitFor();
    await expectAccessible(page);
    await press(page, 'Cancel');
    await expect.poll(() => focused(page)).toBe('Remove E-mail');
    await press(page, 'Remove E-mail');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await press(page, 'Use security key or passkey');
    await says(page, 'E-mail is removed.');
    await expect.poll(() => focused(page)).toBe('Second factors');
    expect(await page.getByRole('button', { name: 'Remove E-mail' }).count()).toBe(0);
    await follow(page, 'Activity');
    await page.getByRole('heading', { name: 'Former second factors' }).waitFor();
    await page.getByText('removed by you').waitFor();
    await close();
  });

  test('says what goes with the last factor before it removes it', async () => {
    const ann = await atPage('/factors');
    const { page, complaints, close } = ann;
    await letTimePass(page, ann);
    await press(page, 'Remove Authenticator app');
    await page.getByText('Your recovery codes go with it').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    await page.keyboard.press('Escape'); // the upper dialog alone
    await page.getByRole('alert').getByText('Confirm that it is you, then try again.').waitFor();
    await expect.poll(() => focused(page)).toBe('Remove');
    await page.keyboard.press('Enter');
    await page.getByLabel('Code', { exact: true }).fill(wrongCodeOf(ann.secret));
    await press(page, 'Confirm');
    await page.getByRole('alert').getByText('2 attempts are left').waitFor();
    await page.getByLabel('Code', { exact: true }).fill(codeOf(ann.secret, 1));
    await press(page, 'Confirm');
    await says(page, 'Authenticator app is removed.');
    await page.getByText('Your account has no second factor.').waitFor();
    await expect.poll(() => page.getByRole('heading', { name: 'Recovery codes' }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('says that a factor is required, until when there is time, and keeps the last one', async () => {
    const root = await staff(pages.world);
    await turnRollout(root, { phase: 'full' });
    const bob = await pages.world.user();
    const waiting = await pages.open('/login');
    await typePassword(waiting.page, bob);
    await press(waiting.page, 'Later');
    await waiting.page.getByText(/From \d+ \w+ \d{4} on you need a second factor/).waitFor();
    await waiting.close();
    await turnRollout(root, { phase: 'soft' });
    const { page, close } = await pages.open('/login?area=admin&return_to=/security');
    await typePassword(page, root);
    await page.getByLabel('Code', { exact: true }).fill(root.code());
    await press(page, 'Confirm');
    await page.getByText('Your organisation requires a second factor.').waitFor();
    await press(page, 'Remove Authenticator app');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('alert').getByText('Set up another one before you remove this one').waitFor();
    await close();
  });

  test('makes new recovery codes, which are downloaded, and counts those that are left', async () => {
    const ann = await atPage();
    const { page, complaints, close } = ann;
    await follow(page, 'Make new recovery codes');
    await expectAccessible(page);
    await press(page, 'Make new recovery codes');
    await page.getByText('Type your password.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill('not her password');
    await press(page, 'Make new recovery codes');
    await page.getByText('This password is not right.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(ann.password);
    await press(page, 'Make new recovery codes');
    await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    await expectAccessible(page);
    const codes = await page.locator('.recovery-codes li').allTextContents();
    expect(codes.filter((code) => !ann.codes.includes(code))).toHaveLength(10);
    await page.goBack(); // the codes are shown once, so nothing but the button leaves them
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download')]);
    const file = await readFile(await download.path(), 'utf8');
    for (const code of codes) expect(file).toContain(code);
    await page.getByLabel('I have saved these codes').check();
    await press(page, 'Continue');
    await says(page, 'The new recovery codes are in force.');
    await page.getByText('10 recovery codes are left.').waitFor();
    expect(await page.content()).not.toContain(codes[0]);
    expect((await usedAt(ann, codes[0])).status).toBe(200);
    await page.reload();
    await page.getByText('9 recovery codes are left.').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  /** A login with a recovery code. */
  async function usedAt(ann: Awaited<ReturnType<typeof atPage>>, code = '') {
    return ann.verify((await ann.login()).body.temp_token, code);
  }

  test('ends the session of another browser, then all others', async () => {
    const ann = await atPage();
    const { page, complaints, close } = ann;
    const others: string[] = [];
    for (const code of ann.codes.slice(0, 3)) {
      const headers = { 'user-agent': firefox };
      const { temp_token } = (await ann.login('public', {}, { headers })).body;
      others.push((await ann.verify(temp_token, code, { headers })).body.access_token);
    }
    const me = async (bearer = '') => (await ann.call('GET', '/auth/me', undefined, { bearer })).status;
    await follow(page, 'Sessions and devices');
    await page.getByRole('heading', { name: 'Chrome on Linux This one' }).waitFor();
    expect(await page.getByRole('heading', { name: 'Firefox on Linux' }).count()).toBe(3);
    await page.getByText('address 192.0.2.1').first().waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'End Firefox on Linux' }).first().click();
    await says(page, 'The session is ended.');
    await expect.poll(() => page.getByRole('heading', { name: 'Firefox on Linux' }).count()).toBe(2);
    expect(await focused(page)).toBe('Sessions');
    await press(page, 'End all other sessions');
    await says(page, 'All other sessions are ended.');
    await page.getByText('You are logged in nowhere else.').waitFor();
    expect(await Promise.all(others.map(me))).toEqual([401, 401, 401]);
    expect(complaints).toEqual([]);
    await close();
  });

  /** Trusts the first device by a code of the app, and others like it. */
  async function trustDevices(
    ann: Awaited<ReturnType<typeof atPage>>,
    labels: string[],
    userAgent = firefox,
  ) {
    const headers = { 'user-agent': userAgent };
    const { temp_token } = (await ann.login('public', {}, { headers })).body;
    const trust = { remember_device: true, device_label: labels[0] };
    const code = { temp_token, mfa_token: codeOf(ann.secret, 1) };
    const { body } = await ann.call('POST', '/auth/mfa/verify', { ...code, ...trust }, { headers });
    for (const label of labels.slice(1))
      await sql`
        insert into trusted_devices
        select (d).* from (
          select jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'label', ${label}::text)) as d
          from trusted_devices t where user_id = ${ann.id} limit 1
        ) copy`.execute(pages.world.database.owner);
    return body.access_token as string;
  }

  test('removes a trusted device, then all', async () => {
    const ann = await atPage();
    const { page, close } = ann;
    await follow(page, 'Sessions and devices');
    await page.getByText('You trust no device.').waitFor();
    await trustDevices(ann, ['Laptop', 'Tablet', 'Old phone']);
    await page.reload();
    await page.getByRole('heading', { name: 'Tablet' }).waitFor();
    await expectAccessible(page);
    await press(page, 'Remove Tablet');
    await says(page, 'The device is no longer trusted.');
    await expect.poll(() => page.getByRole('heading', { name: 'Tablet' }).count()).toBe(0);
    await page.getByRole('heading', { name: 'Laptop' }).waitFor();
    await press(page, 'Remove all');
    await says(page, 'No device is trusted any more.');
    await page.getByText('You trust no device.').waitFor();
    await close();
  });

  test('changes the password, with the rules as one types, and says what is wrong where it is', async () => {
    const ann = await atPage('/change-password');
    const { page, complaints, close } = ann;
    await page.getByRole('heading', { name: 'Change the password' }).waitFor();
    await press(page, 'Change the password');
    await page.getByText('Type your password.').waitFor();
    const current = page.getByLabel('Current password', { exact: true });
    const next = page.getByLabel('New password', { exact: true });
    await current.fill('not her password');
    await next.fill('short');
    const met = () => page.locator('.rules li[data-met]').allTextContents();
    expect(await met()).toEqual(['Met: is another one than the current one']);
    await next.fill('eight dry parasols');
    expect(await met()).toHaveLength(2);
    await expectAccessible(page);
    await press(page, 'Change the password');
    await page.getByText('This password is not right.').waitFor();
    expect(await current.getAttribute('aria-invalid')).toBe('true');
    await current.fill(ann.password);
    await next.fill('passwordpassword');
    await press(page, 'Change the password');
    await page.getByText('This password is on lists of common passwords.').waitFor();
    expect(await next.getAttribute('aria-invalid')).toBe('true');
    await next.fill('eight dry parasols');
    await press(page, 'Change the password');
    await says(page, 'The password is changed.');
    expect((await ann.login()).status).toBe(401);
    const changed = { username: ann.username, password: 'eight dry parasols', area: 'public' };
    expect((await ann.call('POST', '/auth/login', changed)).status).toBe(200);
    expect(complaints).toEqual([]);
    await close();
  });

  test('tells the activity in words, and more on demand', async () => {
    const ann = await atPage();
    const { page, close } = ann;
    for (let at = 0; at < 25; at += 1)
      await ann.call('POST', '/auth/login', { username: ann.username, password: 'wrong', area: 'public' });
    await follow(page, 'Activity');
    await page.getByText('Somebody tried to log in with a wrong password or passkey.').first().waitFor();
    await expectAccessible(page);
    const count = () => page.locator('.events li').count();
    expect(await count()).toBe(25);
    await press(page, 'Show more');
    await expect.poll(count).toBeGreaterThan(25);
    await page.getByText('A second factor was added.').waitFor();
    await close();
  });

  test('a second tab is logged out with the first one, and a reload stays where it is', async () => {
    const ann = await atPage();
    const { page, complaints, close } = ann;
    await follow(page, 'Activity');
    await page.reload();
    await page.getByRole('heading', { name: 'Activity', level: 1 }).waitFor();
    const second = await page.context().newPage();
    await second.goto(`${pages.url}/security#sessions`);
    await second.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
    await press(page, 'Log out');
    await page.waitForURL('**/login?*');
    await second.waitForURL('**/login?*');
    expect(await second.content()).not.toContain(ann.username);
    expect(complaints).toEqual([]);
    await close();
  });

  test('no name of a factor or a device and no User-Agent becomes a part of the page', async () => {
    const attack = '<img src=x onerror=alert(1)>';
    const ann = await atPage();
    const { page, complaints, close } = ann;
    const bearer = await trustDevices(ann, [attack], `Firefox/1 ${attack}`);
    const { status } = await ann.call(
      'PATCH',
      `/auth/mfa/factors/${ann.factorId}`,
      { label: attack },
      { bearer },
    );
    expect(status).toBe(200);
    await page.reload();
    await page.getByRole('heading', { name: attack }).waitFor();
    await press(page, `Rename ${attack}`);
    await follow(page, 'Sessions and devices');
    await page.getByRole('heading', { name: attack }).waitFor();
    await page.getByRole('heading', { name: 'Firefox', exact: true }).waitFor();
    await follow(page, 'Activity');
    await page.locator('.events li').first().waitFor();
    expect(await page.content()).not.toContain('onerror');
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('works by keyboard alone', async () => {
    const { page, close } = await atPage();
    await tabTo(page, 'Sessions and devices');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sessions and devices', level: 1 }).waitFor();
    await expect.poll(() => focused(page)).toBe('Sessions and devices');
    await page.keyboard.press('Shift+Tab'); // from the heading back to the links
    await tabTo(page, 'Logging in', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Rename Authenticator app');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('My phone');
    await page.keyboard.press('Enter');
    await says(page, 'The name is changed.');
    await expect.poll(() => focused(page)).toBe('Rename My phone');
    await tabTo(page, 'Remove My phone');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Remove My phone');
    await close();
  });

  test.each([
    ['a telephone of 320 pixels', { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true }],
    ['a dark page in Spanish', { colorScheme: 'dark' as const, locale: 'es-MX' }],
    ['200 % zoom', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ])('has nothing that axe finds: %s', async (_what, how) => {
    const { page, close } = await atPage('/security', how);
    for (const view of ['factors', 'sessions', 'activity', 'add', 'codes', 'password']) {
      await page.evaluate(`location.hash = '${view}'`);
      await page.locator(`.panel, .items, .events`).first().waitFor();
      await expect.poll(() => page.getByText(/^(Loading|Cargando) …$/).count()).toBe(0);
      await expectAccessible(page);
    }
    await close();
  });
});

/** The words of what has the focus. */
async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    "document.activeElement === document.body ? 'the body' : document.activeElement.textContent.trim()",
  );
}

/** Presses Tab until something of these words has the focus. */
async function tabTo(page: Page, words: string, key = 'Tab'): Promise<void> {
  for (let at = 0; at < 40; at += 1) {
    if ((await focused(page)) === words) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Nothing of the words "${words}" can be reached by ${key}`);
}
