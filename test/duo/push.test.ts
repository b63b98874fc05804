import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openChallenge } from '../../src/features/mfa/open-challenge.ts';
import { lockByReport } from '../../src/features/throttling/throttle-store.ts';
import { type Actor, wait } from '../support/actor.ts';
import { type FakeDuo, startFakeDuo } from '../support/fake-duo.ts';
import { type DuoUser, type Push, phone } from '../support/fake-duo-auth.ts';
import { claimsOf, eventsOf, mailsTo } from '../support/second-factor.ts';
import { policyOf, staff } from '../support/staff.ts';
import { createWorld, type World } from '../support/world.ts';

let duo: FakeDuo;
let world: World;
let close: () => Promise<void>;
const mailed: { readonly to: string; readonly subject: string }[] = [];
beforeAll(async () => {
  duo = await startFakeDuo();
  const connected = duo.connect();
  close = connected.close;
  world = await createWorld({
    carriers: { ...connected.methods, sendMail: async (mail) => void mailed.push(mail) },
  });
});
afterAll(async () => {
  await world.close();
  await close();
  await duo.close();
});
afterEach(() => void vi.useRealTimers());

const other = { ...phone, device: 'DPFAKEFAKEFAKEFAKE02', display_name: 'Android (XXX-XXX-0002)' };
const token = { device: 'DHFAKE', type: 'token', display_name: '0123' } as const;
const bare: DuoUser = { policy: 'auth', devices: [phone] };

const decide = (push: Push | undefined, result: string, status: string) => {
  if (!push) throw new Error('No push was sent');
  push.decision = { result, status };
};
const approve = (push = duo.pushes.at(-1)) => decide(push, 'allow', 'allow');
const poll = (tempToken: string) => world.call('POST', '/auth/mfa/verify', { temp_token: tempToken });

async function enroll(ann: Actor, more: Record<string, unknown> = {}) {
  const bearer: string = (await ann.login()).body.access_token;
  const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'duo_push', ...more }, { bearer });
  const confirm = (body: Record<string, unknown> = {}) =>
    world.call('POST', '/auth/mfa/verify-enrollment', body, { bearer });
  return { begun, confirm };
}

/** Somebody whom Duo knows, enrolled here by a push; any time later. */
async function enrolled(given: Partial<DuoUser> = {}) {
  const ann = await world.user();
  duo.users.set(ann.username, { ...bare, ...given });
  const { confirm } = await enroll(ann);
  approve();
  expect(await confirm()).toMatchObject({ status: 200, body: { success: true } });
  wait(301);
  const set = (user: Partial<DuoUser>) => void duo.users.set(ann.username, { ...bare, ...given, ...user });
  return { ...ann, set };
}

