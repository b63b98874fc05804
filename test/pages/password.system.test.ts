import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { linkSeconds } from '../../src/domain/passwords/password-link.ts';
import type { Role } from '../../src/domain/users/roles.ts';
import { inviteUser } from '../../src/features/user-admin/invite-user.ts';
import { withdrawPassword } from '../../src/features/user-admin/reset-password-by-admin.ts';
import { findUserByName } from '../../src/features/users/user-store.ts';
import { codeOf, wait } from '../support/actor.ts';
import { hasBrowser } from '../support/chromium.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { expectAccessible, type Pages, startPages, typePassword } from '../support/pages.ts';
import { mailsTo } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';
import { consoleContext } from '../support/world.ts';

const next = 'nine folded maps';
let names = 0;

describe.skipIf(!hasBrowser)('the pages for passwords', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages(
      { preset: 'standard' },
      { BRAND_NAME: 'Example County', HELP_CONTACT: 'help@example.gov' },
    );
  });
  afterEach(() => void vi.useRealTimers());
  afterAll(() => pages?.close());

  /** Somebody who was invited, with the token of the mail. */
  async function invited(roles: readonly Role[] = ['user'], name = `invited-${++names}`) {
    const invitation = { username: name, email: `mail-${names}@example.com`, phone: null, roles };
    await inviteUser(pages.world.deps, consoleContext(), null, invitation);
    const [token = ''] = await linksTo(pages.world, invitation.email);
    return { ...invitation, token };
  }

  /** Somebody who asked for a link. */
  async function forgetful() {
    const ann = await pages.world.user();
    return { ...ann, token: await nextLink(ann) };
  }

  async function nextLink({ username, email }: { username: string; email: string | null }) {
    await forgot(pages.world, username);
    return (await linksTo(pages.world, email)).at(-1) ?? '';
  }

  async function setPassword(page: Page, password: string): Promise<void> {
    await page.getByLabel('New password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Set password' }).click();
  }

  /** From the choice of the method to the recovery codes. */
  async function setUpApp(page: Page): Promise<void> {
    await page.getByRole('button', { name: /Authenticator app/ }).click();
    const secret = (await page.locator('.secret code').textContent())?.replaceAll(' ', '') ?? '';
    await page.getByLabel('Code that the app shows').fill(codeOf(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await heading(page, 'Save your recovery codes');
    await page.getByLabel('I have saved these codes').check();
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();

  describe('/forgot', () => {
    test('says the same for a known and an unknown name, and sends the known one a link that works', async () => {
      const ann = await pages.world.user();
      const { page, complaints, close } = await pages.open('/login');
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await heading(page, 'Forgot your password?');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Send the link' }).click();
      await page.getByText('Type your username.', { exact: true }).waitFor();
      const answers: (string | null)[] = [];
      for (const name of ['nobody-at-all', ann.username]) {
        await page.getByLabel('Username').fill(name);
        await page.keyboard.press('Enter');
        await heading(page, 'Look in your mailbox');
        answers.push(await page.locator('main').textContent());
        await expectAccessible(page);
        await page.getByRole('button', { name: 'Ask again' }).click();
      }
      expect(answers[0]).toBe(answers[1]);
      expect(answers[0]).toContain('for 30 minutes');
      expect(answers[0]).toContain('at most three mails');
      expect(answers[0]).toContain('help@example.gov');
      const [token = ''] = await linksTo(pages.world, ann.email);
      expect((await reset(pages.world, token)).status).toBe(204);
      expect(complaints).toEqual([]);
      await close();
    });
  });

  describe('/invite', () => {
    test('sets the first password, logs in, sets up a factor, shows the codes, and ends at /security', async () => {
      const ann = await invited();
      const { page, complaints, close } = await pages.open(`/invite#token=${ann.token}`);
      await heading(page, 'Welcome: set your password');
      await page.getByText('An account at Example County was made for you.').waitFor();
      expect(await page.locator('.password-account').textContent()).toBe(`Account: ${ann.username}`);
      await expectAccessible(page);
      await setPassword(page, next);
      await heading(page, 'Protect your account');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Set it up now' }).click();
      await setUpApp(page);
      await page.waitForURL('**/security');
      await page.goBack(); // neither the link nor the login is in the history
      expect(page.url()).toBe('about:blank');
      expect(complaints).toEqual([]);
      await close();
    });

    test('saves its language with the password, for mails', async () => {
      const ann = await invited();
      const { page, close } = await pages.open(`/invite#token=${ann.token}`, { locale: 'es-MX' });
      await page.locator('input[autocomplete=new-password]').fill(next);
      await page.getByRole('button', { name: 'Guardar la contraseña' }).click();
      await page.getByRole('button', { name: 'Más tarde' }).waitFor();
      const user = await findUserByName(pages.world.database.db, ann.username);
      expect(user?.language).toBe('es');
      const mails = await mailsTo(pages.world, ann.email);
      expect(mails.map(({ subject }) => subject)).toEqual(['Se cambió la contraseña de su cuenta']);
      await close();
    });

    test('lets somebody who needs no factor yet go on without one', async () => {
      const ann = await invited();
      const { page, close } = await pages.open(`/invite#token=${ann.token}`);
      await setPassword(page, next);
      await page.getByRole('button', { name: 'Later' }).click();
      await page.waitForURL('**/security');
      await close();
    });

    test('asks for a factor before anything else where one is due', async () => {
      const root = await staff(pages.world);
      await turnRollout(root, { phase: 'full', grace_days: 0 });
      const ann = await invited();
      const { page, close } = await pages.open(`/invite#token=${ann.token}`);
      await setPassword(page, next);
      await page.getByText('Your organisation requires a second factor.').waitFor();
      await expectAccessible(page);
      await setUpApp(page);
      await page.waitForURL('**/security');
      await turnRollout(root, { phase: 'soft' });
      await close();
    });

    test('a reload after the password is set leads to the login, which asks for it', async () => {
      const ann = await invited();
      const { page, close } = await pages.open(`/invite#token=${ann.token}`);
      await setPassword(page, next);
      await page.getByRole('button', { name: 'Set it up now' }).click();
      await heading(page, 'Choose a second factor');
      await page.reload();
      await heading(page, 'Log in');
      await typePassword(page, { username: ann.username, password: next });
      await page.waitForURL('**/security');
      await close();
    });
  });

  describe('/reset', () => {
    test('sets a new password and asks for the second factor as usual', async () => {
      const ann = await pages.world.user();
      const { secret } = await ann.enrolTotp();
      const token = await nextLink(ann);
      const { page, complaints, close } = await pages.open(`/reset#token=${token}`);
      await heading(page, 'Set a new password');
      await page.getByText('You will be logged out on all devices.').waitFor();
      await setPassword(page, next);
      await heading(page, 'Confirm that it is you');
      await page.getByLabel('Code').fill(codeOf(secret));
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.waitForURL('**/security');
      expect(complaints).toEqual([]);
      await close();
    });

    test('works for an invitation, and /invite for a reset: the token says which it is', async () => {
      const [ben, ann] = [await invited(), await forgetful()];
      const { page, close } = await pages.open(`/reset#token=${ben.token}`);
      await heading(page, 'Welcome: set your password');
      await page.goto(`${pages.url}/login`);
      await page.goto(`${pages.url}/invite#token=${ann.token}`);
      await heading(page, 'Set a new password');
      await setPassword(page, next);
      await page.waitForURL('**/security'); // nothing is asked of somebody without a factor
      await close();
    });

    test('says that the helpdesk asks for it', async () => {
      const ann = await pages.world.user();
      const cause = { reason: 'Somebody else knows it', ticket: null };
      await withdrawPassword(pages.world.deps, consoleContext(), { by: null, userId: ann.id, cause });
      const [token] = await linksTo(pages.world, ann.email);
      const { page, close } = await pages.open(`/reset#token=${token}`);
      await page.getByText('The helpdesk asks you to choose a new password.').waitFor();
      await close();
    });

    test('leads to the login with the name in it where the login fails at once', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      await page.route('**/auth/login', (route) => route.abort());
      await setPassword(page, next);
      await page.getByText('Your password is set. Log in with it.').waitFor();
      await expectAccessible(page);
      await page.unroute('**/auth/login');
      expect(await page.getByLabel('Username').inputValue()).toBe(ann.username);
      await page.keyboard.type(next); // the password has the focus
      await page.keyboard.press('Enter');
      await page.waitForURL('**/security');
      await close();
    });
  });

  describe('a new password', () => {
    test('shows which rules it meets as it is typed, and can be looked at', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      const field = page.getByLabel('New password', { exact: true });
      const met = () => page.locator('.password-rules [data-met=true]').count();
      await field.pressSequentially('nine 🗺️');
      await page.getByText('7 so far').waitFor(); // an emoji is two code points here, as the service counts
      expect(await met()).toBe(1);
      await page.getByRole('button', { name: 'Set password' }).click();
      await page.getByText('The password does not meet all rules yet.').waitFor();
      await expectAccessible(page);
      await field.fill(`${ann.username}!!!!`);
      await expect.poll(met).toBe(1); // long enough, but only the name
      await field.fill(next);
      await expect.poll(met).toBe(2);
      expect(await page.locator('[role=status]').textContent()).toBe('The password meets these rules.');
      await expectAccessible(page);
      expect(await field.getAttribute('type')).toBe('password');
      await page.getByRole('button', { name: 'Show New password' }).click();
      expect(await field.getAttribute('type')).toBe('text');
      await close();
    });

    test('is what password managers look for, beside the name that it belongs to', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      await page.locator('input[autocomplete=new-password]').waitFor();
      expect(await page.locator('form input[autocomplete=username]').inputValue()).toBe(ann.username);
      await close();
    });

    test('that the service refuses is explained, and the link still works', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      await setPassword(page, 'password12345');
      await page.getByText('This password is on lists of common passwords.').waitFor();
      await expectAccessible(page);
      const field = page.getByLabel('New password', { exact: true });
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      await setPassword(page, next);
      await page.waitForURL('**/security');
      await close();
    });

    test('is kept in the field while the service does not answer', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      await page.route('**/auth/password/reset', (route) => route.abort());
      await setPassword(page, next);
      await page.getByRole('alert').getByText('No answer came.').waitFor();
      await page.unroute('**/auth/password/reset');
      await page.getByRole('button', { name: 'Set password' }).click();
      await page.waitForURL('**/security');
      await close();
    });
  });

  describe('a link', () => {
    test('that is not right, or was cut off by a mail program, is told with what to do', async () => {
      for (const token of ['x'.repeat(43), 'cut-off', '']) {
        const { page, close } = await pages.open(`/reset#token=${token}`);
        await heading(page, 'This link no longer works');
        await page.getByRole('main').getByRole('link', { name: 'help@example.gov' }).waitFor();
        await expectAccessible(page);
        await page.getByRole('link', { name: 'Ask for a new link' }).click();
        await heading(page, 'Forgot your password?');
        await close();
      }
    });

    test('that has expired while the page was open is told, and so is one of an invitation', async () => {
      const ann = await invited();
      const { page, close } = await pages.open(`/invite#token=${ann.token}`);
      await heading(page, 'Welcome: set your password');
      wait(linkSeconds.invitation + 1);
      await setPassword(page, next);
      await heading(page, 'This link no longer works');
      await page.getByText('ask the person who invited you').waitFor();
      await expectAccessible(page);
      await close();
    });

    test('works in one tab: the second one says that it was used', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      const other = await page.context().newPage();
      await other.goto(`${pages.url}/reset#token=${ann.token}`);
      await heading(other, 'Set a new password'); // both are open, because reading spends nothing
      await setPassword(page, next);
      await page.waitForURL('**/security');
      await setPassword(other, 'ten folded maps');
      await heading(other, 'This link no longer works');
      await other.getByRole('link', { name: 'Log in' }).waitFor();
      expect((await ann.login('public', { password: next })).status).toBe(200);
      await close();
    });

    test('that is opened in the tab of an older one replaces it', async () => {
      const [ann, ben] = [await forgetful(), await forgetful()];
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      await page.getByLabel('New password', { exact: true }).fill(next);
      await page.goto(`${pages.url}/reset#token=${ben.token}`); // loads no document
      await page.getByText(ben.username).waitFor();
      expect(await page.getByLabel('New password', { exact: true }).inputValue()).toBe('');
      expect(page.url()).toBe(`${pages.url}/reset`);
      await close();
    });

    test('is asked for again after a reload, and still works', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      await heading(page, 'Set a new password');
      await page.reload();
      await heading(page, 'Open the link in your mail');
      await expectAccessible(page);
      await page.goto(`${pages.url}/reset#token=${ann.token}`);
      await setPassword(page, next);
      await page.waitForURL('**/security');
      await close();
    });

    test('is there again after the back button, as long as the page was not loaded anew', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open(`/reset#token=${ann.token}`);
      await heading(page, 'Set a new password');
      await page.getByRole('link', { name: 'Example County' }).click();
      await heading(page, 'Log in with a second factor');
      await page.goBack();
      await heading(page, 'Set a new password');
      expect(page.url()).toBe(`${pages.url}/reset`);
      await close();
    });
  });

  describe('under attack', () => {
    test('no token stands in the address, the history, the storage, a request line or a referrer', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open('/');
      const lines: string[] = [];
      // As from a mail program. The policy of our own pages lets no HTML in.
      await page.goto('about:blank');
      await page.setContent(`<a href="${pages.url}/reset#token=${ann.token}">link</a>`);
      page.on('request', (request) =>
        lines.push(request.url(), JSON.stringify(request.headers()), page.url().split('#')[0] ?? ''),
      );
      await page.getByText('link').click();
      await heading(page, 'Set a new password');
      expect(page.url()).toBe(`${pages.url}/reset`);
      const kept = await page.evaluate(
        'JSON.stringify([history.state, location.href, document.referrer, document.title, { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML])',
      );
      expect(kept).not.toContain(ann.token);
      const devtools = await page.context().newCDPSession(page);
      const { entries } = await devtools.send('Page.getNavigationHistory');
      expect(entries.map(({ url }) => url)).toContain(`${pages.url}/reset`);
      // What page and back button can reach. The browser's own record of visits is the browser's.
      expect(JSON.stringify(entries.map(({ url, title }) => [url, title]))).not.toContain(ann.token);
      await page.getByRole('link', { name: 'Example County' }).click();
      await heading(page, 'Log in with a second factor');
      expect(lines.join('\n')).not.toContain(ann.token);
      expect(pages.world.logs.join('')).not.toContain(ann.token);
      await close();
    });

    test('the token leaves the address before the page is there', async () => {
      const ann = await forgetful();
      const { page, close } = await pages.open('/');
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      // The page's own code and texts hang, as in a slow network.
      await page.route(/\/pages\/(set-password|password)/, async (route) => {
        await held;
        await route.continue();
      });
      await page.goto(`${pages.url}/reset#token=${ann.token}`, { waitUntil: 'commit' });
      await expect.poll(() => page.url()).toBe(`${pages.url}/reset`);
      expect(await page.locator('h1').count()).toBe(0);
      release();
      await heading(page, 'Set a new password');
      await close();
    });

    test('a name with HTML in it is text', async () => {
      const name = `<img/src=x/onerror=window.ran=1>@example.com`;
      const { page, complaints, close } = await pages.open('/');
      await page.route('**/auth/password/link', (route) =>
        route.fulfill({
          json: {
            username: name,
            purpose: 'forgotten',
            rules: { min_length: 12, max_length: 256, letters_and_digits: true, history: 4 },
          },
        }),
      );
      await page.goto(`${pages.url}/invite#token=${'x'.repeat(43)}`);
      await page.getByText(name).waitFor();
      expect(await page.evaluate('window.ran ?? null')).toBeNull();
      expect(await page.locator('.password-rules li').count()).toBe(3); // a letter and a digit are asked for
      await page.getByText('It must differ from your last 4 passwords.').waitFor();
      await expectAccessible(page);
      expect(complaints).toEqual([]);
      await close();
    });

    test('a token opens nothing but its own account, and reading it spends nothing', async () => {
      const ann = await forgetful();
      for (let reads = 0; reads < 3; reads += 1) {
        const { page, close } = await pages.open(`/reset#token=${ann.token}`);
        await page.getByText(ann.username).waitFor();
        await close();
      }
      expect((await reset(pages.world, ann.token)).status).toBe(204);
    });
  });

  test.each([
    ['320 pixels', { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true }],
    ['dark', { colorScheme: 'dark' as const }],
    ['Spanish', { locale: 'es-MX' }],
    ['200 % zoom', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ])('have nothing that axe finds: %s', async (_what, how) => {
    const ann = await invited(['user'], `a-rather-long-name-of-somebody-${++names}@department.example.gov`);
    const { page, complaints, close } = await pages.open(`/invite#token=${ann.token}`, how);
    await page.locator('input[name=new-password]').fill('nine');
    await expectAccessible(page);
    await page.reload();
    await page.locator('main a[href="/forgot"]').waitFor();
    await expectAccessible(page);
    await page.locator('main a[href="/forgot"]').click();
    await page.locator('input[name=username]').fill('nobody-1');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await page.locator('.password-hints').waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' as const }],
    ['320 pixels', { viewport: { width: 320, height: 568 } }],
  ])('the mails look right, and the button of an invitation leads to its page: %s', async (_what, how) => {
    const root = await staff(pages.world);
    const username = `invited-${++names}`;
    const email = `${username}@example.com`;
    await root.post('/admin/users', { username, email, roles: ['user'] });
    const [mail] = await mailsTo(pages.world, email);
    const { page, close } = await pages.open('/', how);
    await page.goto('about:blank'); // the policy of the pages would take the mail's style away
    await page.setContent((mail?.html ?? '').replaceAll(pages.world.deps.portalUrl, pages.url));
    await page.getByText(`${root.username} invites you to Example County.`).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Set your password' }).click();
    await heading(page, 'Welcome: set your password');
    expect(page.url()).toBe(`${pages.url}/invite`);
    await close();
  });
});
