import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { readConfig } from '../../src/service/config/config.ts';
import { letterheadOf } from '../../src/service/configured-letterhead.ts';
import { linkMailsOf } from '../../src/service/link-mails.ts';
import { openPages } from '../../src/service/pages/open-pages.ts';
import { sharedBrowser } from './chromium.ts';
import { freePort } from './programs.ts';
import { makePrompt } from './prompt-locators.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

export type Pages = Awaited<ReturnType<typeof startPages>>;

/** The pages on the real service, and a browser to open them with. Builds them if their sources have changed. */
export async function startPages(options: WorldOptions = {}, env: NodeJS.ProcessEnv = {}) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const config = readConfig({ ISSUER: url, ...env });
  const pages = await openPages(config, () => {});
  const world: World = await createWorld({
    webauthn: { rpId: 'localhost', origins: [url] },
    linkMails: linkMailsOf(config),
    letterhead: letterheadOf(config),
    ...options,
    app: { pages, ...options.app },
  });
  await world.app.listen({ host: '127.0.0.1', port });
  const browser = await sharedBrowser();
  const before = new Set(browser.contexts());

  /** A page of its own profile. What the browser complains about fails the test that looks at `complaints`. */
  async function open(path: string, how: BrowserContextOptions = {}) {
    const context = await browser.newContext({ locale: 'en-GB', ...how });
    const page = await context.newPage();
    makePrompt(page);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => {
      // A refusal of the service is an answer, though the browser prints it as an error.
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(url + path);
    await page.locator('h1').waitFor();
    return { page, complaints, requests, close: () => context.close() };
  }

  const close = async () => {
    await Promise.all(browser.contexts().flatMap((one) => (before.has(one) ? [] : one.close())));
    await world.close();
  };
  return { url, world, browser, open, close };
}

/** The bytes of the scripts among these requests, as a browser loads them. */
export async function gzippedScripts({ world }: Pages, requests: readonly string[]): Promise<number> {
  const scripts = [...new Set(requests)].filter((url) => url.endsWith('.js')); // a preload is a request too
  let bytes = 0;
  for (const url of scripts) {
    const { headers } = await world.app.inject({
      url: new URL(url).pathname,
      headers: { 'accept-encoding': 'gzip' },
    });
    bytes += Number(headers['content-length']);
  }
  return bytes;
}

/** Fills in name and password on /login, and sends them. */
export async function typePassword(
  page: Page,
  person: { username: string; password: string },
): Promise<void> {
  await page.getByLabel('Username').fill(person.username);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

/** Expects that axe finds nothing that breaks WCAG 2.2 AA, and that nothing is wider than the page. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.locator('h1').waitFor(); // a page that still loads has nothing to find fault with
  // By the debugger, which the policy of the pages does not bind, and once a document: reading it takes as long as using it.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const options = {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    };
    // biome-ignore lint/suspicious/noExplicitAny: the script above adds it to the page
    const { violations } = await (globalThis as any).axe.run(options);
    return violations.map(
      ({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    );
  });
  expect(found).toEqual([]);
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow).toBe(0);
}