describe('duo_push', () => {
  test('says to Duo who asks and from where, and no address that Duo would not take', async () => {
    const ann = await enrolled({ passcodes: ['1234567'] });
    const from = (ip: string) => world.call('POST', '/auth/login', { ...credentials }, { ip });
    const credentials = { username: ann.username, password: ann.password };
    const asked = duo.calls.length;
    const { temp_token: temp } = (await from('198.51.100.7')).body;
    await world.call(
      'POST',
      '/auth/mfa/verify',
      { temp_token: temp, mfa_token: '1234567' },
      { ip: '198.51.100.8' },
    );
    expect(duo.calls.slice(asked)).toEqual([
      { path: '/auth/v2/preauth', userAgent: 'Sallyport', ipaddr: '198.51.100.7' },
      { path: '/auth/v2/auth', userAgent: 'Sallyport', ipaddr: '198.51.100.7' },
      { path: '/auth/v2/auth', userAgent: 'Sallyport', ipaddr: '198.51.100.8' },
    ]);
    wait(301);
    await from('2001:db8::7');
    expect(duo.calls.slice(asked + 3).map(({ ipaddr }) => ipaddr)).toEqual([null, null]);
  });

  test('enrols somebody whom Duo knows by a push, and is pending until it is decided', async () => {
    const ann = await world.user();
    duo.users.set(ann.username, bare);
    const { begun, confirm } = await enroll(ann);
    expect(begun).toMatchObject({ status: 200, body: { push: true, device: phone.display_name } });
    const waiting = await confirm();
    expect(waiting).toMatchObject({ status: 202, body: { status: 'pending', retry_after: 2 } });
    expect(waiting.headers['retry-after']).toBe('2');
    approve();
    expect(await confirm()).toMatchObject({ status: 200, body: { recovery_codes: expect.any(Array) } });
  });

  test('enrols somebody whom Duo does not know, by an activation and then a passcode', async () => {
    const ann = await world.user();
    const { begun, confirm } = await enroll(ann);
    expect(begun.body).toMatchObject({
      activation_url: expect.stringContaining('https://'),
      activation_barcode: expect.stringContaining('https://'),
      qr_code_png: expect.stringMatching(/^data:image\/png;base64,/),
    });
    expect(await confirm({ token: '1234567' })).toMatchObject({
      status: 403,
      body: { attempts_remaining: 2 },
    });
    expect(await confirm({ token: '7654321' })).toMatchObject({ status: 200, body: { success: true } });
  });

  test('pushes to the telephone that was chosen, and to no other', async () => {
    const ann = await world.user();
    duo.users.set(ann.username, { ...bare, devices: [phone, other] });
    expect((await enroll(ann, { device: 'DPOFSOMEBODYELSE0000' })).begun.status).toBe(400);
    await enroll(ann, { device: other.device });
    expect(duo.pushes.at(-1)).toMatchObject({ username: ann.username, device: other.device });
  });

  test.each(['allow', 'deny'] as const)('attack 43 enrols nobody to whom Duo says %s', async (policy) => {
    const ann = await world.user();
    duo.users.set(ann.username, { ...bare, policy });
    expect((await enroll(ann)).begun).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
  });

  test('OB-10 a push that was only approved is 1plus, one whose code was compared is 2', async () => {
    const ann = await enrolled();
    const plain = (await ann.login()).body;
    expect(plain.challenge).toEqual({ push: true, device: phone.display_name });
    expect((await poll(plain.temp_token)).status).toBe(202);
    approve();
    const { body } = await poll(plain.temp_token);
    expect(claimsOf(body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:1plus',
      amr: ['pwd', 'push', 'mca'],
    });

    ann.set({ verified: true });
    const compared = (await ann.login()).body;
    expect(compared.challenge.verification_code).toBe(duo.pushes.at(-1)?.code);
    approve();
    const better = await poll(compared.temp_token);
    expect(claimsOf(better.body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'push', 'mca', 'mfa'],
    });
  });

  test('OB-10 a passcode in its place is 2, works once, and a wrong one costs an attempt', async () => {
    const ann = await enrolled({ passcodes: ['123456', '87654321'] });
    const { temp_token: temp } = (await ann.login()).body;
    expect(await ann.verify(temp, '000000')).toMatchObject({ status: 403, body: { attempts_remaining: 2 } });
    const { body } = await ann.verify(temp, '123456');
    expect(claimsOf(body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'otp', 'mfa'],
    });
    const later = (await ann.login()).body.temp_token;
    expect((await ann.verify(later, '123456')).status).toBe(403);
    expect((await ann.verify(later, '87654321')).status).toBe(200);
  });

  test('asks for a passcode where no device takes a push', async () => {
    const ann = await enrolled();
    ann.set({ devices: [token], passcodes: ['123456'] });
    const sent = duo.pushes.length;
    const { body } = await ann.login();
    expect(body.challenge).toEqual({ push: false });
    expect(duo.pushes).toHaveLength(sent);
    expect((await ann.verify(body.temp_token, '123456')).status).toBe(200);
  });

  test('OB-10 an approved push is too weak for `strict` in admin, and says so', async () => {
    const root = await staff(world);
    const policy = await policyOf(root, 'public', { min_acr: 'urn:sallyport:acr:2' });
    const ann = await enrolled();
    await root.loginWithTotp(root.secret, 'admin');
    vi.useRealTimers();
    expect((await root.put('/admin/areas/public', policy)).status).toBe(200);
    wait(301);
    const { temp_token: temp } = (await ann.login()).body;
    approve();
    expect(await poll(temp)).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    expect((await poll(temp)).status).not.toBe(200);
    vi.useRealTimers();
    await root.put('/admin/areas/public', { ...policy, min_acr: 'urn:sallyport:acr:1plus' });
  });

  test.each([
    ['deny', 'deny'],
    ['deny', 'timeout'],
    ['deny', 'locked_out'],
    ['maybe', 'allow'],
    ['allow', 'perhaps'],
    ['', ''],
  ])('attack 43 %s with %s never lets in, and costs no attempt', async (result, status) => {
    const ann = await enrolled();
    const { temp_token: temp } = (await ann.login()).body;
    decide(duo.pushes.at(-1), result, status);
    expect(await poll(temp)).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    const again = await world.call('POST', '/auth/mfa/challenge', { temp_token: temp });
    expect(again.status).toBe(200); // and may be asked once more
    approve();
    expect((await poll(temp)).status).toBe(200);
  });

  test('an attack report locks, ends the login and is audited', async () => {
    const ann = await enrolled();
    const { temp_token: temp } = (await ann.login()).body;
    decide(duo.pushes.at(-1), 'deny', 'fraud');
    expect((await poll(temp)).status).toBe(403);
    expect((await poll(temp)).status).toBe(401);
    const types = (await eventsOf(world, ann.id)).map(({ type }) => type);
    expect(types.filter((type) => type === 'mfa_attack_reported')).toHaveLength(1);
    expect(types).toContain('authn_login_lock');
    expect((await mailsTo(world, ann.email)).at(-1)?.subject).toContain('reported as not yours');
    const later = (await ann.login()).body.temp_token;
    if (later) expect((await ann.verify(later, '123456')).status).toBe(429);
  });

  test('LG-9 an attack report reaches every address of the account', async () => {
    const ann = await enrolled({ verified: true });
    const { temp_token: temp } = (await ann.login()).body;
    approve();
    const bearer: string = (await poll(temp)).body.access_token;
    const email = `${ann.username}@second.example`;
    await world.call('POST', '/auth/mfa/enroll', { method: 'email', email }, { bearer });
    const token = /\d{6}/.exec(mailed.findLast(({ to }) => to === email)?.subject ?? '')?.[0];
    const done = await world.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer });
    expect(done.status).toBe(200);
    await mailsTo(world, ann.email, email);
    const { temp_token: other } = (await ann.login()).body;
    decide(duo.pushes.at(-1), 'deny', 'fraud');
    expect((await poll(other)).status).toBe(403);
    const told = await mailsTo(world, ann.email, email);
    expect(told.map(({ to }) => to).sort()).toEqual([ann.email, email].sort());
    for (const { subject } of told) expect(subject).toContain('reported as not yours');
  });

  test('while a report lasts nobody is asked, no approval counts, and no pass lifts it', async () => {
    const ann = await enrolled();
    const { temp_token: first } = (await ann.login()).body;
    decide(duo.pushes.at(-1), 'deny', 'fraud');
    expect((await poll(first)).status).toBe(403);
    const sent = duo.pushes.length;
    const { db } = world.database;
    const locked = () =>
      db.selectFrom('throttles').selectAll().where('userId', '=', ann.id).executeTakeFirstOrThrow();
    const { reportedUntil } = await locked();

    for (const retry_after of [1800, 900]) {
      const later = await ann.login();
      expect(later).toMatchObject({ status: 200, body: { sent: false, challenge: {} } });
      expect(later.body.retry_after).toBeGreaterThan(retry_after - 5);
      expect(later.body.retry_after).toBeLessThanOrEqual(retry_after);
      const temp = later.body.temp_token;
      expect(await poll(temp)).toMatchObject({ status: 429, body: { reason: 'second_factor' } });
      expect((await ann.verify(temp, '123456')).status).toBe(429);
      const again = await world.call('POST', '/auth/mfa/challenge', { temp_token: temp });
      expect(again).toMatchObject({ status: 429, body: { reason: 'second_factor' } });
      wait(900);
    }
    expect(duo.pushes.length).toBe(sent);
    expect((await locked()).reportedUntil).toEqual(reportedUntil);
    wait(10);
    const over = (await ann.login()).body;
    expect(over.sent).toBeUndefined();
    approve();
    expect((await poll(over.temp_token)).status).toBe(200);
  });

  test('a push that was approved before it was reported elsewhere, and one on its way, open nothing', async () => {
    const ann = await enrolled();
    const { temp_token: temp } = (await ann.login()).body;
    approve();
    const until = new Date(Date.now() + 1_800_000);
    const report = { reportedUntil: until };
    await world.database.db.updateTable('throttles').set(report).where('userId', '=', ann.id).execute();
    expect(await poll(temp)).toMatchObject({ status: 429, body: { reason: 'second_factor' } });
    wait(1801);
    const { rows } = await sql<{ sessions: number }>`
      select count(*)::int as sessions from sessions where user_id = ${ann.id} and mfa_time is not null`.execute(
      world.database.db,
    );
    expect(rows[0]?.sessions).toBe(1); // that of the enrolment
  });

  test('a report that comes between reading and sending keeps the push from being sent', async () => {
    const ann = await enrolled();
    const { db } = world.database;
    const factor = await db
      .selectFrom('factors')
      .selectAll()
      .where('userId', '=', ann.id)
      .where('method', '=', 'duo_push')
      .executeTakeFirstOrThrow();
    const sent = duo.pushes.length;
    const readBefore = { ...ann, language: null, lockedUntil: null, reportedUntil: null };
    await lockByReport(db, ann.id, new Date());
    await expect(
      openChallenge(world.deps, { factor, user: readBefore, now: new Date() }),
    ).rejects.toMatchObject({
      status: 429,
    });
    expect(duo.pushes.length).toBe(sent);
    expect(
      await db.selectFrom('sends').selectAll().where('subject', 'like', `%open:${ann.id}`).execute(),
    ).toEqual([]);
  });

  test('attack 46 a push of another login, or an old one, opens nothing', async () => {
    const [ann, bob] = [await enrolled(), await enrolled()];
    const hers = (await ann.login()).body.temp_token;
    const pushed = duo.pushes.at(-1);
    const his = (await bob.login()).body.temp_token;
    approve(pushed);
    expect((await poll(his)).status).toBe(202);
    expect((await poll(hers)).status).toBe(200);
    expect((await poll(hers)).status).toBe(401);
    const later = (await ann.login()).body.temp_token;
    expect((await poll(later)).status).toBe(202);
    const named = { temp_token: later, response: { txid: pushed?.txid } };
    expect((await world.call('POST', '/auth/mfa/verify', named)).status).toBe(400);
  });

  test('of eight polls at once with one yes one gets in, and nothing is counted', async () => {
    const ann = await enrolled({ passcodes: ['123456'] });
    const { temp_token: temp } = (await ann.login()).body;
    approve();
    const answers = await Promise.all(Array.from({ length: 8 }, () => poll(temp)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const throttle = await world.database.db
      .selectFrom('throttles')
      .selectAll()
      .where('userId', '=', ann.id)
      .executeTakeFirstOrThrow();
    expect(throttle).toMatchObject({ paid: 0, failed: 0, inARow: 0 });
  });

  test('polling costs nothing, however often', async () => {
    const ann = await enrolled();
    const { temp_token: temp } = (await ann.login()).body;
    for (let at = 0; at < 12; at += 1) expect((await poll(temp)).status).toBe(202);
    approve();
    expect((await poll(temp)).status).toBe(200);
  });
});

