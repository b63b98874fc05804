import { describe, expect, test } from 'vitest';
import { finishRecovery, writeShown } from '../../src/features/recovery/recovery-store.ts';
import { codeOf, wait } from '../support/actor.ts';
import {
  allowRecovery,
  approvedBy,
  clerk,
  everyKind,
  hour,
  namedColleague,
  recovering,
  recoveryLink,
} from '../support/recovery.ts';
import {
  dumpDatabase,
  eventTypesOf,
  freshPhone,
  mailsTo,
  otherThan,
  tally,
  throttleOf,
  unknownRecoveryCode,
} from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const day = 24 * hour;

/** The clerk, and a thief who reads her mailbox and has begun. */
async function mailboxThief() {
  await allowRecovery(world);
  const ann = await clerk(world);
  await mailsTo(world);
  const thief = recovering(world, '203.0.113.9');
  const code = await thief.begun(ann);
  return { ann, thief, code };
}

/** A recovery that is proven and waits. */
async function proven() {
  await allowRecovery(world);
  const ann = await clerk(world);
  const her = recovering(world);
  const code = await her.begun(ann);
  await her.show(code, { recovery_code: ann.codes[0] });
  await her.ask(code, { factor_id: ann.addressId });
  expect((await her.show(code, { address_code: ann.lastCode('email') })).body.state).toBe('waiting');
  return { ann, her, code };
}

