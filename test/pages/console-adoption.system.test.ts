import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayMs, daysUpTo, nothing } from '../../src/domain/adoption/days.ts';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole } from '../support/console.ts';
import { expectAccessible, type Pages, startPages } from '../support/pages.ts';
import { type Staff, staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('/console: adoption with figures of three weeks', () => {
  let pages: Pages;
  let boss: Staff;
  const days = daysUpTo(new Date(Date.now() - dayMs), 21);
  beforeAll(async () => {
    pages = await startPages();
    const { db } = pages.world.database;
    const rows = days.map((day, at) => ({
      ...nothing,
      day,
      passed: at === 4 ? 0 : 80 + (at % 9),
      failed: 10,
    }));
    await db
      .insertInto('adoptionDays')
      .values(rows.map((row, at) => (at === 4 ? { ...row, failed: 0 } : row)))
      .execute();
    boss = await staff(pages.world);
  });
  afterAll(() => pages?.close());

  test('the charts say in words what they show, and begin with the first figure', async () => {
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/adoption?days=366');
    const chart = page.getByRole('img', { name: /^Share of right answers: from 88\s% \(/ });
    await chart.waitFor();
    expect(await chart.locator('.chart-days span').count()).toBe(3);
    const [first] = await chart.locator('.chart-days span').allTextContents();
    const name = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
    expect(first).toBe(name.format(new Date(`${days[0]}T12:00:00Z`)));
    // A day without a figure interrupts the line.
    const line = (await chart.locator('.chart-line').getAttribute('d')) ?? '';
    expect(line.match(/M/g)?.length).toBe(2);
    await page.locator('summary').click();
    const table = page.getByRole('table', { name: 'The figures of each day' });
    await table.getByRole('columnheader', { name: 'Right, of all' }).waitFor();
    await table.getByRole('columnheader', { name: 'With a second factor' }).waitFor();
    await table
      .getByRole('cell', { name: /^88\s%$/ })
      .first()
      .waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page);
    const size = await page.evaluate('getComputedStyle(document.querySelector(".chart-days span")).fontSize');
    expect(size).toBe('13px'); // the words of a drawing would shrink with it
    await page.getByRole('button', { name: 'Español' }).click();
    await page.getByRole('img', { name: /^Proporción de respuestas correctas: de 88/ }).waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await close();
  });
});
