import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, securityKey } from '../support/chromium.ts';
import { setPolicy } from '../support/devices.ts';
import { forgot, linksTo } from '../support/links.ts';
import { expectAccessible, gzippedScripts, type Pages, startPages, typePassword } from '../support/pages.ts';
import { keyActions } from '../support/security-key.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { staff } from '../support/staff.ts';

/** A device that keeps passkeys and knows its owner. */
const device = { ...securityKey, transport: 'internal' } as const;

async function withDevice(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options: device });
  return { devtools, authenticatorId };
}

const credentialsOf = async ({ devtools, authenticatorId }: Device) =>
  (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
type Device = { readonly devtools: CDPSession; readonly authenticatorId: string };

describe.skipIf(!hasBrowser)('passkeys', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages();
    await staff(pages.world);
    await setPolicy(pages.world, 'public', { firstFactor: 'either' });
  });
  afterAll(() => pages?.close());

  /** A person who has taken the offer after a login by password, on a page with a device. */
  async function withPasskey(how = {}) {
    const ann = await pages.world.user();
    const opened = await pages.open('/login', how);
    const { page } = opened;
    const held = await withDevice(page);
    await page.reload();
    await typePassword(page, ann);
    await page.getByRole('heading', { name: 'Log in without a password?' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Make a passkey' }).click();
    await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    const codes = await page.locator('.recovery-codes li').allTextContents();
    await page.getByLabel('I have saved these codes').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/security');
    return { ...opened, ann: { ...ann, codes }, held };
  }

  test('PK-1 an offer after the password makes one, and the next login needs one press', async () => {
    const { page, held, complaints, close } = await withPasskey();
    const [made] = await credentialsOf(held);
    expect(made?.isResidentCredential).toBe(true);
    await page.getByText('Passkey', { exact: true }).first().waitFor();
    await held.devtools.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: held.authenticatorId,
      enabled: false,
    });
    await page.goto(`${pages.url}/login`);
    await page.getByRole('button', { name: 'Log in with a passkey' }).waitFor();
    await expectAccessible(page);
    await held.devtools.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: held.authenticatorId,
      enabled: true,
    });
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.waitForURL('**/security');
    expect(complaints).toEqual([]);
    await close();
  });

  test('PK-1 the field of the name offers it too', async () => {
    const { page, close } = await withPasskey();
    await page.goto(`${pages.url}/login`);
    expect(await page.getByLabel('Username').getAttribute('autocomplete')).toBe('username webauthn');
    await page.waitForURL('**/security'); // a virtual device chooses at once
    await close();
  });

  test('PK-3 a passkey that is removed here is hidden on the device, and the other device goes on', async () => {
    const { page, ann, held, close } = await withPasskey();
    const second = await pages.open('/login');
    const other = await withDevice(second.page);
    await second.page.reload();
    await typePassword(second.page, ann);
    await second.page.getByRole('button', { name: 'Use another method' }).click();
    await second.page.getByRole('button', { name: 'Recovery code' }).click();
    await second.page.getByLabel('Recovery code').fill(ann.codes[0] ?? '');
    await second.page.getByRole('button', { name: 'Confirm' }).click();
    await second.page.getByRole('button', { name: 'Continue' }).click();
    await second.page.waitForURL('**/security');
    await second.page.getByRole('link', { name: 'Add a second factor' }).click();
    await second.page.getByRole('button', { name: /^Security key or passkey/ }).click();
    await second.page.getByLabel('Name of this key or device').fill('Second device');
    expect(await second.page.getByLabel('Log in with it without a password').isChecked()).toBe(true);
    await expectAccessible(second.page);
    await second.page.getByRole('button', { name: 'Continue with your browser' }).click();
    await second.page.getByText('Second device').first().waitFor();
    expect(await credentialsOf(other)).toHaveLength(1);

    await page.goto(`${pages.url}/login`); // the first session has ended
    await page.waitForURL('**/security');
    await page.getByRole('button', { name: 'Remove Security key or passkey' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await expect.poll(async () => (await credentialsOf(held)).length, { timeout: 10_000 }).toBe(0);

    await second.page.goto(`${pages.url}/login`);
    await second.page.waitForURL('**/security');
    await second.close();
    await close();
  });

  test('PK-1 a copy of a passkey is refused once the real one has gone on', async () => {
    const { page, held, close } = await withPasskey();
    const [real] = await credentialsOf(held);
    if (!real) throw new Error('No passkey');
    await page.goto(`${pages.url}/login`);
    await page.waitForURL('**/security');
    const thief = await pages.open('/');
    const copy = await withDevice(thief.page);
    await copy.devtools.send('WebAuthn.addCredential', {
      authenticatorId: copy.authenticatorId,
      credential: { ...real, signCount: 1 },
    });
    await thief.page.goto(`${pages.url}/login`);
    await thief.page.getByRole('alert').getByText('This passkey was not accepted.').waitFor();
    await thief.close();
    await close();
  });

  test('PK-4 the password is removed, and the account comes back by a mail and a recovery code', async () => {
    const { page, ann, close } = await withPasskey();
    await page.getByRole('button', { name: 'Remove the password' }).click();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the password' }).click();
    await page.getByText('Your account has no password any more.').waitFor();
    await page.getByText('Your account has no password. You log in with a passkey.').waitFor();
    await expectAccessible(page);
    await page.goto(`${pages.url}/login`);
    await page.waitForURL('**/security');

    await forgot(pages.world, ann.username);
    const [token = ''] = await linksTo(pages.world, ann.email);
    const lost = await pages.open(`/reset#token=${token}`, { locale: 'es' });
    await lost.page.getByLabel('Contraseña nueva').fill('nueve mapas doblados');
    await expectAccessible(lost.page);
    await lost.page.getByLabel('Código de recuperación').fill(ann.codes[1] ?? '');
    await lost.page.getByRole('button', { name: 'Guardar la contraseña' }).click();
    await lost.page.getByRole('heading', { name: 'Confirme que es usted' }).waitFor();
    await lost.close();
    await close();
  });

  test('PK-2 an area of passkeys asks for no name and no password', async () => {
    const root = await pages.world.user({ roles: ['admin'] });
    const key = keyActions(pages.world, root);
    await key.enrolKey(createAuthenticator({ origin: pages.url }), undefined, { passkey: true });
    await setPolicy(pages.world, 'admin', { firstFactor: 'passkey' });
    const { page, close } = await pages.open('/login?area=admin');
    await page.getByText('This part takes no passwords.').waitFor();
    await expectAccessible(page);
    expect(await page.getByLabel('Username').count()).toBe(0);
    await setPolicy(pages.world, 'admin', { firstFactor: 'password' });
    await close();
  });

  test('looks as it should', async () => {
    const folder = process.env.PICTURES;
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const locale of ['en-GB', 'es']) {
        const how = { colorScheme, locale, viewport: { width: 320, height: 700 } };
        const { page, close } = await pages.open('/login', how);
        await page.getByRole('button', { name: /passkey|clave de acceso/ }).waitFor();
        await expectAccessible(page);
        if (folder)
          await page.screenshot({ path: `${folder}/login-${colorScheme}-${locale}.png`, fullPage: true });
        await close();
      }
    }
  });

  test('/login loads at most 90 KB of gzipped script, with passkeys too', async () => {
    const { page, requests, close } = await pages.open('/login');
    await page.getByRole('button', { name: 'Log in with a passkey' }).waitFor();
    const bytes = await gzippedScripts(pages, requests);
    process.stdout.write(`/login with passkeys loads ${(bytes / 1000).toFixed(1)} KB of gzipped script.\n`);
    expect(bytes).toBeLessThanOrEqual(90_000);
    await close();
  });
});
