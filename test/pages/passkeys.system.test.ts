import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, securityKey } from '../support/chromium.ts';
import { setPolicy } from '../support/devices.ts';
import { expectAccessible, type Pages, startPages, typePassword } from '../support/pages.ts';
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
    await page.getByLabel('I have saved these codes').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/security');
    return { ...opened, ann, held };
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
});
