import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole, useConsole } from '../support/console.ts';
import { expectAccessible } from '../support/pages.ts';
import { staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('/console: audit', () => {
  const { pages, root } = useConsole();

  test('tells in words what happened, by filters that a reload keeps, and never as HTML', async () => {
    const script = '<img src=x onerror=alert(1)>';
    const ann = await pages.world.user();
    await root.post(`/admin/users/${ann.id}/unlock`, { reason: script, ticket: script });
    const auditor = await staff(pages.world, 'auditor');
    const { page, complaints, close } = await enterConsole(pages, auditor, '/console/audit');
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      dialog.dismiss();
    });
    await page.getByText('Logged in').last().waitFor();
    await expectAccessible(page);
    await page.getByLabel('What happened').selectOption('user_unlocked');
    await page.getByRole('status').getByText('One event').waitFor();
    await page.reload();
    await page.getByRole('status').getByText('One event').waitFor();
    const event = page.locator('.audit-events li');
    await event.getByRole('link', { name: ann.username }).waitFor();
    await event.getByText(`by ${root.username}`).waitFor();
    await event.getByText('Details').click();
    await event.getByText(script).first().waitFor();
    expect(await page.locator('img[src=x]').count()).toBe(0);
    await expectAccessible(page);
    await page.getByLabel('From').fill('2099-01-01');
    await page.getByText('Nothing was found.').waitFor();
    await page.getByLabel('From').fill('');
    await page.getByLabel('Username').fill('nobody');
    await page.getByText('Nothing was found.').waitFor();
    expect(dialogs).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('is verified to its end, and is saved as a file without a token in an address', async () => {
    const { page, requests, complaints, close } = await enterConsole(pages, root, '/console/audit');
    await page.getByRole('button', { name: 'Verify the audit' }).click();
    await page.getByText(/It holds: \d+ events agree/).waitFor();
    for (const [name, beginning] of [
      ['Download as NDJSON', '{'],
      ['Download as CSV', 'seq'],
    ] as const) {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).click(),
      ]);
      const text = await readFile(await file.path(), 'utf8');
      expect(text.trimStart().slice(0, beginning.length)).toBe(beginning);
      expect(text).toContain(root.id);
    }
    expect(requests.filter((url) => /eyJ|token=/.test(url))).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test('the helpdesk does not see it', async () => {
    const helper = await staff(pages.world, 'helpdesk');
    const { page, close } = await enterConsole(pages, helper, '/console/audit');
    await page.getByRole('heading', { name: 'Your account does not open this screen' }).waitFor();
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
    await close();
  });
});
