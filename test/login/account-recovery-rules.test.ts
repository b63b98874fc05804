import { describe, expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { again, setRules } from '../support/approvals.ts';
import { allowRecovery, approvedBy, clerk, hour, namedColleague, recovering } from '../support/recovery.ts';
import { mailsTo } from '../support/second-factor.ts';
import { policyOf, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('policies and the rules for approvals are for everybody');
const day = 24 * hour;

describe('RK-8: the policy of an area', () => {
  test('has no recovery in any preset', async () => {
    const admin = await staff(world);
    for (const area of ['public', 'admin', 'vendor', 'service']) {
      const { presets } = (await admin.get(`/admin/areas/${area}/presets`)).body;
      for (const name of ['standard', 'strict', 'pci', 'cjis', 'nydfs'])
        expect(presets[name].account_recovery, `${name} ${area}`).toBeNull();
    }
  });

  test.each([
    ['public', { from: ['recovery_code'], wait_hours: 24 }, 'At least two kinds'],
    ['public', { from: ['address', 'address'], wait_hours: 24 }, 'Each once'],
    ['public', { from: [], wait_hours: 24 }, 'At least two kinds'],
    ['vendor', { from: ['device', 'address'], wait_hours: 24 }, 'No device'],
    ['admin', { from: ['recovery_code', 'address'], wait_hours: 24 }, 'With colleague'],
    ['admin', { from: ['recovery_code', 'colleague'], wait_hours: 23 }, 'At least 24'],
    ['service', { from: ['recovery_code', 'colleague'], wait_hours: 24 }, 'Must be null'],
    ['public', { from: ['recovery_code', 'address'], wait_hours: 3 }, '4'],
    ['public', { from: ['recovery_code', 'address'], wait_hours: 169 }, '168'],
    ['public', { from: ['mailbox', 'address'], wait_hours: 24 }, 'Must be one of'],
  ])('of %s refuses %j', async (area, account_recovery, why) => {
    const admin = await staff(world);
    const answer = await admin.put(`/admin/areas/${area}`, await policyOf(admin, area, { account_recovery }));
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body.errors)).toContain(why);
  });

  test('is that of the preset where an older client says nothing', async () => {
    const admin = await allowRecovery(world, ['recovery_code', 'address']);
    const { account_recovery: _, ...older } = await policyOf(admin, 'public');
    const { body } = await admin.put('/admin/areas/public', older);
    expect(body.policy.account_recovery).toBeNull();
  });
});

describe('a kind that the policy does not name', () => {
  test('is no way, and counts for nothing', async () => {
    await allowRecovery(world, ['recovery_code', 'colleague']);
    const ann = await clerk(world);
    const her = recovering(world);
    const code = await her.begun(ann);
    expect((await her.state(code)).body.ways).toEqual(['recovery_code']);
    for (const answer of [
      await her.ask(code, { factor_id: ann.addressId }),
      await her.show(code, { address_code: '123456' }),
      await her.show(code, { trusted_device: 'x'.repeat(43), password: ann.password }),
    ])
      expect(answer.body.type).toBe('/problems/method-not-allowed');
  });

  test('counts no more where the policy drops it during the wait, and a longer wait holds at once', async () => {
    const admin = await allowRecovery(world);
    const ann = await clerk(world);
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.show(code, { recovery_code: ann.codes[0] });
    await her.ask(code, { factor_id: ann.addressId });
    await her.show(code, { address_code: ann.lastCode('email') });
    const change = async (from: string[], wait_hours: number) => {
      const by = await again(world, admin);
      const policy = await policyOf(by, 'public', { account_recovery: { from, wait_hours } });
      expect((await by.act('PUT', '/admin/areas/public', policy)).status).toBe(200);
      wait(60);
    };
    wait(day - 60);
    await change(['recovery_code', 'address'], 48);
    expect((await her.finish(code)).body.reason).toBe('recovery_waiting');
    await change(['recovery_code', 'colleague'], 24);
    expect((await her.finish(code)).body.reason).toBe('recovery_unproven');
    await change(['recovery_code', 'address'], 24);
    expect((await her.finish(code)).status).toBe(200);
  });

  test('a policy that is switched off ends every recovery and sends no link', async () => {
    const admin = await allowRecovery(world);
    const ann = await clerk(world);
    const her = recovering(world);
    const code = await her.begun(ann);
    const fresh = await again(world, admin);
    const off = await policyOf(fresh, 'public', { account_recovery: null });
    expect((await fresh.act('PUT', '/admin/areas/public', off)).status).toBe(200);
    expect((await her.state(code)).status).toBe(401);
    await mailsTo(world);
    await her.request(ann.username);
    expect(await mailsTo(world, ann.email)).toEqual([]);
  });
});

describe('an account of several areas', () => {
  test('follows the strictest of them: off in one is off', async () => {
    await allowRecovery(world);
    const vendor = await world.user({ roles: ['user', 'vendor'] });
    await vendor.enrolTotp();
    await mailsTo(world);
    await recovering(world).request(vendor.username);
    expect(await mailsTo(world, vendor.email)).toEqual([]);
  });

  test('takes the longest wait, and only the kinds of all', async () => {
    const admin = await allowRecovery(world);
    const change = { account_recovery: { from: ['recovery_code', 'colleague'], wait_hours: 72 } };
    await admin.put('/admin/areas/vendor', await policyOf(admin, 'vendor', change));
    const vendor = await world.user({ roles: ['user', 'vendor'] });
    const { codes } = await vendor.enrolTotp();
    const his = recovering(world);
    const code = await his.begun(vendor);
    expect((await his.state(code)).body).toMatchObject({ ways: ['recovery_code'], wait_hours: 72 });
    expect((await his.show(code, { recovery_code: codes[0] })).body.state).toBe('open');
  });
});

