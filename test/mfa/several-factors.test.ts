import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { eventsOf, freshPhone, otherThan } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

type Shown = {
  factor_id: string;
  method: string;
  label: string;
  default: boolean;
  last_used_at: string | null;
};

describe('several factors', () => {
  const world = useWorld();

  const status = (bearer: string) => world.call('GET', '/auth/mfa/status', undefined, { bearer });
  const switchTo = (tempToken: string, choice: Record<string, unknown>) =>
    world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, ...choice });
  const change = (bearer: string, id: string, body: Record<string, unknown>) =>
    world.call('PATCH', `/auth/mfa/factors/${id}`, body, { bearer });

  /** Two apps, a phone and a mailbox; all of them enrolled a while ago. */
  async function wellEquipped() {
    const ann = await world.user();
    const phone = await ann.enrolTotp(undefined, { label: 'Phone' });
    wait(10);
    const tablet = await ann.enrolTotp(phone.bearer, { label: 'Tablet' });
    wait(10);
    const sms = await ann.enrolSent('sms', { phone: freshPhone() }, tablet.bearer);
    wait(10);
    const email = await ann.enrolSent('email', { email: `${ann.username}@second.example` }, sms.bearer);
    const { bearer } = email;
    wait(60);
    return { ...ann, phone, tablet, sms, email, bearer };
  }

  test('LC-2 are listed with label, default, times, and no secret', async () => {
    const ann = await wellEquipped();
    const { body } = await status(ann.bearer);
    expect(body).toMatchObject({ enabled: true, method: 'totp', backup_codes_remaining: 10 });
    expect(body.factors).toMatchObject([
      { factor_id: ann.phone.factorId, method: 'totp', label: 'Phone', hint: null, default: true },
      { factor_id: ann.tablet.factorId, method: 'totp', label: 'Tablet', hint: null, default: false },
      {
        factor_id: ann.sms.factorId,
        method: 'sms',
        label: 'Text message',
        hint: expect.stringContaining('••'),
      },
      {
        factor_id: ann.email.factorId,
        method: 'email',
        label: 'E-mail',
        hint: expect.stringContaining('•••'),
      },
    ]);
    const [first] = body.factors;
    expect(Object.keys(first).sort()).toEqual(
      ['created_at', 'default', 'factor_id', 'hint', 'label', 'last_used_at', 'method'].sort(),
    );
    expect(body.enrolled_at).toBe(first.created_at);
  });

  test('LC-2 each logs its owner in, and the list shows when it was used last', async () => {
    const ann = await wellEquipped();
    const used: Record<string, string> = {};
    const note = (id: string) => Object.assign(used, { [id]: new Date().toISOString() });

    for (const app of [ann.phone, ann.tablet]) {
      const { temp_token: tempToken } = (await ann.login()).body;
      const asked = await switchTo(tempToken, { factor_id: app.factorId });
      expect(asked.body).toMatchObject({ method: 'totp', factor_id: app.factorId, expires_in: 300 });
      expect((await ann.verify(tempToken, codeOf(app.secret))).status).toBe(200);
      note(app.factorId);
      wait(31);
    }
    for (const [method, factor] of [
      ['sms', ann.sms],
      ['email', ann.email],
    ] as const) {
      const { temp_token: tempToken } = (await ann.login()).body;
      const asked = await switchTo(tempToken, { method });
      expect(asked.body).toMatchObject({ method, factor_id: factor.factorId });
      expect((await ann.verify(tempToken, ann.lastCode(method))).status).toBe(200);
      note(factor.factorId);
      wait(31);
    }
    const shown: Shown[] = (await status(ann.bearer)).body.factors;
    expect(Object.fromEntries(shown.map((one) => [one.factor_id, one.last_used_at]))).toEqual(used);
  });

  test('LC-2 have a record of who was where: every event has an address', async () => {
    const ann = await world.user();
    const { factorId } = await ann.enrolTotp();
    const events = await eventsOf(world, ann.id);
    const added = events.find(({ type }) => type === 'mfa_factor_added');
    expect(added).toMatchObject({ factorId, method: 'totp', ip: '192.0.2.1', outcome: 'success' });
    expect(added?.at.getTime()).toBe(Date.now());
  });

  test('a login asks for the default, which its owner chooses', async () => {
    const ann = await wellEquipped();
    const begun = await ann.login();
    expect(begun.body).toMatchObject({ mfa_method: 'totp' });
    const offered = begun.body.methods.map(({ label }: { label: string }) => label);
    expect(offered.sort()).toEqual(['E-mail', 'Phone', 'Recovery code', 'Tablet', 'Text message']);
    const chosen = await change(ann.bearer, ann.sms.factorId, { default: true });
    expect(chosen.body).toMatchObject({ factor_id: ann.sms.factorId, default: true });
    const defaults = ((await status(ann.bearer)).body.factors as Shown[]).filter((one) => one.default);
    expect(defaults.map(({ factor_id: id }) => id)).toEqual([ann.sms.factorId]);
    expect((await ann.login()).body).toMatchObject({
      mfa_method: 'sms',
      challenge: { sent_to: expect.any(String) },
    });
  });

  test('a label is changed by its owner, and shown to them at login', async () => {
    const ann = await world.user();
    const { bearer, factorId } = await ann.enrolTotp();
    const label = 'Ännchens <b>Telefon</b>';
    expect((await change(bearer, factorId, { label })).body).toMatchObject({ label, default: true });
    expect((await ann.login()).body.methods).toContainEqual(
      expect.objectContaining({ factor_id: factorId, label }),
    );
    const events = (await eventsOf(world, ann.id)).map(({ type }) => type);
    expect(events).toContain('mfa_factor_changed');
  });

  test.each([
    { label: '' },
    { label: 'x'.repeat(65) },
    { label: 'a\nb' },
    { label: 'a\u0000b' },
    { label: 7 },
    { default: false },
    { is_default: true },
    { label: 'x', hint: 'x' },
    { label: 'x', user_id: 'x' },
    {},
  ])('HT-3 a change that is none is refused: %j', async (body) => {
    const ann = await world.user();
    const { bearer, factorId } = await ann.enrolTotp();
    expect((await change(bearer, factorId, body)).status).toBe(400);
  });

  test('a code of the factor that was not asked for is a wrong one, and is not spent', async () => {
    const ann = await wellEquipped();
    const { temp_token: tempToken } = (await ann.login()).body; // asks for Phone
    const code = codeOf(ann.tablet.secret);
    expect(await ann.verify(tempToken, code)).toMatchObject({ status: 403, body: { attempts_remaining: 2 } });
    await switchTo(tempToken, { factor_id: ann.tablet.factorId });
    expect((await ann.verify(tempToken, code)).status).toBe(200);
  });

  test('switching kills the challenge before, with its code', async () => {
    const ann = await wellEquipped();
    const { temp_token: tempToken } = (await ann.login()).body;
    await switchTo(tempToken, { method: 'sms' });
    const text = ann.lastCode('sms');
    await switchTo(tempToken, { factor_id: ann.phone.factorId });
    if (text !== codeOf(ann.phone.secret)) expect((await ann.verify(tempToken, text)).status).toBe(403);
    expect((await ann.verify(tempToken, codeOf(ann.phone.secret))).status).toBe(200);
  });

  test('OB-4 switching clears no count', async () => {
    const ann = await wellEquipped();
    const { temp_token: tempToken } = (await ann.login()).body;
    await ann.verify(tempToken, otherThan(codeOf(ann.phone.secret)));
    await switchTo(tempToken, { method: 'sms' });
    await ann.verify(tempToken, otherThan(ann.lastCode('sms')));
    await switchTo(tempToken, { method: 'email' });
    const third = await ann.verify(tempToken, otherThan(ann.lastCode('email')));
    expect(third).toMatchObject({ status: 403, body: { attempts_remaining: 0 } });
    expect((await switchTo(tempToken, { method: 'totp' })).status).toBe(401);
  });

  test('switching does not lengthen the life of the temp token', async () => {
    const ann = await wellEquipped();
    const { temp_token: tempToken } = (await ann.login()).body;
    wait(200);
    expect((await switchTo(tempToken, { method: 'email' })).status).toBe(200);
    wait(101);
    expect((await switchTo(tempToken, { method: 'totp' })).status).toBe(401);
    expect((await ann.verify(tempToken, codeOf(ann.phone.secret))).status).toBe(401);
  });

  test('a recovery code answers any challenge', async () => {
    const ann = await wellEquipped();
    const { temp_token: tempToken } = (await ann.login()).body;
    await switchTo(tempToken, { method: 'sms' });
    expect((await ann.verify(tempToken, ann.phone.codes[0] ?? '')).status).toBe(200);
  });

  test('HT-3 asking for a method and a factor at once is a bad request', async () => {
    const ann = await wellEquipped();
    const { temp_token: tempToken } = (await ann.login()).body;
    expect((await switchTo(tempToken, { method: 'sms', factor_id: ann.sms.factorId })).status).toBe(400);
    expect((await switchTo(tempToken, { factor_id: 'not-a-uuid' })).status).toBe(400);
    expect((await switchTo(tempToken, { method: 'carrier_pigeon' })).status).toBe(404);
  });

  test('the same number or mailbox is enrolled once', async () => {
    const ann = await world.user();
    const phone = freshPhone();
    const { bearer } = await ann.enrolSent('sms', { phone });
    wait(60);
    const again = await world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
    expect(again).toMatchObject({ status: 409, type: '/problems/factor-exists' });
  });

  test('there are at most ten', async () => {
    const ann = await world.user();
    let { bearer } = await ann.enrolTotp();
    for (let one = 0; one < 9; one += 1) bearer = (await ann.enrolTotp(bearer)).bearer;
    expect((await status(bearer)).body.factors).toHaveLength(10);
    const refused = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    expect(refused).toMatchObject({ status: 409, type: '/problems/conflict' });
  });

  test("HT-4 somebody else's are not found, and no answer distinguishes them from none", async () => {
    const ann = await wellEquipped();
    const bob = await world.user();
    const mine = await bob.enrolTotp();
    const { bearer } = mine;
    const { temp_token: tempToken } = (await bob.login()).body;
    const nobodys = '00000000-0000-4000-8000-000000000000';
    const tries = (id: string) => [
      change(bearer, id, { label: 'mine now' }),
      change(bearer, id, { default: true }),
      world.call('DELETE', `/auth/mfa/factors/${id}`, undefined, { bearer }),
      switchTo(tempToken, { factor_id: id }),
      world.call('POST', '/auth/mfa/step-up', { factor_id: id }, { bearer }),
      world.call(
        'POST',
        '/auth/mfa/verify-enrollment',
        { factor_id: id, token: codeOf(ann.phone.secret) },
        { bearer },
      ),
    ];
    const plain = (answers: Awaited<ReturnType<typeof change>>[]) =>
      answers.map((one) => ({ status: one.status, body: { ...one.body, instance: null } }));
    const foreign = plain(await Promise.all(tries(ann.phone.factorId)));
    expect(foreign.map((one) => one.status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(foreign).toEqual(plain(await Promise.all(tries(nobodys))));
    const shown: Shown[] = (await status(ann.bearer)).body.factors;
    expect(shown).toContainEqual(
      expect.objectContaining({ factor_id: ann.phone.factorId, label: 'Phone', default: true }),
    );
    expect((await bob.verify(tempToken, codeOf(mine.secret))).status).toBe(200);
  });

  test('HT-4 what is not found spends no code', async () => {
    const ann = await world.user();
    const bob = await world.user();
    const theirs = await ann.enrolTotp();
    const { secret, bearer } = await bob.enrolTotp();
    wait(301);
    const mfa = codeOf(secret);
    const removed = await world.call('DELETE', `/auth/mfa/factors/${theirs.factorId}`, undefined, {
      bearer,
      mfa,
    });
    expect(removed.status).toBe(404);
    const renamed = await change(bearer, theirs.factorId, { label: 'x', mfa_token: mfa });
    expect(renamed.status).toBe(404);
    expect((await bob.loginWithTotp(secret)).status).toBe(200);
  });

  test('the recovery codes are no factor that could be renamed, made default or removed', async () => {
    const ann = await world.user();
    const { bearer } = await ann.enrolTotp();
    const { id } = await world.database.db
      .selectFrom('factors')
      .select('id')
      .where('userId', '=', ann.id)
      .where('isBackup', '=', true)
      .executeTakeFirstOrThrow();
    expect((await change(bearer, id, { default: true })).status).toBe(404);
    expect((await world.call('DELETE', `/auth/mfa/factors/${id}`, undefined, { bearer })).status).toBe(404);
  });
});
