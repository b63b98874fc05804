import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { wrongCodeOf } from '../support/actor.ts';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole, useConsole } from '../support/console.ts';
import { expectAccessible } from '../support/pages.ts';
import { staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('/console: operations', () => {
  const { pages, root } = useConsole();

  /** What the navigation leads to, without a new document. */
  const linked = (page: Awaited<ReturnType<typeof enterConsole>>['page']) =>
    page.locator('.console-nav a').allTextContents();

  test('adoption tells the figures, and who is missing, also as a file that holds no formula', async () => {
    const formula = await pages.world.user({ username: '=cmd@example.com', email: '=cmd@example.com' });
    const { page, complaints, close } = await enterConsole(pages, root, '/console/adoption');
    await page.getByRole('cell', { name: 'Authenticator app' }).waitFor();
    await page.getByRole('link', { name: formula.username }).waitFor();
    await page.locator('summary').click();
    await page.getByLabel('Time', { exact: true }).selectOption('90');
    await page.getByText('People with a second factor', { exact: true }).waitFor();
    await expectAccessible(page);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    const text = await readFile(await file.path(), 'utf8');
    expect(text).toContain(`\r\n"'${formula.username}",`);
    await page
      .getByRole('status')
      .getByText(/in the file/)
      .waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('who is locked now, and what failed in the last hour', async () => {
    const boss = await staff(pages.world); // a code works once
    const ann = await pages.world.user();
    const { secret } = await ann.enrolTotp();
    for (let wrong = 0; wrong < 3; wrong += 1) {
      const { body } = await ann.login();
      await ann.verify(body.temp_token, wrongCodeOf(secret));
    }
    const { page, close } = await enterConsole(pages, boss, '/console/trouble');
    await page.getByRole('cell', { name: ann.username, exact: true }).waitFor();
    await page.getByText('Failed the second factor').first().waitFor();
    await expectAccessible(page);
    await close();
    const helping = await enterConsole(pages, await staff(pages.world, 'helpdesk'), '/console/trouble');
    await helping.page.getByRole('cell', { name: ann.username, exact: true }).waitFor();
    expect(await helping.page.getByText('Failures of the last hour').count()).toBe(0);
    expect(await linked(helping.page)).toEqual([
      ...[
        'People',
        'Approvals',
        'Rollout',
        'Policy',
        'Adoption',
        'Locked and failing',
        'Exemptions',
        'Carriers',
      ],
    ]);
    await helping.close();
  });

  test('an exemption is made and ended, and stands in the audit', async () => {
    const boss = await staff(pages.world); // a code works once
    const ann = await pages.world.user();
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/exemptions');
    await page.getByText('There are no exemptions.').waitFor();
    await page.getByLabel('Username').fill('nobody');
    await page.getByLabel('Reason').fill('Waits for a key');
    await page.getByRole('button', { name: 'Exempt' }).click();
    await page.getByText('Choose a day between').waitFor();
    await page.getByLabel('Last day').fill(new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10));
    await page.getByRole('button', { name: 'Exempt' }).click();
    await page.getByText('There is no user of this name.').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Username').fill(ann.username);
    await page.getByRole('button', { name: 'Exempt' }).click();
    await page.getByRole('status').getByText('The exemption is in force.').waitFor();
    await page.getByRole('cell', { name: 'Waits for a key' }).waitFor();
    const made = await root.get(`/admin/audit?type=exemption_made&user_id=${ann.id}`);
    expect(made.body.events[0].detail).toMatchObject({ reason: 'Waits for a key' });
    await page.getByRole('button', { name: `End now ${ann.username}` }).click();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'End now' }).click();
    await page.getByText('There are no exemptions.').waitFor();
    const ended = await root.get(`/admin/audit?type=exemption_ended&user_id=${ann.id}`);
    expect(ended.body.events[0]).toMatchObject({ actor_username: boss.username });
    expect(complaints).toEqual([]);
    await close();
  });

  test('carriers: how mails and texts stand, and a test mail to oneself', async () => {
    const boss = await staff(pages.world); // a code works once
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/carriers');
    await page.getByText('No text message was sent today.').waitFor();
    await page.getByRole('button', { name: 'Send me a test mail' }).click();
    await page
      .getByText(/A test mail to .* waits|mail server/)
      .last()
      .waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test('an auditor downloads the evidence, and changes nothing', async () => {
    const auditor = await staff(pages.world, 'auditor');
    const { page, requests, close } = await enterConsole(pages, auditor, '/console/evidence');
    await expectAccessible(page);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the evidence' }).click(),
    ]);
    expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe('PK');
    expect(requests.filter((url) => url.includes('eyJ'))).toEqual([]);
    expect(await linked(page)).toEqual([
      ...['People', 'Approvals', 'Rollout', 'Policy', 'Audit', 'Adoption', 'Locked and failing'],
      ...['Exemptions', 'Carriers', 'Evidence', 'Programs', 'Receivers'],
    ]);
    for (const [link, button] of [
      ['Exemptions', 'Exempt'],
      ['Carriers', 'Send me a test mail'],
      ['Programs', 'Make a service account'],
      ['Receivers', 'Make a receiver'],
    ] as const) {
      await page.getByRole('link', { name: link }).click();
      await page.getByRole('heading', { name: link, level: 1 }).waitFor();
      expect(await page.getByRole('button', { name: button }).count()).toBe(0);
    }
    await close();
  });

  test('the next signing key is made, and stands in the audit', async () => {
    const boss = await staff(pages.world); // a code works once
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/keys');
    await page.getByRole('cell', { name: 'Signs', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Make the next key' }).click();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Make the next key' }).click();
    await page
      .getByRole('status')
      .getByText(/The next key signs from/)
      .waitFor();
    await page.getByRole('cell', { name: 'Waiting' }).waitFor();
    await page
      .getByRole('button', { name: /^Revoke/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('Every token that it signed stops working').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const { body } = await root.get('/admin/audit?type=signing_keys_rotated&limit=1');
    expect(body.events[0].actor_id).toBe(boss.id);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a program gets an account and a secret that is shown once and works', async () => {
    const boss = await staff(pages.world); // a code works once
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/programs');
    await page.getByRole('button', { name: 'Make a service account' }).click();
    await page.getByText('Fill this in.').first().waitFor();
    await page.getByLabel('Name', { exact: true }).fill('nightly-sync');
    await page.getByLabel('Owner').fill('Data team');
    await page.getByLabel('Scopes').fill('sync:read sync:write');
    await page.getByRole('button', { name: 'Make a service account' }).click();
    await page.getByRole('heading', { name: 'nightly-sync' }).waitFor();
    await page.getByRole('button', { name: 'Add a secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Add a secret' }).click();
    const secret = (await page.locator('.bypass-code').textContent()) ?? '';
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Close' }).click();
    expect(secret.length).toBeGreaterThan(20);
    expect(await page.getByText(secret).count()).toBe(0);
    await page.getByText(/Secret, until/).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText(/Revoked\./).waitFor();
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    const { body } = await root.get('/admin/audit?type=service_account_disabled&limit=1');
    expect(body.events[0].actor_id).toBe(boss.id);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a webhook is made, shows its secret once, and says why it hears nothing', async () => {
    const boss = await staff(pages.world); // a code works once
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/receivers');
    await page.getByText('No program hears of security events.').waitFor();
    await page.getByRole('button', { name: 'Make a receiver' }).click();
    await page.getByText('Fill this in.').first().waitFor();
    await page.getByLabel('Name', { exact: true }).fill('siem');
    await page.getByLabel('Delivery').selectOption('webhook');
    expect(await page.getByLabel('Authorization header').count()).toBe(0);
    await page.getByLabel('Address').fill('https://127.0.0.1:1/hook');
    await page.getByLabel('attacks').uncheck();
    await page.getByRole('button', { name: 'Make a receiver' }).click();
    const secret = (await page.locator('.bypass-code').textContent()) ?? '';
    expect(secret).toMatch(/^whsec_/);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.getByText(secret).count()).toBe(0);
    await page.getByRole('heading', { name: 'siem' }).waitFor();
    await page.getByText('Not verified').waitFor();
    expect(await page.locator('dd', { hasText: 'ended sessions' }).textContent()).not.toContain('attacks');
    await page.getByText('no answer: Receiver FORBIDDEN_ADDRESS').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Remove siem' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('The receiver was removed.').waitFor();
    const { body } = await root.get('/admin/audit?type=receiver_removed&limit=1');
    expect(body.events[0].actor_id).toBe(boss.id);
    expect(complaints).toEqual([]);
    await close();
  });
});
