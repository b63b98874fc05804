import { afterEach, describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/chromium.ts';
import { enterConsole, useConsole } from '../support/console.ts';
import { expectAccessible, typePassword } from '../support/pages.ts';
import { policyOf, staff } from '../support/staff.ts';

describe.skipIf(!hasBrowser)('/console: policy', () => {
  const { pages, root } = useConsole();
  const put = (body: Record<string, unknown>, area = 'public') => root.put(`/admin/areas/${area}`, body);
  const area = async (name = 'public') => (await root.get(`/admin/areas/${name}`)).body;
  afterEach(async () => {
    await put({ preset: 'standard' });
    await put({ preset: 'standard' }, 'vendor');
  });

  test('tells each setting in words, and where it differs from a preset', async () => {
    const boss = await staff(pages.world); // a code works once
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/policy');
    await page.getByText('Nobody has changed it. It follows the preset of this installation').waitFor();
    await page.getByText('This is the preset standard.').waitFor();
    await page.getByRole('cell', { name: 'A trusted device needs no second factor for 30 days.' }).waitFor();
    await page.getByRole('cell', { name: 'It ends after 1 hour.' }).waitFor();
    await expectAccessible(page);
    await put(await policyOf(root, 'public', { idle_seconds: 1_800, trusted_device_days: null }));
    await page.reload();
    await page.getByText('2 settings differ from the preset standard.').waitFor();
    await page.getByText('The preset standard says: It ends after 1 hour.').waitFor();
    await page.getByText(`by ${root.username}.`).waitFor();
    await page.getByRole('link', { name: 'Administration' }).click();
    await page.getByText('This console is in it.').waitFor();
    expect(page.url()).toBe(`${pages.url}/console/policy/admin`);
    await page.getByText('This area always requires a second factor').waitFor();
    expect(await page.getByLabel('Second factor', { exact: true }).count()).toBe(0);
    await page.getByRole('link', { name: 'Programs' }).last().click();
    await page.getByText('Programs have no second factor.').waitFor();
    await expectAccessible(page);
    await page.reload();
    await page.getByText('Programs have no second factor.').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('a change is previewed by name and number, confirmed, made, in the history, and taken back', async () => {
    const boss = await staff(pages.world);
    const ann = await pages.world.user();
    const zoe = await pages.world.user();
    await zoe.enrolTotp();
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/policy/public');
    await page.getByLabel('Access token (seconds)').fill('ten');
    await page.getByLabel('Session without activity (seconds)').fill('86400');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('Type a whole number from 60 to 3600.').waitFor();
    await page.getByText('This may not be longer than the longest session.').waitFor();
    await page.getByLabel('Every method').uncheck();
    for (const method of ['Text message', 'E-mail', 'Security key or passkey'])
      if ((await page.getByLabel(method, { exact: true }).count()) > 0)
        await page.getByLabel(method, { exact: true }).uncheck();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'What is in force' }).click();
    await page.getByLabel('Second factor', { exact: true }).selectOption('required');
    await page.getByLabel('Session without activity (seconds)').fill('1800');
    await page.getByText('This is 30 minutes.').waitFor();
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('heading', { name: 'What this would do' }).waitFor();
    await page
      .getByRole('list', { name: 'What this would do' })
      .getByText('Then: It ends after 30 minutes.')
      .waitFor();
    await page.getByRole('row', { name: new RegExp(`^${ann.username} Has no second factor`) }).waitFor();
    await expectAccessible(page);
    expect((await area()).policy.mfa).toBe('if_enrolled'); // a preview changes nothing

    await page.getByRole('button', { name: 'Make this change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('also to people who are logged in').waitFor();
    await dialog.getByText('One person who can log in today is shut out.').waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('Type 1 to confirm').fill('7');
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByText('This is not the number.').waitFor();
    const bob = await pages.world.user(); // somebody more, since the preview
    await dialog.getByLabel('Type 1 to confirm').fill('1');
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByText('The number has changed meanwhile.').waitFor();
    expect((await area()).policy.mfa).toBe('if_enrolled');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('row', { name: new RegExp(`^${bob.username} `) }).waitFor();
    await page.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByLabel('Type 2 to confirm').fill('2');
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await page.getByRole('status').getByText('The policy has changed.').waitFor();
    expect((await ann.login()).status).toBe(403);
    const { version } = await area();
    const entry = page
      .locator('.versions li')
      .filter({ hasText: `Version ${version}` })
      .first();
    await entry.getByText(`by ${boss.username}`).waitFor();
    await entry.getByText('Before: People who have a second factor need it.').waitFor();
    await entry.getByText('After: Everybody needs a second factor.').waitFor();
    await expectAccessible(page);

    await page.getByRole('button', { name: `Preview going back to version ${version - 1}` }).click();
    await page.getByRole('heading', { name: `What going back to version ${version - 1} would do` }).waitFor();
    await page.getByText('Everybody could log in.').waitFor();
    await page.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByText('Nobody who can log in today is shut out.').waitFor();
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await page.getByText(`This went back to version ${version - 1}.`).waitFor();
    expect((await ann.login()).status).toBe(200);
    const { body } = await root.get('/admin/audit?type=policy_changed&limit=1');
    expect(body.events[0]).toMatchObject({
      actor_username: boss.username,
      detail: { restored: version - 1, after: { mfa: 'if_enrolled' } },
    });
    expect(complaints).toEqual([]);
    for (const one of [ann, bob]) await root.act('PATCH', `/admin/users/${one.id}`, { status: 'disabled' });
    await close();
  });

  test('who would be asked for more is named, and report only refuses nobody until it ends', async () => {
    const boss = await staff(pages.world);
    const vic = await pages.world.user({ roles: ['vendor'] });
    await vic.enrolTotp();
    const { page, complaints, close } = await enterConsole(pages, boss, '/console/policy/vendor');
    await page.getByLabel('Second factor', { exact: true }).selectOption('required');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page
      .getByRole('row', { name: new RegExp(`^${vic.username} Has a second factor, and would be asked`) })
      .waitFor();
    await page.getByRole('button', { name: 'Only report' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nobody is refused.').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Only report' }).click();
    await page.getByRole('status').getByText('It refuses nobody.').waitFor();
    expect(await area('vendor')).toMatchObject({ policy: { mfa: 'optional' }, trial: { mfa: 'required' } });
    await page.getByText('Report only began with these differences:').waitFor();
    await page.getByRole('link', { name: 'What it would have refused' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Preview making it the policy' }).click();
    await page.getByRole('row', { name: new RegExp(`^${vic.username} `) }).waitFor();
    await page.getByRole('button', { name: 'End report only' }).click();
    await dialog.getByText('The policy in force stays as it is.').waitFor();
    await dialog.getByRole('button', { name: 'End report only' }).click();
    await page.getByRole('status').getByText('Nothing is reported any more.').waitFor();
    expect(await area('vendor')).toMatchObject({ policy: { mfa: 'optional' }, trial: null });
    expect(complaints).toEqual([]);
    await close();
  });

  test('a change of a colleague in between is not lost, and is shown', async () => {
    const boss = await staff(pages.world);
    const { page, close } = await enterConsole(pages, boss, '/console/policy/public');
    await page.getByLabel('Access token (seconds)').fill('600');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('button', { name: 'Make this change' }).click();
    await put(await policyOf(root, 'public', { idle_seconds: 1_200 })); // a colleague
    const { version } = await area();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByText('Somebody else has changed this policy').waitFor();
    await dialog.getByRole('button', { name: 'Make this change' }).click(); // again: still not
    await dialog.getByText('Somebody else has changed this policy').waitFor();
    expect(await area()).toMatchObject({ version, policy: { access_seconds: 900, idle_seconds: 1_200 } });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: `Version ${version}` }).waitFor();
    await page
      .getByRole('list', { name: 'What this would do' })
      .getByText('Then: It ends after 1 hour.')
      .waitFor();
    expect(await page.getByLabel('Access token (seconds)').inputValue()).toBe('600'); // what was typed is kept
    await close();
  });

  test('a policy that the service refuses is told by its settings', async () => {
    const boss = await staff(pages.world);
    const { page, close } = await enterConsole(pages, boss, '/console/policy/admin');
    await page.getByRole('button', { name: 'What is in force' }).click();
    await page.getByLabel('Weakest method that counts').selectOption('phr');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('button', { name: 'Make this change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This is the area of the console.').waitFor();
    const word = await dialog.getByText(/^Type \d+ to confirm$/).textContent();
    await dialog.getByRole('textbox', { name: /^Type/ }).fill(/\d+/.exec(word ?? '')?.[0] ?? '');
    await dialog.getByRole('button', { name: 'Make this change' }).click();
    await dialog.getByText('With this policy nobody could log in to the area').waitFor();
    expect((await area('admin')).version).toBe(1);
    await expectAccessible(page);
    await close();
  });

  test.each(['helpdesk', 'auditor'] as const)('a %s reads, previews, and changes nothing', async (role) => {
    await put({ preset: 'strict' });
    const { page, close } = await enterConsole(
      pages,
      await staff(pages.world, role),
      '/console/policy/public',
    );
    await page
      .getByRole('button', { name: /^Preview going back to version/ })
      .first()
      .click();
    await page.getByRole('heading', { name: /^What going back to version/ }).waitFor();
    await page.getByText('Everybody could log in.').waitFor();
    await expectAccessible(page);
    for (const name of ['Make this change', 'Only report', 'End report only'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await close();
  });

  test('somebody who is demoted meanwhile changes nothing and sees it no more', async () => {
    const boss = await staff(pages.world);
    const { page, close } = await enterConsole(pages, boss, '/console/policy/public');
    await page.getByLabel('Access token (seconds)').fill('600');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('button', { name: 'Make this change' }).click();
    await root.act('PATCH', `/admin/users/${boss.id}`, { roles: ['user'] });
    await page.getByRole('dialog').getByRole('button', { name: 'Make this change' }).click();
    await page.waitForURL('**/login?**');
    expect((await area()).policy.access_seconds).toBe(900);
    await typePassword(page, boss);
    await page.getByText('Your account does not open this part.').waitFor();
    await close();
  });

  test('works by keyboard alone', async () => {
    const { page, close } = await enterConsole(pages, await staff(pages.world), '/console/policy/public');
    await page.getByRole('button', { name: 'Preset strict' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Access token (seconds)').focus();
    await page.keyboard.press('Enter'); // sends the form
    await page.getByText('Everybody could log in.').waitFor();
    await page.getByRole('button', { name: 'Make this change' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Make this change');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('The policy has changed.').waitFor();
    await page.getByText('This is the preset strict.').waitFor();
    await close();
  });

  test('is whole in Spanish, in the dark, at 320 pixels and enlarged', async () => {
    await put({ preset: 'strict' });
    const { page, complaints, close } = await enterConsole(
      pages,
      await staff(pages.world),
      '/console/policy/public',
    );
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 320, height: 720 });
    await page.getByRole('button', { name: 'Preset PCI DSS' }).click();
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('Everybody could log in.').waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 640, height: 480 }); // 1280 pixels at 200 %
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Español' }).click();
    await page.getByRole('heading', { name: 'Qué ha cambiado' }).waitFor();
    await page.getByText('Es la política predefinida estricta.').waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await close();
  });
});
