import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { changeArea } from '../../src/features/policy/change-area.ts';
import { connectDuo } from '../../src/platform/adapters/connect-duo.ts';
import { codeOf, wait } from '../support/actor.ts';
import { type FakeDuo, startFakeDuo } from '../support/fake-duo.ts';
import { phone } from '../support/fake-duo-auth.ts';
import { type DuoFault, duoFaults } from '../support/fake-duo-faults.ts';
import { claimsOf, eventsOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

type Connected = ReturnType<FakeDuo['connect']>;

let duo: FakeDuo;
let line: Connected;
beforeAll(async () => {
  duo = await startFakeDuo();
});
afterAll(() => duo.close());
afterEach(() => duo.faultAlways(null));

/** Each test has a connection to Duo that has not failed yet. */
beforeEach(() => takeLine());
function takeLine(host: Parameters<FakeDuo['connect']>[0] = {}) {
  const connected = duo.connect(host);
  onTestFinished(connected.close);
  line = connected;
}

/** A method over the connection of the test. */
function overLine<Name extends keyof Connected['methods']>(name: Name) {
  const get =
    (_: object, call: string) =>
    (...given: unknown[]) =>
      Reflect.get(line.methods[name] ?? {}, call)(...given);
  return new Proxy({}, { get }) as NonNullable<Connected['methods'][Name]>;
}

/** Of a Duo that hangs the test need not wait as long as somebody who logs in. */
function breakDuo(fault: DuoFault) {
  if (fault === 'hang' || fault === 'trickle') takeLine({ timeoutMs: 200 });
  duo.faultAlways(fault);
}

const world = useWorld({
  carriers: {
    duoPrompts: overLine('duoPrompts'),
    duoTelephones: overLine('duoTelephones'),
    sendMail: async () => {},
  },
});

async function setOutage(providerOutage: 'closed' | 'fallback' | 'open') {
  const policy = { ...toStored(presets.standard.public), providerOutage };
  const change = { policy, reportOnly: false, version: undefined };
  await changeArea(world.deps, consoleContext(), { actorId: null, area: 'public', change });
}

async function enrolled({ totp = false } = {}) {
  const ann = await world.user();
  duo.users.set(ann.username, { policy: 'auth', devices: [phone], verified: true });
  const bearer: string = (await ann.login()).body.access_token;
  await world.call('POST', '/auth/mfa/enroll', { method: 'duo_push' }, { bearer });
  const push = duo.pushes.at(-1);
  if (push) push.decision = { result: 'allow', status: 'allow' };
  const done = await world.call('POST', '/auth/mfa/verify-enrollment', {}, { bearer });
  expect(done.status).toBe(200);
  const secret = totp ? (await ann.enrolTotp(done.body.access_token)).secret : '';
  wait(301); // so that it is not in the way of the next push
  return { ...ann, secret };
}

const transport: readonly DuoFault[] = ['500', 'hang', 'cut', 'trickle'];
const answered = duoFaults.filter((fault) => !transport.includes(fault));

describe('closed, as an area is unless it says otherwise', () => {
  beforeEach(() => setOutage('closed'));

  test.each(duoFaults)('OB-9 attack 41 Duo with %s: 503 in time, and never a token', async (fault) => {
    const ann = await enrolled({ totp: true });
    breakDuo(fault);
    const refused = await ann.login();
    expect(refused).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
    expect(refused.body).not.toHaveProperty('access_token');
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect((await eventsOf(world, ann.id)).at(-1)).toMatchObject({
      type: 'mfa_send_failed',
      method: 'duo_push',
    });
    const { temp_token: temp } = refused.body;
    await world.call('POST', '/auth/mfa/challenge', { temp_token: temp, method: 'totp' });
    expect((await ann.verify(temp, codeOf(ann.secret))).status).toBe(200); // another factor of theirs does
  });

  test('OB-9 attack 41 a wrong certificate, and nobody there', async () => {
    for (const host of [{ caFile: undefined }, { apiHost: 'localhost:1' }]) {
      takeLine(host);
      const ann = await world.user();
      const bearer: string = (await ann.login()).body.access_token;
      for (const method of ['duo_push', 'duo_universal']) {
        const begun = await world.call('POST', '/auth/mfa/enroll', { method }, { bearer });
        expect(begun).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
      }
    }
  });

  test('a Duo that does not know our keys is an outage, and the log says which', async () => {
    const { auth, universal } = duo.options;
    line = connectDuo({
      ...duo.options,
      auth: auth && { ...auth, secretKey: 's'.repeat(40) },
      universal: universal && { ...universal, clientSecret: 's'.repeat(40) },
    });
    onTestFinished(line.close);
    const logged = world.logs.length;
    const ann = await world.user();
    const bearer: string = (await ann.login()).body.access_token;
    for (const method of ['duo_push', 'duo_universal']) {
      expect((await world.call('POST', '/auth/mfa/enroll', { method }, { bearer })).status).toBe(503);
    }
    const log = world.logs.slice(logged).join('');
    expect(log).toContain('DuoRefusal 401 40103 Invalid signature in request credentials');
    expect(log).toContain('DuoRefusal 400 40002 invalid_client');
    expect(log).not.toContain('ssssssss');
  });
});

describe('fallback', () => {
  beforeEach(() => setOutage('fallback'));

  test.each(duoFaults)('OB-9 Duo with %s: another factor is asked for at once', async (fault) => {
    const ann = await enrolled({ totp: true });
    breakDuo(fault);
    const login = await ann.login();
    expect(login).toMatchObject({ status: 200, body: { mfa_required: true, mfa_method: 'totp' } });
    const { body } = await ann.verify(login.body.temp_token, codeOf(ann.secret));
    expect(claimsOf(body.access_token)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], mfa: true });
    expect((await eventsOf(world, ann.id)).map(({ type }) => type)).toContain('mfa_send_failed');
  });

  test('where there is no other: 503', async () => {
    const ann = await enrolled();
    duo.faultAlways('500');
    expect((await ann.login()).status).toBe(503);
  });
});