describe('RK-8: a thief with', () => {
  test('the mailbox alone: begins, gets nowhere, and the owner hears of it elsewhere', async () => {
    const { ann, thief, code } = await mailboxThief();
    const [letter] = await mailsTo(world, ann.second);
    expect(letter?.subject).toBe('Somebody who reads your mail begins to recover your account');
    expect((await thief.finish(code)).body).toMatchObject({ status: 409, reason: 'recovery_unproven' });
    wait(2 * day);
    expect((await thief.finish(code)).status).toBe(401);
  });

  test('the mailbox: her own mailbox is no second address', async () => {
    await allowRecovery(world);
    const ann = await world.user();
    const totp = await ann.enrolTotp();
    const own = await ann.enrolSent('email', { email: ann.email?.toUpperCase() }, totp.bearer);
    wait(60);
    const thief = recovering(world);
    const code = await thief.begun(ann);
    const { ways, addresses } = (await thief.state(code)).body;
    expect({ ways, addresses }).toEqual({ ways: ['recovery_code'], addresses: [] });
    expect((await thief.ask(code, { factor_id: own.factorId })).status).toBe(404);
  });

  test('the mailbox and the SIM card, and a third address: they are one kind', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const phone = await ann.enrolSent('sms', { phone: freshPhone() }, ann.bearer);
    wait(60);
    const thief = recovering(world);
    const code = await thief.begun(ann);
    await thief.ask(code, { factor_id: phone.factorId });
    expect((await thief.show(code, { address_code: ann.lastCode('sms') })).body.shown).toEqual(['address']);
    for (const answer of [
      await thief.ask(code, { factor_id: ann.addressId }),
      await thief.show(code, { address_code: ann.lastCode('email') }),
    ])
      expect(answer.body).toMatchObject({ status: 409, reason: 'recovery_proven' });
    wait(day - 1);
    expect((await thief.finish(code)).body.reason).toBe('recovery_unproven');
  });

  test('the mailbox, who reads along while the owner recovers: no letter has what it takes to go on', async () => {
    const { ann, code } = await proven();
    wait(day);
    const letters = await mailsTo(world, ann.email);
    const all = letters.map(({ text, html }) => `${text}${html}`).join('\n');
    expect(all).not.toContain(code);
    const tokens = [...all.matchAll(/#token=([\w-]{43})/g)].map(([, token = '']) => token);
    expect(tokens.length).toBeGreaterThan(1);
    const thief = recovering(world);
    for (const token of tokens) {
      expect((await thief.finish(token)).status).toBe(401);
      expect((await thief.begin(token)).status).toBe(401);
    }
  });

  test('the mailbox, who sets a new password by it: the trusted device is over, and so is the recovery', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const trusted_device = await trustedDevice(ann);
    const thief = recovering(world);
    const first = await thief.begun(ann);
    await world.call('POST', '/auth/password/forgot', { username: ann.username });
    const mail = (await mailsTo(world, ann.email)).findLast(({ text }) => text.includes('/reset#token='));
    const password = 'nine folded maps';
    const token = /#token=([\w-]{43})$/m.exec(mail?.text ?? '')?.[1];
    await world.call('POST', '/auth/password/reset', { token, new_password: password });
    expect((await thief.state(first)).status).toBe(401);
    const code = await thief.begun(ann);
    expect((await thief.state(code)).body.ways).not.toContain('device');
    expect((await thief.show(code, { trusted_device, password })).status).toBe(403);
  });

  test('the trusted device, and not the password', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const trusted_device = await trustedDevice(ann);
    const thief = recovering(world);
    const code = await thief.begun(ann);
    const wrong = { trusted_device, password: 'six dry parasols' };
    expect((await thief.show(code, wrong)).body.type).toBe('/problems/invalid-password');
    for (let tries = 0; tries < 10; tries += 1) await thief.show(code, wrong);
    const right = await thief.show(code, { trusted_device, password: ann.password });
    expect(right).toMatchObject({ status: 429, body: { reason: 'password' } });
  });

  test('the trusted device and the password: one kind; and a copied token ends the trust', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const trusted_device = await trustedDevice(ann);
    const thief = recovering(world);
    const code = await thief.begun(ann);
    const first = await thief.show(code, { trusted_device, password: ann.password });
    expect(first.body).toMatchObject({ shown: ['device'], state: 'open' });
    wait(60);
    const again = await thief.begun(ann);
    expect((await thief.show(again, { trusted_device, password: ann.password })).status).toBe(403);
    expect(await eventTypesOf(world, ann.id)).toContain('trusted_device_reuse');
    const stolen = { trusted_device: first.body.trusted_device, password: ann.password };
    expect((await thief.show(again, stolen)).status).toBe(403);
  });

  test('an accomplice who is a named colleague: one kind, and not without the mailbox', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const thief = recovering(world);
    expect((await approvedBy(world, bob.bearer)).answer.status).toBe(400); // there is no request
    const code = await thief.begun(ann);
    await thief.ask(code, { colleagues: true });
    const { code: spoken } = await approvedBy(world, bob.bearer);
    expect((await thief.show(code, { colleague_code: spoken })).body).toMatchObject({
      shown: ['colleague'],
      state: 'open',
    });
    expect((await thief.finish(code)).body.reason).toBe('recovery_unproven');
  });

  test('an accomplice who was named after the recovery began, or has not agreed before', async () => {
    const { ann, thief, code } = await mailboxThief();
    const bob = await namedColleague(world, ann);
    await thief.ask(code, { colleagues: true });
    const seen = await world.call('GET', '/auth/recovery/colleagues', undefined, { bearer: bob.bearer });
    expect(seen.body.requests).toEqual([]);
    const { recoveries } = (
      await world.call('GET', '/auth/recovery/colleagues', undefined, { bearer: ann.bearer })
    ).body;
    const approve = `/auth/recovery/requests/${recoveries[0].id}/approve`;
    expect((await world.call('POST', approve, {}, { bearer: bob.bearer })).status).toBe(404);
  });

  test('an address that an accomplice has just written into the account: the old one has a day to say no', async () => {
    const admin = await allowRecovery(world, everyKind, { waitHours: 4 });
    const ann = await clerk(world);
    const email = `thief-of-${ann.username}@example.com`;
    expect((await admin.act('PATCH', `/admin/users/${ann.id}`, { email })).status).toBe(200);
    wait(day - hour);
    const thief = recovering(world, '203.0.113.9');
    const code = await thief.begun({ username: ann.username, email });
    await thief.ask(code, { factor_id: ann.addressId });
    await thief.show(code, { address_code: ann.lastCode('email') });
    expect((await thief.show(code, { recovery_code: ann.codes[0] })).body.state).toBe('waiting');
    wait(5 * hour);
    expect((await thief.finish(code)).body.reason).toBe('recovery_waiting');
    wait(day - 5 * hour);
    expect((await thief.finish(code)).status).toBe(200);
  });

  test('a stolen session without a fresh factor: names no colleague', async () => {
    const ann = await clerk(world);
    wait(301);
    const body = { colleagues: ['mallory'] };
    const named = await world.call('PUT', '/auth/recovery/colleagues', body, { bearer: ann.bearer });
    expect(named.body.type).toBe('/problems/mfa-token-required');
  });
});

