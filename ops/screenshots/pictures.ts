import type { Page } from 'playwright-core';
import { phone } from '../../test/support/fake-duo-auth.ts';
import { cast, domain, password } from './people.ts';
import { call, openConsole, openPage, type Size, type Stage, typeCode, typePassword } from './stage.ts';

export type Picture = {
  readonly name: string;
  readonly size: Size;
  /** Opens what the picture shows. */
  readonly show: (stage: Stage) => Promise<Page>;
  /** The element that the picture begins with. Without it, the picture begins at the top of the page. */
  readonly from?: string;
  /** The height at which the picture ends. */
  readonly most?: number;
};

/** Each picture that the documents show, in the order of a story: later ones show what earlier ones did. */
export const pictures: readonly Picture[] = [
  { name: 'login', size: 'page', show: showLogin },
  { name: 'code', size: 'page', show: showCode },
  { name: 'set-up-app', size: 'page', show: showEnrolment },
  { name: 'recovery-codes', size: 'page', show: showRecoveryCodes },
  { name: 'security', size: 'page', show: showSecurity },
  { name: 'push-number', size: 'page', show: showPush },
  { name: 'locked', size: 'page', show: showLock },
  { name: 'people', size: 'console', show: showPeople },
  { name: 'person', size: 'console', show: showPerson, most: 1_620 },
  { name: 'reset', size: 'console', show: showReset, most: 720 },
  { name: 'trouble', size: 'console', show: (stage) => openConsole(stage, 'dana', 'trouble') },
  { name: 'rollout', size: 'console', show: showRollout, from: '.panel:has(.preview)', most: 900 },
  { name: 'invite', size: 'console', show: showInvite, from: '.panel:has(textarea)' },
  { name: 'adoption', size: 'console', show: showAdoption },
  { name: 'audit', size: 'console', show: (stage) => openConsole(stage, 'priya', 'audit') },
  { name: 'evidence', size: 'console', show: (stage) => openConsole(stage, 'priya', 'evidence') },
];

async function showLogin(stage: Stage): Promise<Page> {
  const page = await openPage(stage, '/login', 'page');
  await page.getByLabel('Username').fill(cast.grace.username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  return page;
}

async function showCode(stage: Stage): Promise<Page> {
  const page = await openPage(stage, '/login', 'page');
  await typePassword(page, 'grace');
  await page.getByLabel('Code').fill('402913');
  return page;
}

async function showEnrolment(stage: Stage): Promise<Page> {
  const page = await openPage(stage, '/login', 'page');
  await typePassword(page, 'luis');
  await page.getByRole('button', { name: 'Set it up now' }).click();
  await page.getByRole('button', { name: /Authenticator app/ }).click();
  await page.locator('.secret code').waitFor();
  const secret = (await page.locator('.secret code').textContent()) ?? '';
  stage.secrets.set('luis', secret.replaceAll(' ', ''));
  stage.pages.set('luis', page);
  return page;
}

async function showRecoveryCodes(stage: Stage): Promise<Page> {
  const page = stage.pages.get('luis');
  if (!page) throw new Error('The picture before this one opens the page.');
  await page.getByLabel('Code that the app shows').fill(stage.codeOf('luis'));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
  return page;
}

async function showSecurity(stage: Stage): Promise<Page> {
  const page = await openPage(stage, '/login', 'page');
  await typePassword(page, 'grace');
  await typeCode(page, stage, 'grace');
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  return page;
}

async function showPush(stage: Stage): Promise<Page> {
  const { username } = cast.hanna;
  stage.duo.users.set(username, { policy: 'auth', devices: [phone], verified: true });
  const { body } = await call(stage, '/auth/login', { username, password });
  const bearer = body.access_token;
  await call(stage, '/auth/mfa/enroll', { method: 'duo_push' }, bearer);
  const push = stage.duo.pushes.at(-1);
  if (push) push.decision = { result: 'allow', status: 'allow' };
  const done = await call(stage, '/auth/mfa/verify-enrollment', {}, bearer);
  if (done.status !== 200) throw new Error(`Duo is not set up: ${JSON.stringify(done.body)}`);
  const page = await openPage(stage, '/login', 'page');
  await typePassword(page, 'hanna');
  await page.locator('.push-number').waitFor();
  return page;
}

async function showLock(stage: Stage): Promise<Page> {
  const page = await openPage(stage, '/login', 'page');
  await typePassword(page, 'walter');
  for (const left of ['2 attempts are left', 'One attempt is left', 'you can try again at']) {
    await page.getByLabel('Code').fill('000000');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText(left).waitFor();
  }
  await typePassword(page, 'walter');
  await page.getByText('Codes are locked until').waitFor();
  return page;
}

async function showPeople(stage: Stage): Promise<Page> {
  const page = await openConsole(stage, 'omar', 'people');
  await page.getByLabel('Search').fill('flores');
  await page.getByText(/people were found/).waitFor();
  return page;
}

async function showPerson(stage: Stage): Promise<Page> {
  const page = await openConsole(stage, 'omar', 'people');
  await page.getByLabel('Search').fill(cast.walter.username);
  await page.getByRole('link', { name: cast.walter.username }).click();
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  await page.locator('.timeline li').first().waitFor();
  stage.pages.set('walter', page);
  return page;
}

async function showReset(stage: Stage): Promise<Page> {
  const page = stage.pages.get('walter');
  if (!page) throw new Error('The picture before this one opens the page.');
  await page.getByRole('button', { name: 'Reset the second factor' }).click();
  await page.getByLabel('Reason').fill('Lost his phone on the ferry. Showed his badge at the desk.');
  await page.getByLabel('Ticket').fill('HD-20817');
  return page;
}

async function showRollout(stage: Stage): Promise<Page> {
  const page = await openConsole(stage, 'dana', 'rollout');
  await page.getByLabel('Phase').selectOption('full');
  await page.getByLabel('Days of grace').fill('14');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await page.getByRole('heading', { name: 'Who, and when' }).waitFor();
  return page;
}

async function showInvite(stage: Stage): Promise<Page> {
  const page = await openConsole(stage, 'dana', 'invite');
  const rows = [
    'username,email,phone,roles',
    `noor.haidari,noor.haidari@${domain},+15095550187,user`,
    `${cast.grace.username},${cast.grace.username}@${domain},,user`,
    'peter.lindgren,peter.lindgren at county.example.gov,,user',
    `sofia.marino,sofia.marino@${domain},5551199,user vendor`,
  ];
  await page.getByLabel('Or paste the rows').fill(rows.join('\n'));
  await page.getByRole('button', { name: 'Preview the rows' }).click();
  await page.getByText(/rows have a fault/).waitFor();
  return page;
}

async function showAdoption(stage: Stage): Promise<Page> {
  const page = await openConsole(stage, 'dana', 'adoption');
  await page.getByRole('heading', { name: 'Over time' }).waitFor();
  return page;
}