describe('open', () => {
  beforeEach(() => setOutage('open'));

  test.each(transport)(
    'OB-9 attack 41 Duo with %s: in by the password, and audited as such',
    async (fault) => {
      const ann = await enrolled();
      breakDuo(fault);
      const { status, body } = await ann.login();
      expect(status).toBe(200);
      expect(claimsOf(body.access_token)).toMatchObject({
        acr: 'urn:sallyport:acr:1',
        amr: ['pwd'],
        mfa: false,
        mfa_waived: 'provider_outage',
      });
      const events = await eventsOf(world, ann.id);
      expect(events.find(({ type }) => type === 'mfa_waived')).toMatchObject({
        type: 'mfa_waived',
        method: 'duo_push',
        detail: { waived: 'provider_outage' },
      });
      const bearer = body.access_token;
      const forward = await world.call('GET', '/auth/forward?area=public&mfa=required', undefined, {
        bearer,
      });
      expect(forward.status).toBe(403);
      const refreshed = await world.call('POST', '/auth/refresh', { refresh_token: body.refresh_token });
      expect(claimsOf(refreshed.body.access_token)).toMatchObject({
        mfa: false,
        mfa_waived: 'provider_outage',
      });
    },
  );

  test.each(answered)('OB-9 Duo with %s has answered: 503', async (fault) => {
    const ann = await enrolled();
    breakDuo(fault);
    expect((await ann.login()).status).toBe(503);
  });

  test('another factor comes first', async () => {
    const ann = await enrolled({ totp: true });
    duo.faultAlways('500');
    expect((await ann.login()).body).toMatchObject({ mfa_required: true, mfa_method: 'totp' });
  });

  test('never for a step-up, an enrolment, or a push that is already sent', async () => {
    const ann = await enrolled();
    const { temp_token: temp } = (await ann.login()).body;
    duo.faultAlways('500');
    const poll = await world.call('POST', '/auth/mfa/verify', { temp_token: temp });
    expect(poll.status).toBe(503);
    duo.faultAlways(null);
    const push = duo.pushes.at(-1);
    if (push) push.decision = { result: 'allow', status: 'allow' };
    const { body } = await world.call('POST', '/auth/mfa/verify', { temp_token: temp });
    const bearer = body.access_token;
    duo.faultAlways('500');
    expect((await world.call('POST', '/auth/mfa/step-up', {}, { bearer })).status).toBe(503);
    const enroll = { method: 'duo_universal' };
    expect((await world.call('POST', '/auth/mfa/enroll', enroll, { bearer })).status).toBe(503);
  });

  test('never in admin', async () => {
    const root = await world.user({ roles: ['admin'] });
    duo.users.set(root.username, { policy: 'auth', devices: [phone] });
    const bearer = (await root.login('admin')).body.enrollment_token;
    await world.call('POST', '/auth/mfa/enroll', { method: 'duo_push' }, { bearer });
    const push = duo.pushes.at(-1);
    if (push) push.decision = { result: 'allow', status: 'allow' };
    expect((await world.call('POST', '/auth/mfa/verify-enrollment', {}, { bearer })).status).toBe(200);
    wait(301);
    duo.faultAlways('500');
    expect((await root.login('admin')).status).toBe(503);
    expect((await root.login('admin')).status).toBe(503); // a push that was not sent is not in the way
    expect((await root.login()).status).toBe(200); // where the same password opens less
  });
});