describe('an account that can act on others', () => {
  test('needs a colleague who could approve a reset of its factors', async () => {
    const admin = await allowRecovery(world, undefined, { areas: ['public', 'admin'] });
    const harry = await staff(world, 'helpdesk');
    const address = await harry.enrolSent('email', { email: 'harry@example.net' }, harry.bearer);
    const colleague = await world.user();
    const totp = await colleague.enrolTotp();
    const body = { colleagues: [colleague.username, admin.username] };
    await world.call('PUT', '/auth/recovery/colleagues', body, { bearer: address.bearer });
    for (const bearer of [totp.bearer, admin.bearer])
      await world.call('POST', `/auth/recovery/named-by/${harry.id}`, { agrees: true }, { bearer });
    wait(60);
    const his = recovering(world);
    const code = await his.begun(harry);
    expect((await his.state(code)).body).toMatchObject({ needs_colleague: true, wait_hours: 24 });
    await his.show(code, { recovery_code: harry.codes[0] });
    await his.ask(code, { factor_id: address.factorId });
    const two = await his.show(code, { address_code: harry.lastCode('email') });
    expect(two.body).toMatchObject({ shown: ['recovery_code', 'address'], state: 'open' });
    await his.ask(code, { colleagues: true });
    const refused = await approvedBy(world, totp.bearer);
    expect(refused.answer.body).toMatchObject({ status: 403, reason: 'wrong_role' });
    const { code: spoken } = await approvedBy(world, admin.bearer);
    expect((await his.show(code, { colleague_code: spoken })).body.state).toBe('waiting');
    wait(day);
    expect((await his.newApp(code)).answer.status).toBe(200);
  });
});

describe('RK-8: a rule for the reset of factors', () => {
  test('is no way around: a second person takes part, and its wait holds', async () => {
    await allowRecovery(world);
    await setRules(world, 'second_person_and_wait', 48);
    const ann = await clerk(world);
    const hedy = await staff(world, 'helpdesk');
    await namedColleague(world, ann, hedy);
    const her = recovering(world);
    const code = await her.begun(ann);
    expect((await her.state(code)).body).toMatchObject({ needs_colleague: true, wait_hours: 48 });
    await her.show(code, { recovery_code: ann.codes[0] });
    await her.ask(code, { factor_id: ann.addressId });
    expect((await her.show(code, { address_code: ann.lastCode('email') })).body.state).toBe('open');
    await her.ask(code, { colleagues: true });
    const { code: spoken } = await approvedBy(world, hedy.bearer);
    expect((await her.show(code, { colleague_code: spoken })).body.state).toBe('waiting');
    wait(day);
    expect((await her.finish(code)).body.reason).toBe('recovery_waiting');
    wait(day);
    expect((await her.newApp(code)).answer.status).toBe(200);
  });

  test('that comes during the wait holds for it too', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.show(code, { recovery_code: ann.codes[0] });
    await her.ask(code, { factor_id: ann.addressId });
    await her.show(code, { address_code: ann.lastCode('email') });
    await setRules(world, 'second_person');
    wait(day);
    expect((await her.finish(code)).body.reason).toBe('recovery_unproven');
  });

  test('lets no clerk of the same house approve, and nobody of the same address', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const twin = await world.user({ email: ann.email });
    const totp = await twin.enrolTotp();
    const body = { colleagues: [twin.username] };
    await world.call('PUT', '/auth/recovery/colleagues', body, { bearer: ann.bearer });
    const agree = `/auth/recovery/named-by/${ann.id}`;
    const agreed = await world.call('POST', agree, { agrees: true }, { bearer: totp.bearer });
    expect(agreed.status).toBe(404);
  });
});

describe('a colleague', () => {
  test('who is disabled, or no longer named, during the wait: the approval counts no more', async () => {
    const admin = await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.ask(code, { colleagues: true });
    const { code: spoken } = await approvedBy(world, bob.bearer);
    await her.show(code, { colleague_code: spoken });
    await her.show(code, { recovery_code: ann.codes[0] });
    await admin.act('PATCH', `/admin/users/${bob.id}`, { status: 'disabled' });
    wait(day);
    expect((await her.finish(code)).body.reason).toBe('recovery_unproven');
  });

  test('needs a factor that is no mail', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await world.user();
    const mailbox = await bob.enrolSent('email', { email: 'bob@example.net' });
    const body = { colleagues: [bob.username] };
    await world.call('PUT', '/auth/recovery/colleagues', body, { bearer: ann.bearer });
    const agree = `/auth/recovery/named-by/${ann.id}`;
    await world.call('POST', agree, { agrees: true }, { bearer: mailbox.bearer });
    wait(1);
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.ask(code, { colleagues: true });
    const { answer } = await approvedBy(world, mailbox.bearer);
    expect(answer.body.type).toBe('/problems/mfa-token-required');
  });

  test('can decline, and a user can name at most three, not themselves, and not without end', async () => {
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const decline = { agrees: false };
    const naming = `/auth/recovery/named-by/${ann.id}`;
    expect((await world.call('POST', naming, decline, { bearer: bob.bearer })).status).toBe(204);
    expect((await world.call('POST', naming, decline, { bearer: bob.bearer })).status).toBe(404);
    const name = (...colleagues: string[]) =>
      world.call('PUT', '/auth/recovery/colleagues', { colleagues }, { bearer: ann.bearer });
    for (const names of [['a', 'b', 'c', 'd'], ['bob', 'BOB'], [ann.username]])
      expect((await name(...names)).status, names.join()).toBe(400);
    for (let more = 0; more < 5; more += 1) expect((await name('bob')).status).toBe(200);
    expect((await name('bob')).body).toMatchObject({ status: 429, reason: 'send' });
  });
});
