import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { move, setRules } from '../support/approvals.ts';
import { because } from '../support/caller-desk.ts';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole } from '../support/console.ts';
import { expectAccessible, type Pages, startPages } from '../support/pages.ts';
import { staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('RK-7 the check of who is calling', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages({ helpRequires: 'caller_check_or_two_evidences' });
  });
  afterAll(() => pages?.close());

  test('the helpdesk reads a number, the caller answers on a page, and the reset takes the check along', async () => {
    const ann = await pages.world.user();
    const { secret } = await ann.enrolTotp();
    const desk = await enterConsole(pages, await staff(pages.world, 'helpdesk'), `/console/people/${ann.id}`);
    await desk.page.getByRole('button', { name: 'Check who is calling' }).click();
    await expectAccessible(desk.page);
    await desk.page.getByLabel('Reason').fill('Lost her phone');
    await desk.page.getByRole('button', { name: 'Start the check' }).click();
    const number = (await desk.page.locator('.bypass-code').textContent()) ?? '';
    expect(number).toMatch(/^\d{3} \d{3} \d{3}$/);
    await expectAccessible(desk.page);

    const small = { viewport: { width: 320, height: 640 }, locale: 'es-ES', colorScheme: 'dark' } as const;
    const caller = await pages.open('/verify-caller', small);
    await expectAccessible(caller.page);
    await caller.page.getByRole('button', { name: 'Siguiente' }).click();
    await caller.page.getByText('nueve cifras', { exact: false }).last().waitFor();
    await caller.page.getByLabel('Número del servicio de ayuda').fill(number);
    await caller.page.getByRole('button', { name: 'Siguiente' }).click();
    await expectAccessible(caller.page);
    await caller.page.getByRole('button', { name: /Aplicación de autenticación/ }).click();
    await caller.page.getByLabel('Código').fill(wrongCodeOf(secret));
    await caller.page.getByRole('button', { name: 'Confirmar' }).click();
    await caller.page.getByText('No se aceptó.', { exact: false }).waitFor();
    await expectAccessible(caller.page);
    await caller.page.getByLabel('Código').fill(codeOf(secret));
    await caller.page.getByRole('button', { name: 'Confirmar' }).click();
    await caller.page.getByRole('heading', { name: 'Gracias' }).waitFor();
    await expectAccessible(caller.page);
    expect(caller.complaints).toEqual([]);

    await desk.page.getByText('The caller passed the check, by this method: Authenticator app.').waitFor();
    await expectAccessible(desk.page);
    await desk.page.getByRole('button', { name: 'Reset the second factor' }).click();
    await desk.page.getByText('The check that the caller passed goes along.').waitFor();
    await desk.page.getByLabel('Reason').fill('Lost her phone');
    await desk.page.getByRole('dialog').getByRole('button', { name: 'Reset', exact: true }).click();
    await desk.page.getByRole('status').getByText('The second factor was reset.').waitFor();
    await desk.page.getByText('The check was used for a help.').waitFor();
    await desk.page.getByText('The caller was known by a check by an authenticator app.').waitFor();
    expect(desk.complaints).toEqual([]);
    await Promise.all([desk.close(), caller.close()]);
  });

  test('a reload keeps a check that was started, without its number, and a passed one goes along', async () => {
    const ann = await pages.world.user();
    const { secret } = await ann.enrolTotp();
    const desk = await enterConsole(pages, await staff(pages.world, 'helpdesk'), `/console/people/${ann.id}`);
    await desk.page.getByRole('button', { name: 'Check who is calling' }).click();
    await desk.page.getByLabel('Reason').fill('Lost her phone');
    await desk.page.getByRole('button', { name: 'Start the check' }).click();
    const number = (await desk.page.locator('.bypass-code').textContent()) ?? '';
    await desk.page.reload();
    await desk.page.getByText('Waiting for the caller').waitFor();
    await desk.page.getByText('Its number was shown once.').waitFor();
    expect(await desk.page.locator('.bypass-code').count()).toBe(0);
    await expectAccessible(desk.page);
    const answer = { number, mfa_token: codeOf(secret) };
    expect((await pages.world.call('POST', '/auth/caller-checks/answer', answer)).status).toBe(200);
    await desk.page.getByText('The caller passed the check, by this method').waitFor();
    await desk.page.reload();
    await desk.page.getByText('The caller passed the check, by this method').waitFor();
    await desk.page.getByRole('button', { name: 'Reset the second factor' }).click();
    await desk.page.getByText('The check that the caller passed goes along.').waitFor();
    expect(desk.complaints).toEqual([]);
    await desk.close();
  });

  test('without a check the dialog names the evidence that is needed, and says what is missing', async () => {
    const ann = await pages.world.user();
    await ann.enrolTotp();
    const desk = await enterConsole(pages, await staff(pages.world, 'helpdesk'), `/console/people/${ann.id}`);
    await desk.page.getByRole('button', { name: 'Reset the second factor' }).click();
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByLabel('A manager confirmed it').check();
    await dialog.getByLabel('Reason').fill('Lost her phone');
    await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
    await dialog.getByText('First check who is calling, or give two kinds of evidence.').waitFor();
    await expectAccessible(desk.page);
    await dialog.getByLabel('I called back at a number of the directory').check();
    await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
    await desk.page.getByRole('status').getByText('The second factor was reset.').waitFor();
    await desk.close();
  });

  test('under a rule, the requester shows who is calling when the request is carried out', async () => {
    const { world } = pages;
    await setRules(world, 'second_person');
    const [harry, hedy] = [await staff(world, 'helpdesk'), await staff(world, 'helpdesk')];
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const { body } = await harry.post(`/admin/users/${ann.id}/mfa/reset`, because);
    expect((await move(hedy, body.id, 'approve')).status).toBe(200);
    const desk = await enterConsole(pages, harry, '/console/approvals');
    await desk.page.getByRole('button', { name: `Carry out ${ann.username}` }).click();
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByLabel('A manager confirmed it').check();
    await dialog.getByRole('button', { name: 'Carry out' }).click();
    await dialog.getByText('First check who is calling, or give two kinds of evidence.').waitFor();
    await expectAccessible(desk.page);
    await dialog.getByRole('button', { name: 'Check who is calling' }).click();
    await dialog.getByLabel('Reason').fill('Lost her phone');
    await dialog.getByRole('button', { name: 'Start the check' }).click();
    const number = (await dialog.locator('.bypass-code').textContent()) ?? '';
    await expectAccessible(desk.page);
    const answer = { number, mfa_token: codeOf(secret) };
    expect((await world.call('POST', '/auth/caller-checks/answer', answer)).status).toBe(200);
    await dialog.getByText('The check that the caller passed goes along.').waitFor();
    await dialog.getByRole('button', { name: 'Carry out' }).click();
    await desk.page.getByRole('status').getByText('The action was carried out.').waitFor();
    expect((await harry.get(`/admin/users/${ann.id}`)).body.enrolled).toBe(false);
    await desk.close();
    await setRules(world, 'none');
  });

  test('a caller whom the service knows nothing about sees the number of a push like anybody else', async () => {
    const caller = await pages.open('/verify-caller');
    await caller.page.getByLabel('Number from the helpdesk').fill('000 000 000');
    await caller.page.getByRole('button', { name: 'Next' }).click();
    await caller.page.getByRole('button', { name: /Duo push/ }).click();
    await caller.page.getByText('Type this number into Duo Mobile').waitFor();
    await caller.page.getByText('Waiting for your answer …').waitFor();
    await expectAccessible(caller.page);
    await caller.page.getByRole('button', { name: 'Back' }).click();
    await caller.page.getByRole('button', { name: /E-mail to a second address/ }).click();
    await caller.page.getByText('If your account has a second address', { exact: false }).waitFor();
    expect(caller.complaints).toEqual([]);
    await caller.close();
  });
});
