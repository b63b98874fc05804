import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../support/actor.ts';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole } from '../support/console.ts';
import { expectAccessible, gzippedScripts, type Pages, startPages } from '../support/pages.ts';
import { allowRecovery, recoveryLink } from '../support/recovery.ts';
import { mailsTo } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('RK-8 RK-9 the pages of a recovery', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages?.close());

  /** Lets the wait of every recovery be over. The browser and the service go on in real time. */
  async function endWait(): Promise<void> {
    const before = new Date(Date.now() - 25 * 3_600_000);
    await pages.world.database.db
      .updateTable('recoveries')
      .set({ provenAt: before, readyAt: new Date() })
      .where('state', '=', 'waiting')
      .execute();
  }

  test('a clerk comes back by a recovery code and a colleague, who reads her the code', async () => {
    const { world } = pages;
    await allowRecovery(world, ['recovery_code', 'colleague']);
    const ann = await world.user();
    const { codes, bearer } = await ann.enrolTotp();
    const bob = await world.user();
    const his = await bob.enrolTotp();
    const body = { colleagues: [bob.username] };
    await world.call('PUT', '/auth/recovery/colleagues', body, { bearer });

    const colleague = await pages.open('/login?return_to=/security');
    await colleague.page.getByLabel('Username').fill(bob.username);
    await colleague.page.getByLabel('Password', { exact: true }).fill(bob.password);
    await colleague.page.getByRole('button', { name: 'Log in', exact: true }).click();
    await colleague.page.getByLabel('Code').fill(codeOf(his.secret));
    await colleague.page.getByRole('button', { name: 'Confirm' }).click();
    await colleague.page.getByRole('heading', { name: 'Colleagues for a recovery' }).waitFor();
    await colleague.page.getByRole('button', { name: `Agree ${ann.username}` }).click();
    await colleague.page.getByText('You have agreed to help.').first().waitFor();
    await expectAccessible(colleague.page);
    await mailsTo(world);

    const forgot = await pages.open('/forgot');
    await forgot.page.getByRole('link', { name: 'Did you lose your second factor?' }).click();
    await forgot.page.getByRole('heading', { name: 'Did you lose your second factor?' }).waitFor();
    await expectAccessible(forgot.page);
    await forgot.page.getByLabel('Username').fill(ann.username);
    await forgot.page.getByRole('button', { name: 'Send the link' }).click();
    await forgot.page.getByRole('heading', { name: 'Look in your mailbox' }).waitFor();
    await expectAccessible(forgot.page);
    await forgot.close();

    const small = { viewport: { width: 320, height: 640 }, colorScheme: 'dark' } as const;
    const her = await pages.open(`/recover#token=${await recoveryLink(world, ann.email)}`, small);
    await expectAccessible(her.page);
    await her.page.getByRole('button', { name: 'Begin', exact: true }).click();
    await her.page.getByRole('heading', { name: 'Write this code down' }).waitFor();
    await her.page.getByRole('button', { name: 'Go on' }).click();
    await her.page.getByText('Write the code down first', { exact: false }).waitFor();
    await expectAccessible(her.page);
    const code = (await her.page.locator('.recover-code').textContent()) ?? '';
    expect(code).toMatch(/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/);
    await her.page.getByLabel('I have written it down').check();
    await her.page.getByRole('button', { name: 'Go on' }).click();

    await her.page.getByRole('heading', { name: 'Show two things of different kinds' }).waitFor();
    await expectAccessible(her.page);
    await her.page.getByRole('button', { name: /A recovery code/ }).click();
    await her.page.getByLabel('A recovery code').fill('AAAA-BBBB-CCCC-DDDD-EEEE-FFFF');
    await her.page.getByRole('button', { name: 'Confirm' }).click();
    await her.page.getByText('This was not accepted.', { exact: false }).waitFor();
    await expectAccessible(her.page);
    await her.page.getByLabel('A recovery code').fill(codes[0] ?? '');
    await her.page.getByRole('button', { name: 'Confirm' }).click();
    await her.page.getByText('One more is needed.', { exact: false }).waitFor();
    await her.page.getByRole('button', { name: /A colleague/ }).click();
    await her.page.getByRole('button', { name: 'Write to my colleagues' }).click();
    await her.page.getByText('Your colleagues have a mail.').waitFor();
    await expectAccessible(her.page);

    await colleague.page.reload();
    const approve = { name: `I spoke with this person: make the code ${ann.username}` };
    await colleague.page.getByRole('button', approve).click();
    const spoken = colleague.page.locator('.colleague-code');
    await spoken.waitFor();
    await expectAccessible(colleague.page);
    await her.page.getByLabel('Code of the colleague').fill((await spoken.textContent()) ?? '');
    await her.page.getByRole('button', { name: 'Confirm' }).click();
    await her.page.getByRole('heading', { name: 'Now you wait' }).waitFor();
    await expectAccessible(her.page);
    if (process.env.RECOVERY_PICTURES)
      await her.page.screenshot({ path: `${process.env.RECOVERY_PICTURES}/wait.png`, fullPage: true });

    const desk = await enterConsole(pages, await staff(world, 'helpdesk'), `/console/people/${ann.id}`);
    await desk.page.getByText('recovers this account', { exact: false }).waitFor();
    await desk.page.getByRole('button', { name: 'Stop the recovery' }).waitFor();
    await expectAccessible(desk.page);
    await desk.close();

    await endWait();
    const later = await pages.open('/recover'); // another device
    await later.page.getByRole('button', { name: 'I have begun already' }).click();
    await later.page.getByLabel('Continue code').fill(code.toLowerCase());
    await later.page.getByRole('button', { name: 'Go on' }).click();
    await later.page.getByRole('heading', { name: 'The wait is over' }).waitFor();
    await expectAccessible(later.page);
    await later.page.getByRole('button', { name: 'Set up a new factor' }).click();
    await later.page.getByRole('button', { name: /Authenticator app/ }).click();
    const shown = await later.page.locator('.secret code').textContent();
    const secret = (shown ?? '').replaceAll(' ', '');
    await later.page.getByLabel('Code that the app shows').fill(codeOf(secret, -1));
    await later.page.getByRole('button', { name: 'Confirm' }).click();
    await later.page
      .getByText(/recovery codes/i)
      .first()
      .waitFor();
    await expectAccessible(later.page);
    await later.page.getByRole('checkbox').check();
    await later.page.getByRole('button', { name: 'Continue', exact: true }).click();
    await later.page.getByRole('heading', { name: 'Your account is recovered' }).waitFor();
    await expectAccessible(later.page);
    if (process.env.RECOVERY_PICTURES)
      await later.page.screenshot({ path: `${process.env.RECOVERY_PICTURES}/done.png`, fullPage: true });
    expect(await later.page.evaluate("localStorage.getItem('sallyport.recovery')")).toBeNull();
    await her.page.getByRole('button', { name: 'Look again' }).click();
    await her.page.getByRole('heading', { name: 'This recovery is over' }).waitFor();
    expect([her.complaints, later.complaints, colleague.complaints]).toEqual([[], [], []]);
    await Promise.all([her.close(), later.close(), colleague.close()]);
    const { temp_token } = (await ann.login()).body;
    expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(200);
  });

  test('the link of a letter says that it stops a recovery, and stops it', async () => {
    const { world } = pages;
    await allowRecovery(world, ['recovery_code', 'colleague']);
    const ann = await world.user();
    await ann.enrolTotp();
    await world.call('POST', '/auth/recovery', { username: ann.username });
    const token = await recoveryLink(world, ann.email);
    const begun = await world.call('POST', '/auth/recovery/begin', { token });
    const [letter] = await mailsTo(world, ann.email);
    const link = /(\/not-me#token=[\w-]{43})/.exec(letter?.text ?? '')?.[1] ?? '';
    const owner = await pages.open(link);
    await owner.page.getByText('Somebody recovers this account', { exact: false }).waitFor();
    await expectAccessible(owner.page);
    await owner.page.getByRole('button', { name: 'It was not me: stop the recovery' }).click();
    await owner.page.getByRole('heading', { name: 'It is stopped' }).waitFor();
    const { continue_code } = begun.body;
    expect((await world.call('POST', '/auth/recovery/state', { continue_code })).status).toBe(401);
    expect(owner.complaints).toEqual([]);
    await owner.close();
  });

  test('/login loads nothing of it', async () => {
    const login = await pages.open('/login');
    expect(login.requests.filter((url) => /recover/i.test(url))).toEqual([]);
    expect((await gzippedScripts(pages, login.requests)) / 1000).toBeLessThanOrEqual(90);
    await login.close();
  });
});
