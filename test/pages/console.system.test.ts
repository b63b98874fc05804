import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { wrongCodeOf } from '../support/actor.ts';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole, useConsole } from '../support/console.ts';
import { expectAccessible, typePassword } from '../support/pages.ts';
import { type Staff, staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('/console: people', () => {
  const { pages, root } = useConsole();

  async function withTotp() {
    const ann = await pages.world.user();
    return { ...ann, ...(await ann.enrolTotp()) };
  }

  /** What the audit keeps about an account, by the type of the event. */
  async function audited(type: string, userId: string) {
    const { body } = await root.get(`/admin/audit?type=${type}&user_id=${userId}`);
    return body.events[0];
  }

  async function open(who: Staff, userId: string) {
    return enterConsole(pages, who, `/console/people/${userId}`);
  }

  test('the search finds a person by a part of the address as one types, and leads to the account', async () => {
    const ann = await withTotp();
    const detail = JSON.stringify({ reason: 'sms_blocked' });
    const refused = {
      at: new Date(),
      type: 'mfa_send_failed',
      outcome: 'failure',
      method: 'sms',
      detail,
    } as const;
    const { db } = pages.world.database;
    await db
      .insertInto('auditEvents')
      .values({ ...refused, userId: ann.id })
      .execute();
    const { page, complaints, close } = await enterConsole(pages, await staff(pages.world));
    await expectAccessible(page);
    await page.getByLabel('Search').fill('nobody has this name');
    await page.getByText('Nobody was found.').waitFor();
    await page.getByLabel('Search').fill(`${ann.username.slice(2)}@EXAMPLE`);
    await page.getByText('One person was found.').waitFor();
    await page.reload(); // the address keeps the search
    await page.getByText('One person was found.').waitFor();
    expect(await page.getByLabel('Search').inputValue()).toContain(ann.username.slice(2));
    await expectAccessible(page);
    await page.getByRole('link', { name: ann.username }).click();
    await page.getByRole('heading', { name: ann.username, level: 1 }).waitFor();
    expect(page.url()).toBe(`${pages.url}/console/people/${ann.id}`);
    await page.getByRole('cell', { name: 'Authenticator app' }).first().waitFor();
    await page.getByText('was added', { exact: false }).first().waitFor();
    await expectAccessible(page);
    await page.reload();
    await page.getByRole('heading', { name: ann.username, level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Español' }).click();
    await page.getByText('Un correo a esta persona').first().waitFor();
    await page.getByText('El operador bloquea los mensajes de texto a este número.').waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test('the helpdesk unlocks somebody, with a reason that the audit keeps', async () => {
    const ann = await withTotp();
    for (let wrong = 0; wrong < 3; wrong += 1) {
      const { body } = await ann.login();
      await ann.verify(body.temp_token, wrongCodeOf(ann.secret));
    }
    const helper = await staff(pages.world, 'helpdesk');
    const { page, close } = await open(helper, ann.id);
    await page.getByText(/Codes are not checked until/).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Unlock' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Unlock' }).click();
    await dialog.getByText('Type a reason.').waitFor();
    expect(await audited('user_unlocked', ann.id)).toBeUndefined();
    await expectAccessible(page);
    await dialog.getByLabel('Reason').fill('Called back at her desk');
    await dialog.getByLabel('Ticket').fill('INC-7');
    await dialog.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('status').getByText('The account is unlocked.').waitFor();
    await page.getByText(/Codes are not checked until/).waitFor({ state: 'detached' });
    expect(await audited('user_unlocked', ann.id)).toMatchObject({
      actor_username: helper.username,
      detail: { reason: 'Called back at her desk', ticket: 'INC-7' },
    });
    await close();
  });

  test('a bypass code is shown once, and works', async () => {
    const ann = await withTotp();
    const helper = await staff(pages.world, 'helpdesk');
    const { page, close } = await open(helper, ann.id);
    await page.getByRole('button', { name: 'Bypass code' }).click();
    await page.getByLabel('How often it works').selectOption('2');
    await page.getByLabel('Reason').fill('Phone at home');
    await page.getByRole('button', { name: 'Issue the code' }).click();
    const code = (await page.locator('.bypass-code').textContent()) ?? '';
    await page.getByText(/It works 2 times, until/).waitFor();
    await expectAccessible(page);
    expect((await ann.login('public', { mfa_token: code })).status).toBe(200);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await page.getByRole('heading', { name: ann.username, level: 1 }).waitFor();
    expect(await page.getByText(code).count()).toBe(0);
    expect(await audited('mfa_bypass_codes_issued', ann.id)).toMatchObject({
      detail: { reason: 'Phone at home' },
    });
    await close();
  });

  test.each([
    ['Reset the second factor', 'Reset', 'The second factor was reset.', 'mfa_reset'],
    ['Cancel the password', 'Cancel the password', 'The password was cancelled.', 'password_reset'],
    ['Log out everywhere', 'Log out', 'All sessions have ended.', 'session_ended'],
  ])('%s asks why, does it, and says so', async (name, go, done, type) => {
    const ann = await withTotp();
    const helper = await staff(pages.world, 'helpdesk');
    const { page, close } = await open(helper, ann.id);
    await page.getByRole('button', { name }).click();
    await page.getByLabel('Reason').fill(`${name}: seen at the desk`);
    await page.getByRole('dialog').getByRole('button', { name: go, exact: true }).click();
    await page.getByRole('status').getByText(done).waitFor();
    const { body } = await root.get(`/admin/audit?user_id=${ann.id}&actor_id=${helper.id}`);
    const event = body.events.find((one: { type: string }) => one.type.startsWith(type.slice(0, 9)));
    expect(event.detail).toMatchObject({ reason: `${name}: seen at the desk` });
    expect((await ann.call('GET', '/auth/me', undefined, { bearer: ann.bearer })).status).toBe(401);
    await close();
  });

  test('an invitation that was not used is sent again', async () => {
    const username = `i${randomUUID().slice(0, 8)}`;
    const { body } = await root.post('/admin/users', {
      username,
      email: `${username}@example.com`,
      roles: ['user'],
    });
    const { page, close } = await open(await staff(pages.world), body.id);
    await page.getByText('Not set: the person has not used the link yet').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel the password' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Send the invitation again' }).click();
    await page.getByLabel('Reason').fill('The mail was lost');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('status').getByText('The invitation is on its way.').waitFor();
    await close();
  });

  test('says of an account without a password that its owner removed it', async () => {
    const ann = await withTotp();
    const { db } = pages.world.database;
    await db
      .updateTable('users')
      .set({ passwordHash: null, passwordless: true })
      .where('id', '=', ann.id)
      .execute();
    const { page, close } = await open(await staff(pages.world, 'helpdesk'), ann.id);
    await page.getByText('the owner removed it and logs in by passkeys').waitFor();
    expect(await page.getByText('Set on ').count()).toBe(0);
    await close();
  });

  test('what a role may not do is not there, and a bar is explained', async () => {
    const ann = await withTotp();
    const auditor = await staff(pages.world, 'auditor');
    const reading = await open(auditor, ann.id);
    await reading.page.getByText('What happened').waitFor();
    expect(await reading.page.getByText('Help this person').count()).toBe(0);
    await expectAccessible(reading.page);
    await reading.close();
    const helper = await staff(pages.world, 'helpdesk');
    const helping = await open(helper, root.id);
    await helping.page.getByText('Only an administrator may help them.').waitFor();
    expect(await helping.page.getByRole('button', { name: 'Unlock' }).count()).toBe(0);
    await helping.close();
    const own = await open(await staff(pages.world), root.id);
    await own.page.getByRole('button', { name: 'Unlock' }).waitFor(); // an administrator helps another one
    await own.close();
    const another = await staff(pages.world);
    const mirror = await open(another, another.id);
    await mirror.page.getByText('This is your own account.').waitFor();
    expect(await mirror.page.getByRole('button', { name: 'Unlock' }).count()).toBe(0);
    await mirror.close();
  });

  test('XSS: a name and a label that are HTML are shown as words', async () => {
    const script = `<img src=x onerror=alert(1)>${randomUUID().slice(0, 6)}`;
    const eve = await pages.world.user();
    await eve.enrolTotp(undefined, { label: script });
    // The service takes no such name. Another program could write it into the database.
    await pages.world.database.owner
      .updateTable('users')
      .set({ username: script })
      .where('id', '=', eve.id)
      .execute();
    const { page, complaints, close } = await open(await staff(pages.world), eve.id);
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      dialog.dismiss();
    });
    await page.getByRole('heading', { name: script, level: 1 }).waitFor();
    await page.getByRole('cell', { name: script }).waitFor();
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('dialog').getByText(`Unlock ${script}`).waitFor();
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(dialogs).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('works by keyboard alone', async () => {
    const ann = await withTotp();
    const { page, close } = await enterConsole(pages, await staff(pages.world, 'helpdesk'));
    await page.keyboard.type(ann.username); // the search has the focus
    await page.getByText('One person was found.').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: ann.username, level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Unlock' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').waitFor();
    await page.keyboard.type('By keyboard'); // the field has the focus
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction('document.activeElement.textContent === "Unlock"');
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').waitFor();
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.type('INC-9');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('The account is unlocked.').waitFor();
    await close();
  });

  test('somebody who is demoted meanwhile is told so, and sees nothing more', async () => {
    const helper = await staff(pages.world, 'helpdesk');
    const ann = await withTotp();
    const { page, close } = await open(helper, ann.id);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByLabel('Reason').fill('In time');
    await root.act('PATCH', `/admin/users/${helper.id}`, { roles: ['user'] });
    await page.getByRole('dialog').getByRole('button', { name: 'Unlock' }).click();
    await page.waitForURL('**/login?**');
    expect(await audited('user_unlocked', ann.id)).toBeUndefined();
    await typePassword(page, helper);
    await page.getByText('Your account does not open this part.').waitFor();
    await page.getByRole('heading', { name: 'Log in to the console' }).waitFor();
    await close();
  });
});
