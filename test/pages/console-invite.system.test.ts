import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole, useConsole } from '../support/console.ts';
import { expectAccessible } from '../support/pages.ts';
import { staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('/console: invite', () => {
  const { pages, root } = useConsole();

  const fresh = () => `i${randomUUID().slice(0, 8)}`;
  const found = async (name: string) => (await root.get(`/admin/users?q=${name}`)).body.users;

  test('invites one person by a form, and many by a CSV without a fault', async () => {
    const { page, complaints, close } = await enterConsole(pages, root, '/console/invite');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('Fill this in.').first().waitFor();
    await expectAccessible(page);
    const ann = fresh();
    await page.getByLabel('Username').fill(ann);
    await page.getByLabel('E-mail').fill(`${ann}@example.com`);
    await page.getByLabel('Vendor').check();
    await page.getByLabel('Language of mails').selectOption('Español');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('No fault was found.').waitFor();
    expect(await found(ann)).toEqual([]); // a preview invites nobody
    await page.getByRole('button', { name: 'Invite this person' }).click();
    await page.getByRole('status').getByText('One person was invited.').waitFor();
    expect(await found(ann)).toMatchObject([{ username: ann, roles: ['user', 'vendor'], language: 'es' }]);

    const [bob, eve] = [fresh(), fresh()];
    const rows = page.getByLabel('Or paste the rows');
    await rows.fill(`username,email\n${bob},${bob}@example.com`);
    await page.getByRole('button', { name: 'Preview the rows' }).click();
    await page.getByRole('alert').getByText('The first line lacks these columns: roles.').waitFor();
    const script = '<img src=x onerror=alert(1)>';
    await rows.fill(`roles;email;username\nuser;${bob}@example.com;${bob}\nuser;no address;${script}`);
    await page.getByRole('button', { name: 'Preview the rows' }).click();
    await page.getByText('One row has a fault.').waitFor();
    await page.getByRole('cell', { name: script }).waitFor();
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Invite \d/ }).count()).toBe(0);
    await page.getByText('The e-mail must be an address').waitFor();
    await page.getByRole('button', { name: 'Español' }).click();
    await page.getByText('El correo debe ser una dirección').waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('One row has a fault.').waitFor();
    await expectAccessible(page);
    const csv = `roles,email,username,phone,language\n"user",${bob}@example.com,${bob},,\nuser vendor,${eve}@example.com,${eve},+15095550123,ES\n`;
    await page
      .getByLabel('CSV file')
      .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await expect.poll(() => rows.inputValue()).toBe(csv);
    await page.getByRole('button', { name: 'Preview the rows' }).click();
    await page.getByText('No fault was found in 2 rows.').waitFor();
    await page.getByRole('button', { name: 'Invite 2 people' }).click();
    await page.getByRole('status').getByText('2 people were invited.').waitFor();
    expect(await found(eve)).toMatchObject([
      { phone: '+15095550123', roles: ['user', 'vendor'], language: 'es' },
    ]);
    expect(await found(bob)).toMatchObject([{ phone: null, language: null }]);
    const { body } = await root.get('/admin/audit?type=user_invited&limit=3');
    expect(body.events.map((event: { actor_id: string }) => event.actor_id)).toEqual(Array(3).fill(root.id));
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(['helpdesk', 'auditor'] as const)('a %s invites nobody', async (role) => {
    const { page, close } = await enterConsole(pages, await staff(pages.world, role), '/console/invite');
    await page.getByRole('heading', { name: 'Your account does not open this screen' }).waitFor();
    expect(await page.getByRole('link', { name: 'Invite' }).count()).toBe(0);
    await close();
  });
});
