import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSync } from 'otplib';
import type { Page } from 'playwright-core';
import { createUser } from '../../src/features/users/create-user.ts';
import { internalClient } from '../../src/lib/client-info.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openService, type Service } from '../../src/service/open-service.ts';
import { openPages } from '../../src/service/pages/open-pages.ts';
import { launchBrowser } from '../../test/support/chromium.ts';
import { startFakeDuo } from '../../test/support/fake-duo.ts';
import { duoAuth } from '../../test/support/fake-duo-auth.ts';
import { freePort, until } from '../../test/support/programs.ts';
import { startSmtpSink } from '../../test/support/smtp-sink.ts';
import { advanceClock, stopClock } from './clock.ts';
import { cast, domain, password } from './people.ts';
import type { Picture } from './pictures.ts';

export type Name = keyof typeof cast;
export type Stage = Awaited<ReturnType<typeof openStage>>;
type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** The two sizes of the pictures: a page for people, and the console. Their height is that of what they show. */
const sizes = {
  page: { width: 560, least: 420 },
  console: { width: 1_160, least: 560 },
} as const;
export type Size = keyof typeof sizes;

/** The real service in this process, with a mail server, Duo and a browser. Nothing of it outlives this process. */
export async function openStage() {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const duo = await startFakeDuo(); // before the clock stops: its certificate is judged by the clock of the machine
  const mail = await startSmtpSink();
  const browser = await launchBrowser();
  stopClock();
  const config = readConfig({
    DATA_DIR: 'memory:',
    ISSUER: url,
    PORT: String(port),
    LOG_LEVEL: 'silent',
    TRUST_PROXY: '1', // the address of the county in place of the one of this machine
    BRAND_NAME: 'Fernridge County',
    HELP_CONTACT: `helpdesk@${domain}`,
    SMTP_URL: mail.url,
    MAIL_FROM: `Fernridge County <login@${domain}>`,
    DUO_API_HOST: duo.host,
    DUO_AUTH_IKEY: duoAuth.integrationKey,
    DUO_AUTH_SKEY: duoAuth.secretKey,
    DUO_CA_FILE: duo.caFile,
  });
  const print = () => {};
  const built = await openPages(config, print);
  if (!built) throw new Error('The pages are not built, and Vite is not installed.');
  const service = await openService(config, print, undefined, built);
  await service.app.listen({ host: '127.0.0.1', port });
  const secrets = new Map<Name, string>();

  const close = async () => {
    await browser.close();
    await service.close();
    await duo.close();
    await mail.close();
  };
  /** The code of half a minute later, because each works once. */
  function codeOf(name: Name): string {
    advanceClock(30);
    return generateSync({ secret: secrets.get(name) ?? '', epoch: Math.floor(Date.now() / 1000) });
  }
  return { url, duo, mail, browser, service, secrets, pages: new Map<Name, Page>(), codeOf, close };
}

/** A call of the API, as an application makes it. */
export async function call(
  { service }: { readonly service: Service },
  url: string,
  body: Readonly<Record<string, unknown>>,
  bearer?: unknown,
): Promise<Answer> {
  const headers = typeof bearer === 'string' ? { authorization: `Bearer ${bearer}` } : {};
  const answer = await service.app.inject({
    method: 'POST',
    url,
    headers: { 'user-agent': agent, 'x-forwarded-for': address, ...headers },
    payload: body,
  });
  return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json() };
}

const address = '198.51.100.24';
const agent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

export async function addPerson({ service }: Stage, name: Name): Promise<string> {
  const { username, roles } = cast[name];
  const ctx = { client: internalClient('console'), now: new Date() };
  const input = { username, email: `${username}@${domain}`, phone: null, roles, password };
  return createUser(service.deps, ctx, input);
}

