import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole, useConsole } from '../support/console.ts';
import { expectAccessible } from '../support/pages.ts';
import { staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('/console: rollout', () => {
  const { pages, root } = useConsole();

  test('a change is previewed by name, confirmed by the number, made, undone, and in the audit', async () => {
    const ann = await pages.world.user();
    const { page, complaints, close } = await enterConsole(pages, root, '/console/rollout');
    await page.getByRole('heading', { name: 'Voluntary' }).waitFor();
    await page.getByRole('cell', { name: 'Administrator' }).waitFor();
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('Choose at least one role.').waitFor();
    await page.getByLabel('Phase').selectOption('full');
    await page.getByLabel('Days of grace').fill('ninety');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('Type a number from 0 to 90.').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Days of grace').fill('0');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('row', { name: `${ann.username} At once` }).waitFor();
    expect((await root.get('/admin/rollout')).body.phase).toBe('soft'); // a preview changes nothing
    await page.getByRole('button', { name: 'Make this change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('One person who can log in today is shut out at once.').waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('Type 1 to confirm').fill('2');
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByText('This is not the number.').waitFor();
    expect((await root.get('/admin/rollout')).body.phase).toBe('soft');
    const bob = await pages.world.user(); // somebody more, since the preview
    await dialog.getByLabel('Type 1 to confirm').fill('1');
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByText('The number has changed meanwhile.').waitFor();
    expect((await root.get('/admin/rollout')).body.phase).toBe('soft');
    await dialog.getByLabel('Type 2 to confirm').fill('2');
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await page.getByRole('status').getByText('The rollout has changed.').waitFor();
    await page.getByRole('heading', { name: 'Everybody must' }).waitFor();
    expect((await bob.login()).status).toBe(403);
    const { body } = await root.get('/admin/audit?type=rollout_changed&limit=1');
    expect(body.events[0]).toMatchObject({ actor_username: root.username, detail: { shut_out: 2 } });
    await page.getByRole('button', { name: 'Send reminders' }).click();
    await page.locator('.notice', { hasText: /Nobody was reminded|gets? a mail/ }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Preview the former state' }).click();
    await page.getByText('This shuts nobody out.').waitFor();
    expect(await page.getByLabel('Phase').inputValue()).toBe('soft');
    await page.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByText('Nobody is shut out at once.').waitFor();
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await page.getByRole('heading', { name: 'Voluntary' }).waitFor();
    expect((await bob.login()).status).toBe(200);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(['helpdesk', 'auditor'] as const)('a %s sees and previews, and changes nothing', async (role) => {
    const { page, close } = await enterConsole(pages, await staff(pages.world, role), '/console/rollout');
    await page.getByLabel('Phase').selectOption('full');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('heading', { name: 'Who, and when' }).waitFor();
    await expectAccessible(page);
    for (const name of ['Make this change', 'Preview the former state', 'Send reminders'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await close();
  });
});