describe('push bombing', () => {
  test('OB-10 one push is open at a time, and three are sent in five minutes', async () => {
    const ann = await enrolled();
    const sent = duo.pushes.length;
    expect((await ann.login()).status).toBe(200);
    const second = await ann.login();
    expect(second).toMatchObject({
      status: 200,
      body: { sent: false, methods: expect.any(Array), temp_token: expect.any(String) },
    });
    expect(second.body.resend_in).toBeGreaterThan(0);
    expect(second.body.resend_in).toBeLessThanOrEqual(60);
    wait(61);
    expect((await ann.login()).status).toBe(200);
    wait(61);
    expect((await ann.login()).status).toBe(200);
    wait(61);
    expect((await ann.login()).body).toMatchObject({ sent: false });
    expect(duo.pushes.length - sent).toBe(3);
    wait(120);
    expect((await ann.login()).status).toBe(200);
  });

  test('once it is decided the next may be sent', async () => {
    const ann = await enrolled();
    const first = (await ann.login()).body.temp_token;
    approve();
    expect((await poll(first)).status).toBe(200);
    expect((await ann.login()).status).toBe(200);
  });

  test('of ten logins at once one push is sent', async () => {
    const ann = await enrolled();
    const sent = duo.pushes.length;
    await Promise.all(Array.from({ length: 10 }, () => ann.login()));
    expect(duo.pushes.length - sent).toBe(1);
  });
});

