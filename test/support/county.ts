import type { Page } from 'playwright-core';
import { codeOf, earlierCodeOf } from './actor.ts';

/** What people do at the pages, by what they see there alone. */
export type Citizen = { readonly username: string; readonly password: string; secret?: string };

/** Sets up an authenticator app from the list of methods to the end of the recovery codes. */
export async function setUpApp(page: Page, who: Citizen): Promise<void> {
  await page.getByRole('button', { name: /Authenticator app/ }).click();
  const secret = ((await page.locator('.secret code').textContent()) ?? '').replaceAll(' ', '');
  await page.getByLabel('Code that the app shows').fill(await earlierCodeOf(secret));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByLabel('I have saved these codes').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  who.secret = secret;
}

/** Answers the second step of a login. The app shows the next code by then. */
export async function typeCode(page: Page, { secret = '' }: Citizen): Promise<void> {
  await page.getByLabel('Code').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Confirm' }).click();
}

/** A list of people as a spreadsheet saves it. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return ['username,email,phone,roles', ...rows.map((row) => row.join(','))].join('\r\n');
}

export const csvFile = (text: string) => ({
  name: 'people.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
});