describe('guessing', () => {
  test('is paid for before it is compared: recovery codes and codes of an address share the second factor’s three', async () => {
    const { ann, thief, code } = await mailboxThief();
    await thief.ask(code, { factor_id: ann.addressId });
    const wrong = otherThan(ann.lastCode('email'));
    await thief.show(code, { address_code: wrong });
    await thief.show(code, { recovery_code: unknownRecoveryCode });
    await thief.show(code, { address_code: wrong });
    const right = await thief.show(code, { address_code: ann.lastCode('email') });
    expect(right).toMatchObject({ status: 429, body: { reason: 'second_factor' } });
    expect((await throttleOf(world, ann.id)).failed).toBe(3);
  });

  test('the code of a colleague ends after five tries, also at once', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const thief = recovering(world);
    const code = await thief.begun(ann);
    await thief.ask(code, { colleagues: true });
    expect((await thief.show(code, { colleague_code: '123456789' })).status).toBe(403); // no code yet, and no try
    const { code: spoken } = await approvedBy(world, bob.bearer);
    const wrong = spoken === '000000000' ? '000000001' : '000000000';
    const tries = await Promise.all(
      Array.from({ length: 8 }, () => thief.show(code, { colleague_code: wrong })),
    );
    expect(tally(tries)).toEqual({ 'mfa-token-invalid': 8 });
    expect((await thief.show(code, { colleague_code: spoken })).status).toBe(403);
    expect((await thief.show(code, { colleague_code: '12345678' })).status).toBe(400);
  });

  test('a code of a colleague is for one recovery', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const [her, thief] = [recovering(world), recovering(world, '203.0.113.9')];
    const [mine, other] = [await her.begun(ann), await thief.begun(ann)];
    await her.ask(mine, { colleagues: true });
    const { code: spoken } = await approvedBy(world, bob.bearer);
    expect((await thief.show(other, { colleague_code: spoken })).status).toBe(403);
    expect((await her.show(mine, { colleague_code: spoken })).status).toBe(200);
  });
});

describe('RK-8: once', () => {
  test('a link begins one recovery, also at once', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const her = recovering(world);
    await her.request(ann.username);
    const link = await recoveryLink(world, ann.email);
    const begun = await Promise.all(Array.from({ length: 8 }, () => her.begin(link)));
    expect(tally(begun)).toEqual({ '200': 1, 'invalid-token': 7 });
    await her.request(ann.username);
    const old = await recoveryLink(world, ann.email);
    wait(30 * 60);
    expect((await her.begin(old)).status).toBe(401);
  });

  test('a recovery code serves one recovery, also at once', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const her = recovering(world);
    const codes = [await her.begun(ann), await her.begun(ann)];
    const shown = await Promise.all(codes.map((code) => her.show(code, { recovery_code: ann.codes[0] })));
    expect(shown.filter(({ status }) => status === 200)).toHaveLength(1);
    wait(900);
    const third = await her.begun(ann);
    expect((await her.show(third, { recovery_code: ann.codes[0] })).status).toBe(403);
  });

  test('one of several new factors is confirmed, also at once, and then nothing goes on', async () => {
    const { ann, her, code } = await proven();
    wait(day);
    const bearers = await Promise.all(
      [1, 2].map(async () => (await her.finish(code)).body.enrollment_token as string),
    );
    const totp = (await her.enroll(bearers[0] ?? '')).body;
    const sms = (await her.enroll(bearers[1] ?? '', { method: 'sms', phone: freshPhone() })).body;
    const done = await Promise.all([
      her.confirm(code, { factor_id: totp.factor_id, token: codeOf(totp.secret, -1) }),
      her.confirm(code, { factor_id: sms.factor_id, token: ann.lastCode('sms') }),
    ]);
    expect(done.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of [await her.finish(code), await her.state(code)]) expect(answer.status).toBe(401);
    expect((await her.enroll(bearers[0] ?? '')).status).toBe(401);
  });
});

