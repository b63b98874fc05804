import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { freshPhone, throttleOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import type { Answer } from '../support/world.ts';

type Sent = { readonly bearer: string; readonly header?: string; readonly body?: string };
type Change = {
  readonly done: number;
  /** DELETE has no body, so a code comes in the header alone. */
  readonly noBody?: true;
  /** After it there is nothing left that a second try could be held against. */
  readonly removesAll?: true;
  readonly make: (target: { factorId: string; password: string }, sent: Sent) => Promise<Answer>;
};

const sentBy = ({ bearer, header }: Sent) => ({ bearer, ...(header && { mfa: header }) });
const inBody = ({ body }: Sent) => (body ? { mfa_token: body } : {});

const changes: Record<string, Change> = {
  'adding a factor': {
    done: 200,
    make: (_, sent) =>
      world.call('POST', '/auth/mfa/enroll', { method: 'totp', ...inBody(sent) }, sentBy(sent)),
  },
  'renaming a factor': {
    done: 200,
    make: ({ factorId }, sent) =>
      world.call('PATCH', `/auth/mfa/factors/${factorId}`, { label: 'new', ...inBody(sent) }, sentBy(sent)),
  },
  'choosing the default': {
    done: 200,
    make: ({ factorId }, sent) =>
      world.call('PATCH', `/auth/mfa/factors/${factorId}`, { default: true, ...inBody(sent) }, sentBy(sent)),
  },
  'removing a factor': {
    done: 204,
    noBody: true,
    make: ({ factorId }, sent) =>
      world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, sentBy(sent)),
  },
  'disabling all': {
    done: 200,
    removesAll: true,
    make: ({ password }, sent) =>
      world.call('POST', '/auth/mfa/disable', { password, ...inBody(sent) }, sentBy(sent)),
  },
  'new recovery codes': {
    done: 200,
    make: ({ password }, sent) =>
      world.call('POST', '/auth/mfa/recovery-codes/regenerate', { password, ...inBody(sent) }, sentBy(sent)),
  },
};

const world = useWorld();

