import { afterAll, beforeAll } from 'vitest';
import { codeOf } from './actor.ts';
import { type Pages, startPages, typePassword } from './pages.ts';
import { type Staff, staff } from './staff.ts';
import { whenThere } from './use-world.ts';

/** The pages on a service of their own, and an administrator, for the tests of a `describe`. */
export function useConsole() {
  let pages: Pages | undefined;
  let root: Staff | undefined;
  beforeAll(async () => {
    pages = await startPages();
    root = await staff(pages.world);
  });
  afterAll(() => pages?.close());
  return { pages: whenThere(() => pages), root: whenThere(() => root) };
}

/** Logs a member of staff in, by the page, and opens a screen of the console. Their factor is fresh then. */
export async function enterConsole(pages: Pages, who: Staff, path = '/console') {
  const query = new URLSearchParams({ area: 'admin', return_to: path });
  const opened = await pages.open(`/login?${query}`);
  await typePassword(opened.page, who);
  await opened.page.getByLabel('Code').fill(codeOf(who.secret));
  await opened.page.getByRole('button', { name: 'Confirm' }).click();
  await opened.page.waitForURL(`**${path}`);
  await opened.page.locator('.console-content h1').waitFor();
  return opened;
}
