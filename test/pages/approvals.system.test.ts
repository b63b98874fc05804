import { describe, expect, test } from 'vitest';
import { because, notMeToken, setRules } from '../support/approvals.ts';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole, useConsole } from '../support/console.ts';
import { expectAccessible } from '../support/pages.ts';
import { mailsTo } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('approvals, and “it was not me”', () => {
  const { pages, root } = useConsole();

  test('the helpdesk asks, a colleague approves, and the requester carries it out', async () => {
    const { world } = pages;
    await setRules(world, 'second_person');
    const [harry, hedy] = [await staff(world, 'helpdesk'), await staff(world, 'helpdesk')];
    const ann = await world.user();
    await ann.enrolTotp();
    const asking = await enterConsole(pages, harry, `/console/people/${ann.id}`);
    await asking.page.getByRole('button', { name: 'Bypass code' }).click();
    await asking.page.getByLabel('Reason').fill('Phone in repair');
    await asking.page.getByRole('button', { name: 'Issue the code' }).click();
    await asking.page.getByText('The request waits under Approvals.').waitFor();

    const deciding = await enterConsole(pages, hedy, '/console/approvals');
    await deciding.page.getByRole('cell', { name: 'Phone in repair' }).waitFor();
    await expectAccessible(deciding.page);
    await deciding.page.setViewportSize({ width: 320, height: 700 });
    const wide = await deciding.page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(320);
    await deciding.page.getByRole('button', { name: `Decide ${ann.username}` }).click();
    await expectAccessible(deciding.page);
    await deciding.page.getByRole('button', { name: 'Approve', exact: true }).click();
    await deciding.page.getByRole('status').getByText('The request is approved.').waitFor();

    await asking.page.getByRole('link', { name: 'Approvals' }).click();
    await asking.page.getByRole('button', { name: `Carry out ${ann.username}` }).click();
    await asking.page.getByRole('dialog').getByRole('button', { name: 'Carry out' }).click();
    await asking.page.locator('.bypass-code').waitFor();
    const code = await asking.page.locator('.bypass-code').textContent();
    const { temp_token } = (await ann.login()).body;
    expect((await ann.verify(temp_token, code ?? '')).status).toBe(200);
    expect([...asking.complaints, ...deciding.complaints]).toEqual([]);
    await asking.close();
    await deciding.close();
  });

  test('the rules tell what a small house cannot have, and are changed', async () => {
    const { world } = pages;
    await setRules(world, 'none');
    const { page, close } = await enterConsole(pages, await staff(world), '/console/approvals');
    await page.getByLabel('Bypass code').selectOption('second_person_and_wait');
    await page.getByLabel('Bypass code: hours to wait').fill('200');
    await page.getByRole('button', { name: 'Save the rules' }).click();
    await page.getByText('Hours are whole numbers from 1 to 168.').waitFor();
    await page.getByLabel('Bypass code: hours to wait').fill('4');
    await page.getByRole('button', { name: 'Save the rules' }).click();
    await page.getByRole('status').getByText('The rules are in force.').waitFor();
    const { body } = await root.get('/admin/approval-rules');
    expect(body.rules.bypass_code).toEqual({ mode: 'second_person_and_wait', wait_hours: 4 });
    await close();
    await setRules(world, 'none');
  });

  test('the link of a letter does nothing when it is opened, and locks the account when it is pressed', async () => {
    const { world } = pages;
    const ann = await world.user();
    await ann.enrolTotp();
    const token = await notMeToken(world, ann.email, 'second factor was added');
    const { page, complaints, close } = await pages.open(`/not-me#token=${token}`);
    await page.getByText(ann.username).waitFor();
    expect(page.url()).not.toContain(token);
    await expectAccessible(page);
    expect((await ann.login()).status).toBe(200);
    await page.getByRole('button', { name: 'It was not me' }).click();
    await page.getByRole('heading', { name: 'Your account is locked' }).waitFor();
    expect((await ann.login()).status).toBe(401);
    await page.goto(`${pages.url}/login`);
    await page.goto(`${pages.url}/not-me#token=${token}`);
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    expect(complaints).toEqual([]);
    await close();

    const desk = await enterConsole(pages, await staff(world, 'helpdesk'), '/console/people');
    await desk.page.getByRole('heading', { name: 'Locked by their owners' }).waitFor();
    await desk.page.getByRole('listitem').getByRole('link', { name: ann.username }).first().click();
    await desk.page.getByText('The owner locked this account').waitFor();
    await desk.close();
  });

  test('the link of a request stops it, in Spanish too', async () => {
    const { world } = pages;
    await setRules(world, 'second_person');
    const ann = await world.user();
    await ann.enrolTotp();
    await mailsTo(world);
    const harry = await staff(world, 'helpdesk');
    const asked = await harry.post(`/admin/users/${ann.id}/mfa/reset`, because);
    await setRules(world, 'none');
    const token = await notMeToken(world, ann.email, 'asks to remove');
    const { page, close } = await pages.open(`/not-me#token=${token}`, { locale: 'es-MX' });
    await page.getByRole('button', { name: 'Yo no lo pedí' }).click();
    await page.getByRole('heading', { name: 'Está detenido' }).waitFor();
    expect((await harry.get(`/admin/approvals/${asked.body.id}`)).body.state).toBe('stopped');
    await close();
  });
});
