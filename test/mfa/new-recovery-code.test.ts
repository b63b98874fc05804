import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setPolicy } from '../support/devices.ts';
import { anotherInstance } from '../support/instance.ts';
import { eventsOf, mailsTo, vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const turn = async (on: boolean) => {
  for (const area of ['public', 'vendor'] as const) await setPolicy(world, area, { newRecoveryCode: on });
};
beforeEach(() => turn(true));
afterEach(() => turn(false));

async function enrolled() {
  const ann = await world.user();
  const factor = await ann.enrolTotp();
  const temp = async () => String((await ann.login()).body.temp_token);
  const logInWith = async (code: string) => ann.verify(await temp(), code);
  return { ...ann, ...factor, temp, logInWith };
}

const form = /^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/;
const save = 'Recovery code used. Save the new one: it will not be shown again.';

describe('a new recovery code in place of one that was used', () => {
  test('RK-5 comes with the tokens, once, where the policy of the area says so', async () => {
    const ann = await enrolled();
    const [code = ''] = ann.codes;
    const passed = await ann.logInWith(code);
    expect(passed).toMatchObject({ status: 200, body: { warning: save, backup_codes_remaining: 10 } });
    const fresh = passed.body.new_recovery_code;
    expect(fresh).toMatch(form);
    expect(ann.codes).not.toContain(fresh);
    expect((await ann.logInWith(code)).status).toBe(403);
    const again = await ann.logInWith(fresh);
    expect(again).toMatchObject({ status: 200, body: { backup_codes_remaining: 10 } });
    expect(again.body.new_recovery_code).not.toBe(fresh);
    expect((await ann.logInWith(fresh)).status).toBe(403);
  });

  test('RK-5 comes not at all where the policy does not say so, as none of the presets does', async () => {
    await turn(false);
    const ann = await enrolled();
    const { body } = await ann.logInWith(ann.codes[0] ?? '');
    expect(body).not.toHaveProperty('new_recovery_code');
    expect(body).toMatchObject({
      warning: 'Recovery code used. Please regenerate codes.',
      backup_codes_remaining: 9,
    });
    for (const preset of ['standard', 'strict', 'pci'] as const) {
      const other = await anotherInstance(world, { preset });
      expect(Object.values(other.deps.preset).map(({ newRecoveryCode }) => newRecoveryCode)).not.toContain(
        true,
      );
      await other.close();
    }
  });

  test('comes with password and code at once, and with a step-up', async () => {
    const ann = await enrolled();
    const atOnce = await ann.login('public', { mfa_token: ann.codes[0] });
    expect(atOnce).toMatchObject({ status: 200, body: { warning: save, backup_codes_remaining: 10 } });
    expect(atOnce.body.new_recovery_code).toMatch(form);
    const bearer = atOnce.body.access_token;
    const begun = await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    const raised = await ann.verify(begun.body.temp_token, atOnce.body.new_recovery_code);
    expect(raised).toMatchObject({ status: 200, body: { backup_codes_remaining: 10 } });
    expect(raised.body.new_recovery_code).toMatch(form);
  });

  test('comes with no other factor', async () => {
    const ann = await enrolled();
    const { body } = await ann.loginWithTotp(ann.secret, 'public', 1);
    expect(body).toHaveProperty('access_token');
    expect(body).not.toHaveProperty('new_recovery_code');
  });

  test('VN-4 never comes at the guard, whose answer a gateway hands to others, nor with a change', async () => {
    const vendor = await vendorWithTotp(world);
    const [guard = '', gateway = '', change = ''] = vendor.codes;
    const lifted = await vendor.sensitive(guard);
    expect(lifted).toMatchObject({ status: 200, headers: { 'x-mfa-backup-codes-remaining': '9' } });
    const how = { bearer: vendor.bearer, mfa: gateway };
    const letIn = await world.call('GET', '/auth/forward?area=vendor&mfa=required', undefined, how);
    expect(letIn).toMatchObject({ status: 200, headers: { 'x-mfa-backup-codes-remaining': '8' } });
    const begun = await world.call(
      'POST',
      '/auth/mfa/enroll',
      { method: 'totp', mfa_token: change },
      { bearer: vendor.bearer },
    );
    expect(begun.status).toBe(200);
    for (const answer of [lifted, letIn, begun])
      expect(JSON.stringify([answer.headers, answer.body])).not.toMatch(/([A-Z2-7]{4}-){5}[A-Z2-7]{4}/);
  });

  test('OT-3 comes once of many answers at once with the same code', async () => {
    const ann = await enrolled();
    const [code = '', other = ''] = ann.codes;
    const temps = [await ann.temp(), await ann.temp(), await ann.temp()];
    const answers = await Promise.all(temps.map((temp) => ann.verify(temp, code)));
    const fresh = answers.flatMap(({ body }) => body.new_recovery_code ?? []);
    expect(fresh).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await ann.logInWith(fresh[0])).body.backup_codes_remaining).toBe(10);
    expect((await ann.logInWith(other)).status).toBe(200);
  });

  test('OT-3 comes for each of two codes at once, and both new ones work', async () => {
    const ann = await enrolled();
    const [one = '', two = ''] = ann.codes;
    const [first, second] = [await ann.temp(), await ann.temp()];
    const answers = await Promise.all([ann.verify(first, one), ann.verify(second, two)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const fresh = answers.map(({ body }) => body.new_recovery_code);
    for (const code of [...fresh, ...ann.codes.slice(2, 4)])
      expect((await ann.logInWith(code)).body.backup_codes_remaining).toBe(10);
    for (const code of [one, two]) expect((await ann.logInWith(code)).status).toBe(403);
  });

  test('LC-3 is notified to its owner and audited, and neither holds it', async () => {
    const ann = await enrolled();
    const { body } = await ann.logInWith(ann.codes[0] ?? '');
    const event = (await eventsOf(world, ann.id)).find(({ type }) => type === 'mfa_recovery_code_used');
    expect(event?.detail).toMatchObject({ left: 10, renewed: true });
    const mail = (await mailsTo(world, ann.email)).find(({ text }) => text.includes('recovery code'));
    expect(mail?.text).toContain('What: 10 codes left, one of them new');
    const kept = await world.database.db
      .selectFrom('factors')
      .selectAll()
      .where('userId', '=', ann.id)
      .execute();
    const shown = JSON.stringify([event, mail, kept]);
    for (const spelling of [body.new_recovery_code, body.new_recovery_code.replaceAll('-', '')])
      expect(shown).not.toContain(spelling);
  });
});