/** Sets up an authenticator app. */
export async function enrolApp(stage: Stage, name: Name): Promise<void> {
  const { username, roles } = cast[name];
  const isStaff = !roles.some((role) => role === 'user');
  const credentials = { username, password, area: isStaff ? 'admin' : 'public' };
  const { body: login } = await call(stage, '/auth/login', credentials);
  const bearer = login.enrollment_token ?? login.access_token;
  const { body } = await call(stage, '/auth/mfa/enroll', { method: 'totp', label: 'Work phone' }, bearer);
  stage.secrets.set(name, String(body.secret));
  const done = await call(stage, '/auth/mfa/verify-enrollment', { token: stage.codeOf(name) }, bearer);
  if (done.status !== 200) throw new Error(`${name} has no app: ${JSON.stringify(done.body)}`);
  // Before the clock moves on: the page of a person tells when the mail server took a mail.
  const isToName = ({ to }: { readonly to: readonly string[] }) => to.includes(`${username}@${domain}`);
  await until(`the mail to ${name}`, () => stage.mail.mails.some(isToName));
}

/** Runs in a page. Only the date stands still there: React waits by the other clocks of the browser. */
function stillDate(now: number): void {
  const Real = Object.getPrototypeOf(new Date()).constructor;
  globalThis.Date = new Proxy(Real, {
    construct: (real, given, target) => Reflect.construct(real, given.length === 0 ? [now] : given, target),
    get: (real, name, receiver) => (name === 'now' ? () => now : Reflect.get(real, name, receiver)),
  });
}

/** A page of its own browser profile, whose clock is the one of the service. */
export async function openPage({ browser, url }: Stage, path: string, size: Size): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-US',
    timezoneId: 'America/Los_Angeles',
    userAgent: agent,
    extraHTTPHeaders: { 'x-forwarded-for': address },
    viewport: { width: sizes[size].width, height: sizes[size].least },
    deviceScaleFactor: 2,
    reducedMotion: 'reduce',
    colorScheme: 'light',
  });
  const page = await context.newPage();
  await page.addInitScript(stillDate, Date.now());
  await page.goto(url + path);
  await page.locator('h1').waitFor();
  return page;
}

export async function typePassword(page: Page, name: Name): Promise<void> {
  await page.getByLabel('Username').fill(cast[name].username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

export async function typeCode(page: Page, stage: Stage, name: Name): Promise<void> {
  await page.getByLabel('Code').fill(stage.codeOf(name));
  await page.evaluate(stillDate, Date.now());
  await page.getByRole('button', { name: 'Confirm' }).click();
}

export async function openConsole(stage: Stage, name: Name, screen: string): Promise<Page> {
  const path = `/console/${screen}`;
  const query = new URLSearchParams({ area: 'admin', return_to: path });
  const page = await openPage(stage, `/login?${query}`, 'console');
  await typePassword(page, name);
  await typeCode(page, stage, name);
  await page.waitForURL(`**${path}`);
  await page.locator('.console-content h1').waitFor();
  return page;
}

/**
 * Writes what a page shows, from its top or from an element. WebP is half as large as PNG, and any browser shows it.
 */
export async function keepPicture(
  page: Page,
  file: string,
  { size, from, most = 1_150 }: Pick<Picture, 'size' | 'from' | 'most'>,
): Promise<void> {
  const { width, least } = sizes[size];
  // A caret blinks, and what was clicked is still hovered over. A dialog would take the focus back.
  await page.mouse.move(0, 0);
  await page.evaluate(`{
    for (const field of document.querySelectorAll('input, textarea')) field.style.caretColor = 'transparent';
    if (!document.querySelector('[role=dialog]')) document.activeElement.blur();
    window.scrollTo(0, 0);
  }`);
  await page.setViewportSize({ width, height: least });
  const full = Number(await page.evaluate('document.documentElement.scrollHeight'));
  const top = from ? ((await page.locator(from).first().boundingBox())?.y ?? 0) - 24 : 0;
  const height = Math.min(most, Math.max(least, full - top));
  if (!from) await page.setViewportSize({ width, height });
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 72,
    captureBeyondViewport: true,
    clip: { x: 0, y: top, width, height, scale: 1 },
  });
  await devtools.detach();
  await writeFile(file, Buffer.from(data, 'base64'));
}

export const fileOf = (folder: string, name: string) => join(folder, `${name}.webp`);
