import { beforeEach, describe, expect, test } from 'vitest';
import { notifyReady } from '../../src/features/recovery/recovery-job.ts';
import { makeShares } from '../../src/features/user-admin/break-glass.ts';
import { codeOf, wait } from '../support/actor.ts';
import { because, house, notMeToken, report, setRules } from '../support/approvals.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { allowPasskeys, passkeyActions, withPasskey } from '../support/passkeys.ts';
import { allowRecovery, hour, recovering } from '../support/recovery.ts';
import { freshPhone, mailsTo } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { linkIn, noticesTo, telephoneOwner } from '../support/text-notices.ts';
import { useRestoredWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useRestoredWorld('rules of approval and policies are for all users');
const { logIn } = passkeyActions(world);

const told = (what: string, end: string) => expect.stringMatching(new RegExp(`^Sallyport: ${what} ${end}`));
const stopIt = 'Not you\\? Stop it: http://127\\.0\\.0\\.1:3000/not-me#token=[\\w-]{43}$';
const lockIt = 'Not you\\? Lock your account: http://127\\.0\\.0\\.1:3000/not-me#token=[\\w-]{43}$';

describe('LC-3 an owner with a telephone and no mailbox hears of a request, and stops it', () => {
  type Asking = (who: Record<'harry' | 'ada', Staff>, id: string) => Promise<{ status: number }>;
  const inAnHour = () => new Date(Date.now() + hour * 1000).toISOString();
  const asks: readonly (readonly [string, string, Asking])[] = [
    [
      'mfa_reset',
      'Somebody asks to remove your second factors\\.',
      ({ harry }, id) => harry.post(`/admin/users/${id}/mfa/reset`, because),
    ],
    [
      'bypass_code',
      'Somebody asks for a bypass code for your account\\.',
      ({ harry }, id) => harry.post(`/admin/users/${id}/bypass-codes`, because),
    ],
    [
      'password_reset',
      'Somebody asks to cancel your password\\.',
      ({ harry }, id) => harry.post(`/admin/users/${id}/password-reset`, because),
    ],
    [
      'exemption',
      'Somebody asks to exempt your account from the second factor\\.',
      ({ ada }, id) => ada.post('/admin/exemptions', { user_id: id, reason: 'waits', ends_at: inAnHour() }),
    ],
    [
      'admin_role',
      'Somebody asks to make your account an administrator\\.',
      ({ ada }, id) => ada.act('PATCH', `/admin/users/${id}`, { roles: ['admin', 'user'], ...because }),
    ],
  ];

  test.each(asks)('%s', async (_action, what, ask) => {
    const { harry, ada } = await house(world);
    const ann = await telephoneOwner(world);
    expect((await ask({ harry, ada }, ann.id)).status).toBe(202);
    const texts = await noticesTo(world, ann.phone);
    expect(texts).toEqual([told(what, stopIt)]);
    expect((await report(world, linkIn(texts[0]))).status).toBe(204);
    const { body } = await ada.get('/admin/approvals');
    expect(body.approvals[0]).toMatchObject({ state: 'stopped' });
  });
});

describe('LC-3 an owner with a telephone hears of what was done, and locks the account', () => {
  let desk: Staff;
  beforeEach(async () => {
    desk = await staff(world, 'helpdesk');
  });
  const isLocked = async (id: string) => (await desk.get(`/admin/users/${id}`)).body.status === 'disabled';

  async function hears(ann: { readonly id: string; readonly phone: string }, what: string) {
    const texts = await noticesTo(world, ann.phone);
    expect(texts).toEqual([told(what, lockIt)]);
    expect(await isLocked(ann.id)).toBe(false);
    expect((await report(world, linkIn(texts[0]))).status).toBe(204);
    expect(await isLocked(ann.id)).toBe(true);
  }

  test('the helpdesk removed the factors: at the number that was removed', async () => {
    const ann = await telephoneOwner(world);
    expect((await desk.post(`/admin/users/${ann.id}/mfa/reset`, because)).status).toBe(204);
    await hears(ann, 'The helpdesk removed your second factors\\.');
  });

  test('the helpdesk made a bypass code', async () => {
    const ann = await telephoneOwner(world);
    expect((await desk.post(`/admin/users/${ann.id}/bypass-codes`, because)).status).toBe(201);
    await hears(ann, 'The helpdesk made a bypass code for your account\\.');
  });

  test('the helpdesk cancelled the password', async () => {
    const ann = await telephoneOwner(world, {});
    expect((await desk.post(`/admin/users/${ann.id}/password-reset`, because)).status).toBe(204);
    await hears(ann, 'The helpdesk cancelled your password\\.');
  });

  test('the password was set by the link of a mail', async () => {
    const ann = await telephoneOwner(world, {});
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    expect(await noticesTo(world, ann.phone)).toEqual([]); // anybody can ask for the link
    expect((await reset(world, token)).status).toBe(204);
    await hears(ann, 'Your password was reset by mail\\.');
  });

  test('the address was changed', async () => {
    const root = await staff(world);
    const ann = await telephoneOwner(world);
    await root.act('PATCH', `/admin/users/${ann.id}`, { email: 'thief@example.com' });
    await hears(ann, 'The mail address or phone number of your account was changed\\.');
  });

  test('a factor was removed', async () => {
    const ann = await telephoneOwner(world);
    const { bearer } = await ann.enrolTotp(ann.bearer);
    const path = `/auth/mfa/factors/${ann.factorId}`;
    expect((await world.call('DELETE', path, undefined, { bearer })).status).toBe(204);
    await hears(ann, 'A second factor was removed from your account\\.');
  });

  test('two-factor login was switched off', async () => {
    const ann = await telephoneOwner(world);
    const { bearer, password } = ann;
    const off = await world.call('POST', '/auth/mfa/disable', { password }, { bearer });
    expect(off.status).toBe(200);
    await hears(ann, 'Two-factor login was switched off for your account\\.');
  });

  test('the password was given up', async () => {
    await allowPasskeys(world, 'public');
    const ann = await withPasskey(world);
    const phone = freshPhone();
    await ann.enrolSent('sms', { phone }, ann.bearer);
    const bearer: string = (await logIn(ann.key)).body.access_token;
    expect((await world.call('DELETE', '/auth/password', undefined, { bearer })).status).toBe(204);
    await hears({ ...ann, phone }, 'Your account has no password any more\\.');
  });
});

describe('LC-3 an owner whose mailbox somebody else reads hears of a recovery', () => {
  async function begun() {
    await allowRecovery(world);
    const ann = await telephoneOwner(world, {});
    await mailsTo(world);
    const thief = recovering(world);
    return { ann, thief, code: await thief.begun(ann) };
  }
  const stop = async (text: string | undefined) =>
    expect((await report(world, linkIn(text))).status).toBe(204);

  test('when it begins, and stops it', async () => {
    const { ann, thief, code } = await begun();
    const texts = await noticesTo(world, ann.phone);
    expect(texts).toEqual([told('Somebody who reads your mail begins to recover your account\\.', stopIt)]);
    await stop(texts[0]);
    expect((await thief.state(code)).status).toBe(401);
  });

  test('when it is proven, when the wait is over, and when it is done', async () => {
    const { ann, thief, code } = await begun();
    await thief.show(code, { recovery_code: ann.codes[0] });
    await thief.ask(code, { factor_id: ann.factorId });
    await noticesTo(world, ann.phone);
    await thief.show(code, { address_code: ann.lastCode('sms') });
    const [proven] = await noticesTo(world, ann.phone);
    expect(proven).toEqual(told('The recovery of your account was proven, and now waits\\.', stopIt));
    wait(24 * hour);
    await notifyReady(world.deps, new Date());
    const [ready] = await noticesTo(world, ann.phone);
    expect(ready).toEqual(told('The recovery of your account can be finished now\\.', stopIt));
    expect((await thief.newApp(code)).answer.status).toBe(200);
    const [done] = await noticesTo(world, ann.phone);
    expect(done).toEqual(told('Your account was recovered with a new second factor\\.', lockIt));
  });

  test.each(['proven', 'ready'])('and stops it when it is %s', async (when) => {
    const { ann, thief, code } = await begun();
    await thief.show(code, { recovery_code: ann.codes[0] });
    await thief.ask(code, { factor_id: ann.factorId });
    await noticesTo(world, ann.phone);
    await thief.show(code, { address_code: ann.lastCode('sms') });
    if (when === 'ready') {
      await noticesTo(world, ann.phone);
      wait(24 * hour);
      await notifyReady(world.deps, new Date());
    }
    await stop((await noticesTo(world, ann.phone)).at(-1));
    expect((await thief.state(code)).status).toBe(401);
  });
});

test('BG-1 an administrator whom recovery shares open hears of it, without a link: the account was locked before', async () => {
  const ada = await staff(world);
  const phone = freshPhone();
  await ada.enrolSent('sms', { phone }, ada.bearer);
  const shares = await makeShares(world.deps, consoleContext(), { shares: 3, needed: 2 });
  await world.call('POST', '/auth/break-glass', { shares: shares.slice(1), username: ada.username });
  expect(await noticesTo(world, phone)).toEqual([
    'Sallyport: Recovery shares opened your administrator account. Not agreed? Tell your administrators now.',
  ]);
});

describe('which telephones hear of it', () => {
  test('each number of a factor, in the language of the owner; the mail goes too, and its link is the same', async () => {
    const desk = await staff(world, 'helpdesk');
    const ann = await telephoneOwner(world, {});
    const second = freshPhone();
    const { bearer } = await ann.enrolSent('sms', { phone: second }, ann.bearer);
    await world.call('PATCH', '/auth/me', { language: 'es' }, { bearer });
    await mailsTo(world);
    await desk.post(`/admin/users/${ann.id}/mfa/reset`, because);
    const sent: string[] = [];
    const texts = await noticesTo(world, ann.phone, { sendSms: async ({ to }) => void sent.push(to) });
    expect(sent.sort()).toEqual([ann.phone, second].sort());
    expect(texts).toEqual([
      expect.stringMatching(
        /^Sallyport: El servicio de ayuda ha quitado sus segundos factores\. ¿No fue usted\?/,
      ),
    ]);
    expect(await notMeToken(world, ann.email)).toBe(linkIn(texts[0]));
  });

  test('no number that nobody has proved: that of the account, and that of an enrolment that goes on', async () => {
    const desk = await staff(world, 'helpdesk');
    const [contact, pending] = [freshPhone(), freshPhone()];
    const ann = await world.user({ phone: contact });
    const { bearer } = await ann.enrolTotp();
    await world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone: pending }, { bearer });
    await desk.post(`/admin/users/${ann.id}/mfa/reset`, because);
    for (const phone of [contact, pending]) expect(await noticesTo(world, phone)).toEqual([]);
  });

  test('no text tells of a login, of a factor that was added, or of a lock', async () => {
    const ann = await telephoneOwner(world, {});
    await mailsTo(world);
    const { secret, bearer } = await ann.enrolTotp(ann.bearer);
    await ann.loginWithTotp(secret);
    const challenge = (await ann.login()).body.temp_token;
    for (const wrong of ['000000', '111111', '222222', '333333']) await ann.verify(challenge, wrong);
    const change = {
      old_password: ann.password,
      new_password: 'nine folded maps',
      mfa_token: codeOf(secret),
    };
    await world.call('POST', '/auth/password', change, { bearer });
    wait(hour);
    expect((await mailsTo(world, ann.email)).length).toBeGreaterThan(1);
    expect(await noticesTo(world, ann.phone)).toEqual([]);
  });

  test('an approval that is taken back or carried out sends no second text about the request', async () => {
    const { harry, hedy, ask } = await house(world);
    const ann = await telephoneOwner(world);
    const id = await ask(harry, ann.id);
    await hedy.post(`/admin/approvals/${id}/refuse`, {});
    expect(await noticesTo(world, ann.phone)).toHaveLength(1);
    await setRules(world, 'none');
  });
});
