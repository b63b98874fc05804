import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/chromium.ts';
import { expectAccessible, gzippedScripts, type Pages, startPages, typePassword } from '../support/pages.ts';

/** Kilobytes of gzipped script that a page may load before it can be used. */
const budget = 90;

describe.skipIf(!hasBrowser)('the look of the pages', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages(
      {},
      { BRAND_NAME: 'Example County', BRAND_COLOR: '#7a1020', HELP_CONTACT: 'help@example.gov' },
    );
  });
  afterAll(() => pages?.close());

  test.each([
    ['a telephone of 320 pixels', { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true }],
    ['a dark page', { colorScheme: 'dark' as const }],
    ['Spanish', { locale: 'es-MX' }],
    ['200 % zoom', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ])('has nothing that axe finds: %s', async (_what, how) => {
    const { page, complaints, close } = await pages.open('/', how);
    await expectAccessible(page);
    await page.goto(`${pages.url}/login`);
    await page.locator('input[name=password]').waitFor();
    await expectAccessible(page);
    await page.locator('button[type=submit]').click();
    await page.locator('.field-error').first().waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test('has the brand: its name, its colour, whom to ask', async () => {
    const { page, close } = await pages.open('/login');
    expect(await page.title()).toBe('Log in · Example County');
    await page.getByRole('link', { name: 'help@example.gov' }).waitFor();
    const color = await page.evaluate(
      'getComputedStyle(document.querySelector("button[type=submit]")).backgroundColor',
    );
    expect(color).toBe('rgb(122, 16, 32)');
    await close();
  });

  test('speaks the language of the browser, and another one on demand, which it remembers', async () => {
    const { page, close } = await pages.open('/login', { locale: 'es-ES' });
    expect(await page.evaluate('document.documentElement.lang')).toBe('es');
    await page.getByRole('heading', { name: 'Iniciar sesión' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
    await close();
  });

  test('moves nothing for people who do not want that', async () => {
    const { page, close } = await pages.open('/login', { reducedMotion: 'reduce' });
    const moving = await page.evaluate(`[...document.querySelectorAll('*')].filter((one) => {
      const { animationName, transitionDuration } = getComputedStyle(one);
      return animationName !== 'none' || transitionDuration !== '0s';
    }).length`);
    expect(moving).toBe(0);
    await close();
  });

  test('a change of the step moves the focus to it, and the title tells it', async () => {
    const root = await pages.world.user({ roles: ['admin'] });
    const { page, close } = await pages.open('/login?area=admin');
    await typePassword(page, root);
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await page.waitForFunction('document.activeElement.textContent === "Set up a second factor"');
    expect(await page.title()).toBe('Set up a second factor · Example County');
    await close();
  });

  test(`/login loads at most ${budget} KB of gzipped script`, async () => {
    const { requests, close } = await pages.open('/login');
    const bytes = await gzippedScripts(pages, requests);
    process.stdout.write(`/login loads ${(bytes / 1000).toFixed(1)} KB of gzipped script.\n`);
    expect(bytes).toBeGreaterThan(30_000);
    expect(bytes).toBeLessThanOrEqual(budget * 1000);
    await close();
  });
});
