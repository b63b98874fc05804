import { describe, expect, test } from 'vitest';
import { freshPhone } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

describe('enrolling without an address', () => {
  const world = useWorld();
  const enrol = async (user: Awaited<ReturnType<typeof world.user>>, body: object) => {
    const { access_token: bearer } = (await user.login()).body;
    return world.call('POST', '/auth/mfa/enroll', { ...body }, { bearer });
  };

  test.each(['sms', 'email'] as const)('takes the account’s own: %s', async (method) => {
    const phone = freshPhone();
    const ann = await world.user({ phone });
    const { status, body } = await enrol(ann, { method });
    expect([status, body.method, body.next_step]).toEqual([200, method, 'verify_enrollment']);
    const sent = method === 'sms' ? world.texts.at(-1)?.to : world.mails.at(-1)?.to;
    expect(sent).toBe(method === 'sms' ? phone : ann.email);
  });

  test('an account without one gets 400, naming the field', async () => {
    const ann = await world.user({ email: null });
    for (const [method, name, what] of [
      ['sms', 'phone', 'number'],
      ['email', 'email', 'mail address'],
    ]) {
      const { status, body } = await enrol(ann, { method });
      expect(status).toBe(400);
      expect(body.errors).toEqual([
        { pointer: `#/${name}`, detail: `Required: your account has no ${what}` },
      ]);
    }
    expect((await enrol(ann, { method: 'totp', phone: freshPhone() })).status).toBe(400);
  });
});

describe('enrolling where nothing carries it', () => {
  const world = useWorld({ carriers: {} });

  test.each([
    { method: 'sms', phone: '+15095550100' },
    { method: 'sms' },
    { method: 'email', email: 'ann@example.com' },
    { method: 'duo_push', device: 'x' },
  ])('is 403 method-not-allowed with the methods that there are: $method', async (body) => {
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    const answer = await world.call('POST', '/auth/mfa/enroll', body, { bearer });
    expect([answer.status, answer.type]).toEqual([403, '/problems/method-not-allowed']);
    expect(answer.body.methods).toContain('totp');
    expect(answer.body.methods).not.toContain(body.method);
  });
});
