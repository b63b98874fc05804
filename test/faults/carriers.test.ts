import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import type { Fault } from '../support/fake-twilio-faults.ts';
import { type MailFault, startCarriers } from '../support/real-carriers.ts';
import { useWorld } from '../support/use-world.ts';

let outside: Awaited<ReturnType<typeof startCarriers>>;
beforeAll(async () => {
  outside = await startCarriers();
});
afterAll(() => outside.close());
const world = useWorld(() => ({ carriers: outside.carriers }));
afterEach(() => outside.mend());

type Method = 'sms' | 'email';
const lastCode = (method: Method) => (method === 'sms' ? outside.lastText() : outside.lastMail());

let people = 0;
function destination(method: Method): Record<string, string> {
  people += 1;
  if (method === 'sms') return { phone: `+1509400${String(people).padStart(4, '0')}` };
  return { email: `person${people}@example.com` };
}

function enrol(method: Method, bearer: string) {
  return world.call('POST', '/auth/mfa/enroll', { method, ...destination(method) }, { bearer });
}

async function confirm(bearer: string, token: string) {
  return world.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer });
}

/** Somebody whose default factor needs a carrier, with an authenticator app beside it. */
async function withBoth(method: Method) {
  const ann = await world.user();
  const first = (await ann.login()).body.access_token;
  await enrol(method, first);
  const confirmed = await confirm(first, lastCode(method));
  const { secret } = await ann.enrolTotp(confirmed.body.access_token);
  wait(31);
  return { ann, secret, codes: confirmed.body.recovery_codes as string[] };
}

const breaks: Record<Method, (fault: Fault & MailFault) => unknown> = {
  sms: (fault) => outside.breakTexts(fault),
  email: (fault) => outside.breakMails(fault),
};

/** The answer has no wait where waiting would not help. */
const faults: { method: Method; fault: Fault | MailFault; reason: string; wait: number | null }[] = [
  { method: 'sms', fault: '500', reason: 'sms_unavailable', wait: 60 },
  { method: 'sms', fault: '503-html', reason: 'sms_unavailable', wait: 60 },
  { method: 'sms', fault: '200-html', reason: 'sms_unavailable', wait: 60 },
  { method: 'sms', fault: '200-other-json', reason: 'sms_unavailable', wait: 60 },
  { method: 'sms', fault: '429', reason: 'sms_rate_limited', wait: 600 },
  { method: 'sms', fault: 'redirect', reason: 'sms_unavailable', wait: 60 },
  { method: 'sms', fault: 'hang-up', reason: 'sms_unavailable', wait: 60 },
  { method: 'sms', fault: 'trickle', reason: 'sms_unavailable', wait: 60 },
  { method: 'sms', fault: 'hang', reason: 'sms_unavailable', wait: 60 },
  { method: 'email', fault: 451, reason: 'mail_unavailable', wait: 60 },
  { method: 'email', fault: 550, reason: 'mail_unavailable', wait: null },
  { method: 'email', fault: 'nobody', reason: 'mail_unavailable', wait: 60 },
  { method: 'email', fault: 'html', reason: 'mail_unavailable', wait: 60 },
  { method: 'email', fault: 'trickle', reason: 'mail_unavailable', wait: 60 },
  { method: 'email', fault: 'hang', reason: 'mail_unavailable', wait: 60 },
];

describe.each(faults)(
  'when the carrier of $method codes fails ($fault)',
  ({ method, fault, reason, wait: retryAfter }) => {
    const breakIt = () => breaks[method](fault as Fault & MailFault);

    test('OB-9 attack 40 a login opens nothing, costs nothing, and goes on by another method', async () => {
      const { ann, secret } = await withBoth(method);
      await breakIt();
      const { status, body, headers } = await ann.login();
      expect(status).toBe(503);
      expect(headers['retry-after']).toBe(retryAfter === null ? undefined : String(retryAfter));
      expect(body).toEqual({
        type: '/problems/dependency-unavailable',
        title: expect.any(String),
        status: 503,
        detail: expect.any(String),
        reason,
        ...(retryAfter !== null && { retry_after: retryAfter }),
        temp_token: expect.any(String),
        expires_in: 300,
        methods: expect.any(Array),
        trust_device_seconds: 30 * 86_400,
        instance: expect.any(String),
      });
      const offered: string[] = body.methods.map((one: { method: string }) => one.method);
      expect(offered.sort()).toEqual([method, 'recovery_code', 'totp'].sort());
      const { temp_token } = body;
      const other = await world.call('POST', '/auth/mfa/challenge', { temp_token, method: 'totp' });
      expect(other).toMatchObject({ status: 200, body: { method: 'totp' } });
      const wrong = await ann.verify(temp_token, wrongCodeOf(secret));
      expect(wrong).toMatchObject({ status: 403, body: { attempts_remaining: 2 } });
      expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(200);
    });

    test('OB-9 attack 40 an enrolment leaves no half of a factor, and works when the carrier does', async () => {
      const eve = await world.user();
      const bearer: string = (await eve.login()).body.access_token;
      await breakIt();
      const begun = await enrol(method, bearer);
      expect(begun).toMatchObject({
        status: 503,
        type: '/problems/dependency-unavailable',
        body: { reason },
      });
      expect(JSON.stringify(begun.body)).not.toContain('token');
      expect(await factorsOf(eve)).toEqual([]);
      expect((await eve.login()).status).toBe(200);

      outside.mend();
      wait(31);
      expect((await enrol(method, bearer)).status).toBe(200);
      expect((await confirm(bearer, lastCode(method))).status).toBe(200);
      expect(await factorsOf(eve)).toEqual([method, 'recovery_code']);
    });
  },
);