describe('a Duo that does not answer', () => {
  test('is not waited for again and again: the breaker opens, and closes once it is back', async () => {
    const { methods, close } = duo.connect({ timeoutMs: 200 });
    onTestFinished(close);
    const ask = () => methods.duoTelephones?.preauth('nobody');
    duo.faultAlways('hang');
    for (let at = 0; at < 3; at += 1) await expect(ask()).rejects.toMatchObject({ status: 503 });
    const before = duo.requestCount();
    await expect(ask()).rejects.toMatchObject({ status: 503 });
    expect(duo.requestCount()).toBe(before);
    duo.faultAlways(null);
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 16_000);
    await expect(ask()).resolves.toMatchObject({ result: 'enroll' });
    clock.mockRestore();
    await expect(ask()).resolves.toMatchObject({ result: 'enroll' });
  });

  test('one that says 429 is left alone, twice as long each time, and that opens no area', async () => {
    const { methods, isCutOff, close } = duo.connect();
    onTestFinished(close);
    const ask = async () => methods.duoTelephones?.preauth('nobody');
    const begin = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(begin);
    onTestFinished(() => clock.mockRestore());
    const refusedFor = async (seconds: number) => {
      const { status, extensions, cause } = await ask().then(
        () => expect.fail(),
        (error) => error,
      );
      expect(status).toBe(503);
      expect(cause).toMatchObject({ name: 'DuoRefusal' });
      expect(extensions.retry_after).toBeGreaterThanOrEqual(seconds);
      expect(extensions.retry_after).toBeLessThanOrEqual(Math.ceil(seconds * 1.25));
    };
    duo.faultAlways('429');
    await refusedFor(1);
    const before = duo.requestCount();
    await refusedFor(1);
    expect(duo.requestCount()).toBe(before);
    clock.mockReturnValue(begin + 2_000);
    await refusedFor(2);
    expect(duo.requestCount()).toBe(before + 1);
    expect(isCutOff()).toBe(false);
    duo.faultAlways(null);
    clock.mockReturnValue(begin + 10_000);
    await expect(ask()).resolves.toMatchObject({ result: 'enroll' });
  });

  test('a push that nobody has answered for a while is no outage', async () => {
    const { methods, close } = duo.connect({ timeoutMs: 200 });
    onTestFinished(close);
    duo.fault('hang', 5);
    for (let at = 0; at < 5; at += 1) expect(await methods.duoTelephones?.decision('x')).toBeNull();
    await expect(methods.duoTelephones?.preauth('nobody')).resolves.toMatchObject({ result: 'enroll' });
  });
});
