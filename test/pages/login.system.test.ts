import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { hasBrowser, plugInKey } from '../support/chromium.ts';
import { setPolicy } from '../support/devices.ts';
import { expectAccessible, type Pages, startPages, typePassword } from '../support/pages.ts';
import { freshPhone } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';

describe.skipIf(!hasBrowser)('/login', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages?.close());

  /** Somebody with an authenticator app whose code of this moment is not used up. */
  async function withTotp() {
    const ann = await pages.world.user();
    const { secret, codes, bearer } = await ann.enrolTotp();
    return { ...ann, secret, codes, bearer, code: () => codeOf(secret) };
  }

  test('asks for the password and the code of the app, and leads on without a token in the address', async () => {
    const ann = await withTotp();
    const { page, complaints, close } = await pages.open('/login');
    await expectAccessible(page);
    await typePassword(page, ann);
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('Code').fill(ann.code().replace(/(\d{3})/, '$1 ')); // as people copy it
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.waitForURL('**/security');
    expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).toBe('{}');
    expect(complaints).toEqual([]);
    await close();
  });

  test('tells what is wrong in words, and keeps the name', async () => {
    const ann = await withTotp();
    const { page, close } = await pages.open('/login');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect.poll(() => page.getByText('Type your username.').isVisible()).toBe(true);
    await typePassword(page, { ...ann, password: 'not her password' });
    await page.getByRole('alert').getByText('Wrong name or password.').waitFor();
    expect(await page.getByLabel('Username').inputValue()).toBe(ann.username);
    await expectAccessible(page);
    await typePassword(page, ann);
    await page.getByLabel('Code').fill(wrongCodeOf(ann.secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('alert').getByText('2 attempts are left').waitFor();
    await page.getByLabel('Code').fill('12345');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The code has six digits.').waitFor();
    await close();
  });

  test('tells a lock with its end', async () => {
    const ann = await withTotp();
    const { page, close } = await pages.open('/login');
    await typePassword(page, ann);
    for (const left of ['2 attempts are left', 'One attempt is left', 'you can try again at']) {
      await page.getByLabel('Code').fill(wrongCodeOf(ann.secret));
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByText(left).waitFor();
    }
    await page.getByRole('heading', { name: 'Log in' }).waitFor(); // that login is over
    await typePassword(page, ann);
    await page.getByText(/Codes are locked until \d\d:\d\d/).waitFor();
    await expectAccessible(page);
    await close();
  });

  test('sends a text message, once more after a while, and offers other methods', async () => {
    const ann = await pages.world.user({ phone: freshPhone() });
    await ann.enrolSent('sms', {});
    const { page, close } = await pages.open('/login');
    await typePassword(page, ann);
    await page.getByText('The code has not been sent yet.').waitFor(); // the enrolment has just sent one
    await page.getByRole('button', { name: /Send again in|Send the code/ }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Use another method' }).click();
    await page.getByRole('heading', { name: 'How do you want to confirm?' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: /Recovery code/ }).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByLabel('Code').waitFor();
    await close();
  });

  test('takes a recovery code, and says how many are left', async () => {
    const ann = await withTotp();
    const { page, close } = await pages.open('/login');
    await typePassword(page, ann);
    await page.getByRole('button', { name: 'Use another method' }).click();
    await page.getByRole('button', { name: 'Recovery code' }).click();
    await page.getByLabel('Recovery code').fill((ann.codes[0] ?? '').toLowerCase());
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('9 recovery codes are left.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/security');
    await close();
  });

  test('WA-1 sets up a security key where a factor is due, and takes it by one press', async () => {
    const root = await pages.world.user({ roles: ['admin'] });
    const { page, complaints, close } = await pages.open('/login?area=admin');
    await plugInKey(page);
    await typePassword(page, root);
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: /Security key or passkey/ }).click();
    await page.getByLabel('Name of this key or device').fill('Blue key');
    await page.getByRole('button', { name: 'Continue with your browser' }).click();
    await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    expect(await page.locator('.recovery-codes li').count()).toBe(10);
    await expectAccessible(page);
    await page.getByLabel('I have saved these codes').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/console');
    await page.goto(`${pages.url}/login?area=admin`);
    await typePassword(page, root);
    await page.getByRole('button', { name: 'Use security key or passkey' }).click();
    await page.waitForURL('**/console');
    expect(complaints).toEqual([]);
    await close();
  });

  test('trusts a device that its owner trusts: the next login needs only the password', async () => {
    const ann = await withTotp();
    const { page, close } = await pages.open('/login');
    await typePassword(page, ann);
    await page.getByLabel('Code').fill(ann.code());
    await page.getByLabel('Trust this device').check();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.waitForURL('**/security');
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(ann.username);
    await page.goto(`${pages.url}/login`);
    await typePassword(page, ann);
    await page.waitForURL('**/security');
    await close();
  });

  test('asks nothing about the device where the area trusts none', async () => {
    const ann = await withTotp();
    await setPolicy(pages.world, 'public', { trustedDeviceSeconds: null });
    const { page, close } = await pages.open('/login');
    await typePassword(page, ann);
    await page.getByLabel('Code').waitFor();
    expect(await page.getByLabel('Trust this device').count()).toBe(0);
    await setPolicy(pages.world, 'public', { trustedDeviceSeconds: 30 * 86_400 });
    await close();
  });

  test('tells a grace period with its date, and lets the person set a factor up at once', async () => {
    const root = await staff(pages.world);
    await turnRollout(root, { phase: 'full' });
    const ann = await pages.world.user();
    const { page, close } = await pages.open('/login');
    await typePassword(page, ann);
    await page.getByText(/From \d+ \w+ \d{4} on you need a second factor/).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Set it up now' }).click();
    await page.getByRole('button', { name: /Authenticator app/ }).click();
    const secret = (await page.locator('.secret code').textContent())?.replaceAll(' ', '') ?? '';
    await expectAccessible(page);
    await page.getByLabel('Code that the app shows').fill(codeOf(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    await close();
    await turnRollout(root, { phase: 'soft' });
  });

  test('works by keyboard alone', async () => {
    const ann = await withTotp();
    const { page, close } = await pages.open('/login');
    await page.keyboard.type(ann.username); // the first field has the focus
    await page.keyboard.press('Tab');
    await page.keyboard.type(ann.password);
    await page.keyboard.press('Enter');
    await page.getByLabel('Code').waitFor();
    await page.keyboard.type(ann.code());
    await page.keyboard.press('Enter');
    await page.waitForURL('**/security');
    await close();
  });

  test('an account that the area does not admit is told so', async () => {
    const ann = await pages.world.user();
    const { page, close } = await pages.open('/login?area=admin');
    await typePassword(page, ann);
    await page.getByText('Your account does not open this part.').waitFor();
    await close();
  });
});