describe('a provider that lets somebody in without asking', () => {
  test('OB-9 attack 42 is no second factor: 403, and the audit says why', async () => {
    const ann = await enrolled();
    ann.set({ policy: 'allow' });
    const { temp_token: temp } = (await ann.login()).body;
    expect(await poll(temp)).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    expect((await eventsOf(world, ann.id)).at(-1)).toMatchObject({
      type: 'mfa_failed',
      outcome: 'refused',
      detail: { reason: 'no factor was asked for' },
    });
  });

  test('OB-9 attack 42 a bypass code of Duo is no passcode: 403, and no attempt is counted', async () => {
    const ann = await enrolled({ bypassCodes: ['407176182'] });
    const { temp_token: temp } = (await ann.login()).body;
    const refused = await ann.verify(temp, '407176182');
    expect(refused).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    const throttles = world.database.db.selectFrom('throttles').selectAll().where('userId', '=', ann.id);
    expect(await throttles.executeTakeFirst()).toMatchObject({ paid: 0, failed: 0, inARow: 0 });
  });

  test('OB-9 attack 42 counts where an area says so, and the token and the audit say what it was', async () => {
    const root = await staff(world);
    const ann = await enrolled();
    vi.useRealTimers();
    const policy = await policyOf(root, 'public', { provider_bypass: true });
    expect((await root.put('/admin/areas/public', policy)).status).toBe(200);
    wait(301);
    ann.set({ policy: 'allow' });
    const { temp_token: temp } = (await ann.login()).body;
    const { body } = await poll(temp);
    expect(claimsOf(body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:1',
      amr: ['pwd'],
      mfa: false,
      mfa_waived: 'provider_bypass',
    });
    expect(claimsOf(body.access_token)).not.toHaveProperty('mfa_time');
    const events = await eventsOf(world, ann.id);
    expect(events.find(({ type }) => type === 'mfa_waived')).toMatchObject({
      type: 'mfa_waived',
      detail: { waived: 'provider_bypass' },
    });
    const forwardUrl = '/auth/forward?area=public';
    const forward = (url: string) => world.call('GET', url, undefined, { bearer: body.access_token });
    expect((await forward(forwardUrl)).headers['x-auth-mfa']).toBe('false');
    expect((await forward(`${forwardUrl}&mfa=required`)).status).toBe(403);
    const raised = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: body.access_token });
    expect((await poll(raised.body.temp_token)).status).toBe(403); // a step-up is never waived

    vi.useRealTimers();
    await root.put('/admin/areas/public', { ...policy, provider_bypass: false });
    wait(301);
    expect((await forward(forwardUrl)).status).toBe(403); // and it ends with the policy
  });

  test.each([{ provider_bypass: true }, { provider_outage: 'open' }, { trusted_device_days: 30 }])(
    'is never enough in admin: %j',
    async (change) => {
      const root = await staff(world);
      const policy = await policyOf(root, 'admin', change);
      expect(await root.put('/admin/areas/admin', policy)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: `#/${Object.keys(change)[0]}` }] },
      });
    },
  );
});