describe('RK-8: time', () => {
  test('the wait is over when it is over, also if the clock of an instance goes back', async () => {
    const { her, code } = await proven();
    wait(day - 1);
    expect((await her.finish(code)).body.reason).toBe('recovery_waiting');
    wait(1);
    const { enrollment_token: bearer } = (await her.finish(code)).body;
    wait(-3 * hour); // the clock goes back
    expect((await her.finish(code)).body.reason).toBe('recovery_waiting');
    expect((await her.enroll(bearer)).status).toBeGreaterThanOrEqual(400);
    wait(3 * hour);
    expect((await her.newApp(code)).answer.status).toBe(200);
  });
});

describe('what nobody learns', () => {
  test('the start answers the same for a known, an unknown, a disabled and a factorless account, and for one that may not', async () => {
    const admin = await allowRecovery(world);
    const [ann, ben, cat] = [await clerk(world), await clerk(world), await world.user()];
    await admin.act('PATCH', `/admin/users/${ben.id}`, { status: 'disabled' });
    await mailsTo(world);
    const her = recovering(world);
    const names = [ann.username, 'nobody-here', ben.username, cat.username, admin.username];
    const answers = [];
    for (const name of names) answers.push(await her.request(name));
    for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 202, body: {} });
    const mails = await mailsTo(world, ann.email, ben.email, cat.email, admin.email);
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([[ann.email, 'Recover your account']]);
    for (let more = 0; more < 3; more += 1) await her.request(ann.username);
    expect(await mailsTo(world, ann.email)).toHaveLength(2);
  });

  test('the database has no link, no continue code and no code of a colleague', async () => {
    await allowRecovery(world, everyKind);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const her = recovering(world);
    await her.request(ann.username);
    const link = await recoveryLink(world, ann.email);
    const code = (await her.begin(link)).body.continue_code as string;
    await her.ask(code, { colleagues: true });
    const { code: spoken } = await approvedBy(world, bob.bearer);
    const dump = await dumpDatabase(world);
    for (const secret of [link, code, code.replaceAll('-', ''), `"${spoken}"`])
      expect(dump).not.toContain(secret);
  });

  test('naming a colleague does not show whether there is such an account', async () => {
    const [ann, bob] = [await clerk(world), await world.user()];
    const body = { colleagues: [bob.username, 'nobody-here'] };
    const named = await world.call('PUT', '/auth/recovery/colleagues', body, { bearer: ann.bearer });
    const shapes = named.body.colleagues.map(({ username: _, ...rest }: { username: string }) => rest);
    expect(shapes[0]).toEqual(shapes[1]);
  });
});

async function trustedDevice(ann: Awaited<ReturnType<typeof clerk>>): Promise<string> {
  const { temp_token } = (await ann.login()).body;
  const remember = { temp_token, mfa_token: codeOf(ann.totp.secret), remember_device: true };
  return (await world.call('POST', '/auth/mfa/verify', remember)).body.trusted_device;
}

describe('RK-8: each write looks again', () => {
  const idOf = async (userId: string) => {
    const { id } = await world.database.db
      .selectFrom('recoveries')
      .select('id')
      .where('userId', '=', userId)
      .executeTakeFirstOrThrow();
    return id;
  };

  test('of two requests that show one kind at once, one counts', async () => {
    const { ann } = await mailboxThief();
    const shown = { id: await idOf(ann.id), kind: 'device', addressFactorId: null } as const;
    const both = [1, 2].map(() => writeShown(world.database.db, shown, new Date()));
    expect((await Promise.all(both)).filter((one) => one !== undefined)).toHaveLength(1);
  });

  test('a recovery ends after its wait and not before, once', async () => {
    const { ann } = await proven();
    const id = await idOf(ann.id);
    expect(await finishRecovery(world.database.db, id, new Date())).toBe(false);
    wait(day);
    const both = [1, 2].map(() => finishRecovery(world.database.db, id, new Date()));
    expect((await Promise.all(both)).sort()).toEqual([false, true]);
  });
});