describe.each(Object.entries(changes))('%s', (_name, { done, noBody, removesAll, make }) => {
  /** Somebody with an app: a fresh bearer, and one of the same session from before the app. */
  async function enrolled() {
    const ann = await world.user();
    const low: string = (await ann.login()).body.access_token;
    const factor = await ann.enrolTotp(low);
    const change = (sent: Sent) => make({ ...ann, ...factor }, sent);
    const code = (steps = 0) => codeOf(factor.secret, steps);
    const proofOf = async (bearer: string): Promise<string> =>
      (await world.call('POST', '/auth/mfa/proof', { mfa_token: code() }, { bearer })).body.mfa_proof;
    const factors = async () =>
      (await world.call('GET', '/auth/mfa/status', undefined, { bearer: low })).body;
    return { ...ann, ...factor, low, change, code, proofOf, factors };
  }
  const required = { status: 403, type: '/problems/mfa-token-required' };

  test('LC-1 is done by a session whose factor is fresh, for five minutes', async () => {
    const ann = await enrolled();
    wait(299);
    expect((await ann.change({ bearer: ann.bearer })).status).toBe(done);
  });

  test('LC-1, SE-12, attack 26 is refused to a stale one, and the answer says what would do', async () => {
    const ann = await enrolled();
    const before = await ann.factors();
    wait(301);
    const refused = await ann.change({ bearer: ann.bearer });
    expect(refused).toMatchObject({ ...required, body: { max_age: 300 } });
    expect(refused.headers['www-authenticate']).toEqual([
      'MFA',
      'Bearer error="insufficient_user_authentication", ' +
        'acr_values="urn:sallyport:acr:2r urn:sallyport:acr:2 phr", max_age="300"',
    ]);
    expect(await ann.factors()).toEqual(before);
  });

  test('LC-1, attack 23, attack 24 is refused to a token that passed no factor', async () => {
    const ann = await enrolled();
    const before = await ann.factors();
    expect(await ann.change({ bearer: ann.low })).toMatchObject(required);
    expect(await ann.factors()).toEqual(before);
  });

  test('attack 23, attack 24 is refused to a temp token', async () => {
    const ann = await enrolled();
    const { temp_token: tempToken } = (await ann.login()).body;
    expect(await ann.change({ bearer: tempToken })).toMatchObject({
      status: 401,
      type: '/problems/invalid-token',
    });
    expect((await ann.verify(tempToken, ann.code())).status).toBe(200);
  });

  test('is refused to nobody in particular', async () => {
    const ann = await enrolled();
    expect((await ann.change({ bearer: '' })).status).toBe(401);
    expect((await ann.change({ bearer: '', header: ann.code() })).status).toBe(401);
    expect((await ann.loginWithTotp(ann.secret)).status).toBe(200);
  });

  test.skipIf(noBody)('LC-1 is done with a code in the body, once', async () => {
    const ann = await enrolled();
    const body = ann.code();
    expect((await ann.change({ bearer: ann.low, body })).status).toBe(done);
    if (removesAll) return;
    expect(await ann.change({ bearer: ann.low, body })).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-used',
    });
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
  });

  test('LC-1 is done with a code in the header', async () => {
    const ann = await enrolled();
    expect((await ann.change({ bearer: ann.low, header: ann.code() })).status).toBe(done);
  });

  test('is refused with a wrong code, which is counted', async () => {
    const ann = await enrolled();
    const header = '000000' === ann.code() ? '000001' : '000000';
    expect(await ann.change({ bearer: ann.low, header })).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-invalid',
      body: { attempts_remaining: 2 },
    });
  });

  test('is refused with a code that was used', async () => {
    const ann = await enrolled();
    const header = ann.code(-1); // confirmed the enrolment
    expect(await ann.change({ bearer: ann.low, header })).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-used',
    });
  });

  test('LC-1 is done with a proof that is fresh', async () => {
    const ann = await enrolled();
    const header = await ann.proofOf(ann.low);
    wait(299);
    expect((await ann.change({ bearer: ann.low, header })).status).toBe(done);
  });

  test.skipIf(noBody)('LC-1 is done with a proof in the body', async () => {
    const ann = await enrolled();
    expect((await ann.change({ bearer: ann.low, body: await ann.proofOf(ann.low) })).status).toBe(done);
  });

  test('LC-1 is refused with a proof older than five minutes', async () => {
    const ann = await enrolled();
    const header = await ann.proofOf(ann.low);
    wait(301);
    expect(await ann.change({ bearer: ann.low, header })).toMatchObject(required);
  });

  test("is refused with another bearer's proof", async () => {
    const ann = await enrolled();
    const other = await enrolled();
    const refused = { status: 403, type: '/problems/mfa-token-invalid' };
    expect(await ann.change({ bearer: ann.low, header: await other.proofOf(other.low) })).toMatchObject(
      refused,
    );
    expect(await ann.change({ bearer: ann.low, header: await ann.proofOf(ann.bearer) })).toMatchObject(
      refused,
    );
  });

  test.skipIf(noBody)('is done with a recovery code in the body, which is spent', async () => {
    const ann = await enrolled();
    const [body = ''] = ann.codes;
    expect((await ann.change({ bearer: ann.low, body })).status).toBe(done);
    if (removesAll) return;
    expect(await ann.change({ bearer: ann.low, body })).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-invalid',
    });
  });

  test('VN-4 is refused with a recovery code in the header, which is not spent', async () => {
    const ann = await enrolled();
    const [header = ''] = ann.codes;
    expect(await ann.change({ bearer: ann.low, header })).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-invalid',
    });
    expect((await ann.verify((await ann.login()).body.temp_token, header)).status).toBe(200);
  });

  test('LC-1 is refused to a session that passed e-mail alone, where there is an app', async () => {
    const ann = await enrolled();
    const { bearer } = await ann.enrolSent('email', { email: `${ann.username}@second.example` }, ann.bearer);
    wait(301);
    const { temp_token: tempToken } = (await ann.login()).body;
    await world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, method: 'email' });
    const byMail = (await ann.verify(tempToken, ann.lastCode('email'))).body.access_token;
    expect(byMail).toEqual(expect.any(String));
    expect(await ann.change({ bearer: byMail })).toMatchObject(required);
    expect(await ann.change({ bearer })).toMatchObject(required);
  });

  test('LC-1 is done by a session that passed SMS, where there is an app', async () => {
    const ann = await enrolled();
    await ann.enrolSent('sms', { phone: freshPhone() }, ann.bearer);
    wait(301);
    const { temp_token: tempToken } = (await ann.login()).body;
    await world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, method: 'sms' });
    const bySms = (await ann.verify(tempToken, ann.lastCode('sms'))).body.access_token;
    expect((await ann.change({ bearer: bySms })).status).toBe(done);
  });

  test('LC-1 is done by a session that passed e-mail, where there is nothing better', async () => {
    const ann = await world.user();
    const factor = await ann.enrolSent('email', { email: `${ann.username}@second.example` });
    expect((await make({ ...ann, ...factor }, { bearer: factor.bearer })).status).toBe(done);
  });

  test('HT-3 is refused with the code in the URL, which is not spent', async () => {
    const ann = await enrolled();
    const url = `/auth/mfa/factors/${ann.factorId}?mfa_token=${ann.code()}`;
    expect((await world.call('DELETE', url, undefined, { bearer: ann.bearer })).status).toBe(400);
    expect((await ann.loginWithTotp(ann.secret)).status).toBe(200);
  });
});

describe('the password', () => {
  test.each(['/auth/mfa/disable', '/auth/mfa/recovery-codes/regenerate'])(
    'is asked at %s as well, and a wrong one spends no code',
    async (url) => {
      const ann = await world.user();
      const { bearer, secret, codes } = await ann.enrolTotp();
      const send = (body: Record<string, unknown>) => world.call('POST', url, body, { bearer });
      expect((await send({})).status).toBe(400);
      for (const mfa_token of [codeOf(secret), codes[0]]) {
        const refused = await send({ password: 'wrong', mfa_token });
        expect(refused).toMatchObject({
          status: 401,
          type: '/problems/invalid-password',
          body: { detail: 'Invalid password' },
        });
        expect((await ann.verify((await ann.login()).body.temp_token, mfa_token ?? '')).status).toBe(200);
      }
    },
  );
});