const noNumber = { code: 21211, status: 400, message: "The 'To' number is not a valid phone number." };
const landline = { code: 21614, status: 400, message: 'To number is not a valid mobile number' };

describe.each([
  { fault: noNumber, reason: 'phone_invalid' },
  { fault: landline, reason: 'phone_not_sms_capable' },
])('when the carrier refuses the number of an enrolled factor ($reason)', ({ fault, reason }) => {
  const refused = { status: 503, type: '/problems/dependency-unavailable', body: { reason } };

  test('OB-9 a login goes on by another method', async () => {
    const { ann, secret } = await withBoth('sms');
    await outside.breakTexts(fault);
    const login = await ann.login();
    expect(login).toMatchObject(refused);
    expect(login.body).not.toHaveProperty('errors'); // no field of this request is at fault
    expect(login.headers['retry-after']).toBeUndefined(); // waiting does not help
    const { temp_token } = login.body;
    const other = await world.call('POST', '/auth/mfa/challenge', { temp_token, method: 'totp' });
    expect(other.status).toBe(200);
    expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(200);
    const { rows } = await sql<{ detail: unknown }>`
      select detail from audit_events where user_id = ${ann.id} and type = 'mfa_send_failed'`.execute(
      world.database.db,
    );
    expect(rows).toMatchObject([{ detail: { reason } }]);
  });

  test.each([{}, { method: 'sms' }])(
    'OB-9 asking again says so, and leaves the code that came: %j',
    async (choice) => {
      const { ann } = await withBoth('sms');
      const { temp_token } = (await ann.login()).body;
      const code = lastCode('sms');
      wait(31);
      await outside.breakTexts(fault);
      const again = await world.call('POST', '/auth/mfa/challenge', { temp_token, ...choice });
      expect(again).toMatchObject(refused);
      expect((await ann.verify(temp_token, code)).status).toBe(200);
    },
  );

  test('OB-9 a step-up by it says so, and one that names no method asks for another', async () => {
    for (const choice of [{ method: 'sms' }, {}]) {
      const { ann, secret } = await withBoth('sms');
      const { temp_token } = (await ann.login()).body;
      const { access_token: bearer } = (await ann.verify(temp_token, lastCode('sms'))).body;
      wait(31);
      await outside.breakTexts(fault);
      const step = await world.call('POST', '/auth/mfa/step-up', choice, { bearer });
      if (choice.method) expect(step).toMatchObject(refused);
      else expect(step).toMatchObject({ status: 200, body: { mfa_method: 'totp' } });
      if (!choice.method) expect((await ann.verify(step.body.temp_token, codeOf(secret))).status).toBe(200);
    }
  });

  test('an enrolment names the field', async () => {
    const eve = await world.user();
    const bearer: string = (await eve.login()).body.access_token;
    await outside.breakTexts(fault);
    const begun = await enrol('sms', bearer);
    expect(begun).toMatchObject({ status: 400, body: { reason, errors: [{ pointer: '#/phone' }] } });
  });
});

describe('when the carrier fails later', () => {
  test.each<Method>(['sms', 'email'])('OB-9 a recovery code does in the place of %s', async (method) => {
    const { ann, codes } = await withBoth(method);
    await breaks[method]((method === 'sms' ? '500' : 451) as Fault & MailFault);
    const { temp_token } = (await ann.login()).body;
    const recovered = await ann.verify(temp_token, codes[0] ?? '');
    expect(recovered).toMatchObject({ status: 200, body: { backup_codes_remaining: 9 } });
  });

  test.each<Method>(['sms', 'email'])(
    'OB-9 a resend of %s that fails leaves the code that came',
    async (method) => {
      const { ann } = await withBoth(method);
      const { temp_token } = (await ann.login()).body;
      const code = lastCode(method);
      wait(31);
      await breaks[method]((method === 'sms' ? '500' : 451) as Fault & MailFault);
      const again = await world.call('POST', '/auth/mfa/challenge', { temp_token });
      expect(again).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
      expect((await ann.verify(temp_token, code)).status).toBe(200);
    },
  );

  test('OB-9 a step-up that fails leaves the session as it was', async () => {
    const { ann } = await withBoth('sms');
    const { temp_token } = (await ann.login()).body;
    const { access_token: bearer } = (await ann.verify(temp_token, lastCode('sms'))).body;
    wait(31);
    await outside.breakTexts('500');
    const step = await world.call('POST', '/auth/mfa/step-up', { method: 'sms' }, { bearer });
    expect(step).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
    expect(step.body).not.toHaveProperty('temp_token');
    expect((await world.call('GET', '/auth/me', undefined, { bearer })).status).toBe(200);
  });
});

async function factorsOf({ id }: Actor): Promise<string[]> {
  const rows = await world.database.db
    .selectFrom('factors')
    .select('method')
    .where('userId', '=', id)
    .orderBy('isBackup')
    .execute();
  return rows.map(({ method }) => method);
}
