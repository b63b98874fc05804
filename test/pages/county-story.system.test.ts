import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { strFromU8, unzipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser } from '../support/chromium.ts';
import { type Citizen, csvFile, csvOf, setUpApp, typeCode } from '../support/county.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { type Instance, startInstance } from '../support/instances.ts';
import { typePassword } from '../support/pages.ts';
import { freePort, until } from '../support/programs.ts';
import { makePrompt } from '../support/prompt-locators.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';

const domain = 'county.example.gov';
const secret = 'four green bicycles';
const person = (username: string): Citizen => ({ username, password: secret });
const dana = person('dana.whitfield');
const [ann, bob, carl, vera] = ['ann.flores', 'bob.hoang', 'carl.novak', 'vera.quinn'].map(person) as [
  Citizen,
  Citizen,
  Citizen,
  Citizen,
];
const others = Array.from({ length: 26 }, (_, at) => `clerk.${String.fromCharCode(97 + at)}`);

/** Each step is done in the browser, on the service as it is shipped. The test only reads the mails beside it. */
describe.skipIf(!hasBrowser || !serverUrl)('the story of a county administrator', () => {
  let service: Instance;
  let browser: Browser;
  let mail: Awaited<ReturnType<typeof startSmtpSink>>;
  let drop: () => Promise<void>;
  let url: string;
  let desk: Page;

  beforeAll(async () => {
    const database = await createDatabase();
    drop = database.drop;
    mail = await startSmtpSink();
    const port = await freePort();
    url = `http://localhost:${port}`;
    const env = {
      PORT: String(port),
      ISSUER: url,
      PAGES: 'on',
      BRAND_NAME: 'Fernridge County',
      DATABASE_URL: database.url,
      VAULT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      SMTP_URL: mail.url,
      MAIL_FROM: `Fernridge County <login@${domain}>`,
      LOG_LEVEL: 'warn',
    };
    service = await startInstance(env);
    await addFirstAdmin(env);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await mail?.close();
    await drop?.();
  });

  /** As an operator makes the first administrator, in the terminal. */
  async function addFirstAdmin(env: Readonly<Record<string, string>>): Promise<void> {
    const name = ['--username', dana.username, '--email', `dana@${domain}`, '--role', 'admin'];
    const cli = spawn(process.execPath, ['src/cli.ts', 'user', 'add', ...name, '--password-stdin'], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    cli.stdin.end(dana.password);
    const [code] = await once(cli, 'exit');
    expect(code).toBe(0);
  }

  async function open(path: string): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-US', acceptDownloads: true });
    const page = await context.newPage();
    makePrompt(page);
    page.setDefaultTimeout(20_000);
    await page.goto(path.startsWith('http') ? path : url + path);
    return page;
  }

  async function logIn(who: Citizen, path = '/login'): Promise<Page> {
    const page = await open(path);
    await typePassword(page, who);
    return page;
  }

  const mailsTo = (who: string) => mail.mails.filter(({ to }) => to.includes(`${who}@${domain}`));
  const linkTo = ({ username }: Citizen) =>
    /http\S+\/invite#token=\S+/.exec(mailsTo(username)[0]?.text ?? '')?.[0] ?? 'no link';

  /** Opens the link of the invitation and sets a password. */
  async function accept(who: Citizen): Promise<Page> {
    const page = await open(linkTo(who));
    await page.getByLabel('New password').fill(who.password);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('heading', { name: 'Protect your account' }).waitFor();
    return page;
  }

  /** A screen of the console, by the link in its navigation. */
  async function goTo(screen: string): Promise<void> {
    await desk.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: screen }).click();
    await desk.getByRole('heading', { name: screen, level: 1 }).waitFor();
  }

  async function confirmChange(): Promise<void> {
    await desk.getByRole('button', { name: 'Make this change' }).click();
    const dialog = desk.getByRole('dialog');
    await dialog.getByText('Nobody is shut out at once.').waitFor();
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await desk.getByRole('status').getByText('The rollout has changed.').waitFor();
  }

  test('she logs in to the console, which has her set up her own second factor first', async () => {
    desk = await logIn(dana, '/login?area=admin');
    await desk.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await setUpApp(desk, dana);
    await desk.getByRole('heading', { name: 'People', level: 1 }).waitFor();
  });

  test('she invites thirty people: the preview finds faults, she mends the file and sends', async () => {
    const rows = [...[ann, bob, carl].map(({ username }) => username), ...others].map((name) => [
      ...[name, `${name}@${domain}`, '', 'user'],
    ]);
    const whole = [...rows, [vera.username, `${vera.username}@${domain}`, '+15095550134', 'user auditor']];
    const faulty = whole.map((row, at) =>
      at === 4 ? ['clerk.b', 'clerk.b at the county', '', 'user'] : at === 7 ? (whole[8] ?? row) : row,
    );
    await goTo('Invite');
    await desk.getByLabel('CSV file').setInputFiles(csvFile(csvOf(faulty)));
    await desk.getByRole('button', { name: 'Preview the rows' }).click();
    await desk.getByText('Nobody can be invited before').waitFor();
    expect(await desk.getByRole('button', { name: /^Invite \d/ }).count()).toBe(0);
    await desk.getByLabel('CSV file').setInputFiles(csvFile(csvOf(whole)));
    await expect.poll(() => desk.getByLabel('Or paste the rows').inputValue()).toContain('clerk.b@county');
    await desk.getByRole('button', { name: 'Preview the rows' }).click();
    await desk.getByText('No fault was found in 30 rows.').waitFor();
    expect(mail.mails.filter(({ text }) => text.includes('/invite#'))).toEqual([]);
    await desk.getByRole('button', { name: 'Invite 30 people' }).click();
    await desk.getByRole('status').getByText('30 people were invited.').waitFor();
    await until('each has a link', () => whole.every(([name = '']) => mailsTo(name).length === 1));
  });

  test('some set a password by the link, and some of these a second factor', async () => {
    for (const who of [ann, vera]) {
      const page = await accept(who);
      await page.getByRole('button', { name: 'Set it up now' }).click();
      await setUpApp(page, who);
      await page.waitForURL('**/security');
      await page.context().close();
    }
    for (const who of [bob, carl]) {
      const page = await accept(who);
      await page.getByRole('button', { name: 'Later' }).click();
      await page.waitForURL('**/security');
      await page.context().close();
    }
  });

  test('she sees on the screen of the adoption how far it has come', async () => {
    await goTo('Adoption');
    const user = desk.getByRole('row', { name: /^User / });
    await expect.poll(() => user.first().textContent()).toMatch(/^User3026\s%/); // 30 people, 2 of them, 6 %
    await desk.getByRole('link', { name: bob.username }).waitFor();
    expect(await desk.getByRole('link', { name: ann.username }).count()).toBe(0);
  });

  test('she previews the next phase, requires it of some roles, then of everybody with a grace', async () => {
    await goTo('Rollout');
    await desk.getByLabel('Phase').selectOption('gradual');
    for (const role of ['Administrator', 'Auditor']) await desk.getByLabel(role, { exact: true }).check();
    await desk.getByRole('button', { name: 'Preview', exact: true }).click();
    await desk.getByText('This shuts nobody out.').waitFor();
    await confirmChange();
    await desk.getByRole('heading', { name: 'Some roles must' }).waitFor();

    await desk.getByLabel('Phase').selectOption('full');
    await desk.getByLabel('Days of grace').fill('7');
    await desk.getByRole('button', { name: 'Preview', exact: true }).click();
    await desk.getByRole('cell', { name: bob.username, exact: true }).waitFor();
    expect(await desk.getByRole('cell', { name: ann.username, exact: true }).count()).toBe(0);
    await confirmChange();
    await desk.getByRole('heading', { name: 'Everybody must' }).waitFor();
  });

  test('she exempts one person, who is not asked; the next one sees the last day', async () => {
    await goTo('Exemptions');
    await desk.getByLabel('Username').fill(carl.username);
    const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    await desk.getByLabel('Last day').fill(inAWeek);
    await desk.getByLabel('Reason').fill('His key comes with the next delivery');
    await desk.getByRole('button', { name: 'Exempt' }).click();
    await desk.getByRole('status').getByText('The exemption is in force.').waitFor();

    const his = await logIn(bob);
    await his.getByText(/From .+ on you need a second factor to log in/).waitFor();
    await his.getByRole('button', { name: 'Later' }).click();
    await his.waitForURL('**/security');
    await his.context().close();
    const free = await logIn(carl);
    await free.getByRole('heading', { name: /Protect your account|Logging in/ }).waitFor();
    expect(await free.getByText('on you need a second factor').count()).toBe(0);
    await free.context().close();
  });

  test('she helps one who lost everything, who then sets up a new second factor', async () => {
    await goTo('People');
    await desk.getByLabel('Search').fill(ann.username);
    await desk.getByRole('link', { name: ann.username }).click();
    await desk.getByRole('button', { name: 'Reset the second factor' }).click();
    const dialog = desk.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Phone and papers burnt. Showed her badge at the desk.');
    await dialog.getByLabel('Ticket').fill('HD-20817');
    await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
    await desk.getByRole('status').getByText('The second factor was reset.').waitFor();
    await until('she is told', () => mailsTo(ann.username).some(({ text }) => /second factor/i.test(text)));

    const page = await logIn(ann);
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    const lost = ann.secret;
    await setUpApp(page, ann);
    await page.waitForURL('**/security');
    expect(ann.secret).not.toBe(lost);
    await page.context().close();
  });

  test('she reminds those who must and have not, and nobody else', async () => {
    const reminders = ({ username }: Citizen) =>
      mailsTo(username).filter(({ subject }) => subject === 'Your account needs a second factor soon').length;
    await goTo('Rollout');
    await desk.getByRole('button', { name: 'Send reminders' }).click();
    await desk.getByText(/get a mail\.|gets a mail\./).waitFor();
    await until('Bob has his reminder', () => reminders(bob) === 1);
    expect([carl, ann].map(reminders)).toEqual([0, 0]);
  });

  test('the auditor opens the evidence and the audit, which names the reason', async () => {
    const page = await logIn(vera, '/login?area=admin');
    await typeCode(page, vera);
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Evidence' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the evidence' }).click(),
    ]);
    const archive = unzipSync(await readFile(await file.path()));
    const texts = Object.values(archive).map((bytes) => strFromU8(bytes));
    expect(texts.some((text) => text.includes('His key comes with the next delivery'))).toBe(true);
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByLabel('Username').fill(ann.username);
    await page.locator('.audit-events').getByText('The second factor was reset').waitFor();
    await page.getByText('HD-20817').first().waitFor({ state: 'attached' });
    await page.context().close();
    await desk.context().close();
  });
});
