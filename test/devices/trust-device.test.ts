import { describe, expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { issueBypassCode } from '../../src/features/user-admin/issue-bypass-code.ts';
import { codeOf, wait } from '../support/actor.ts';
import {
  day,
  devicesOf,
  setPolicy,
  stubTotpVerdict,
  verifyAndTrust,
  withDevice,
} from '../support/devices.ts';
import { claimsOf, dumpDatabase, eventsOf, mailsTo } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, createWorld } from '../support/world.ts';

const world = useWorld();

const month = 30 * day;
const none = { trusted_device: undefined, trusted_device_expires_in: undefined };

describe('POST /auth/mfa/verify with remember_device', () => {
  test('gives a token for thirty days, and says so in the list, the audit and a mail', async () => {
    const { body, bearer, id, email } = await withDevice(world);
    expect(body).toMatchObject({
      trusted_device: expect.stringMatching(/^[\w-]{43}$/),
      trusted_device_expires_in: month,
    });
    const [device, ...others] = await devicesOf(world, bearer);
    expect(others).toEqual([]);
    expect(device).toEqual({
      id: expect.any(String),
      label: 'Laptop',
      created_at: new Date().toISOString(),
      last_used_at: null,
      expires_at: new Date(Date.now() + month * 1000).toISOString(),
      ip: '192.0.2.1',
      user_agent: expect.any(String),
    });
    const events = await eventsOf(world, id);
    expect(events.at(-1)).toMatchObject({
      type: 'trusted_device_added',
      area: 'public',
      sessionId: claimsOf(bearer).sid,
      detail: { device: device.id },
    });
    const mails = await mailsTo(world, email);
    expect(mails.at(-1)?.text).toMatch(
      /without the second step[\s\S]*What: "Laptop"\n[\s\S]*change your password now/,
    );
  });

  test('is offered by the challenge of a login to an area that allows it, and by no other', async () => {
    const root = await staff(world);
    const { temp_token, ...challenge } = (await root.login()).body;
    expect(challenge).toMatchObject({ mfa_required: true, trust_device_seconds: month });
    const admin = (await root.login('admin')).body;
    expect(admin.mfa_required).toBe(true);
    expect(admin).not.toHaveProperty('trust_device_seconds');
    const stepUp = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: root.bearer });
    expect(stepUp.body.mfa_required).toBe(true);
    expect(stepUp.body).not.toHaveProperty('trust_device_seconds');
  });

  test('notifies each address of the owner', async () => {
    wait(0);
    const ann = await world.user();
    const elsewhere = `${ann.username}@post.example`;
    const { bearer } = await ann.enrolSent('email', { email: elsewhere });
    wait(31);
    const { secret } = await ann.enrolTotp(bearer);
    wait(60);
    await verifyAndTrust(world, ann, () => ann.lastCode('email'));
    const mails = await mailsTo(world, ann.email, elsewhere);
    const deviceMails = mails.filter(({ subject }) => subject.startsWith('A device can now log in'));
    expect(secret).toBeDefined();
    expect(deviceMails.map(({ to }) => to).sort()).toEqual([ann.email, elsewhere].sort());
  });

  test('keeps the token as a hash alone', async () => {
    const { token, loginWithDevice } = await withDevice(world);
    const next = (await loginWithDevice()).body.trusted_device;
    const stored = await dumpDatabase(world);
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(next);
  });

  test('gives none where nobody asks for it', async () => {
    const { ann, freshCode } = await withDevice(world);
    for (const more of [{}, { remember_device: false }, { device_label: 'Laptop' }]) {
      const { status, body } = await verifyAndTrust(world, ann, freshCode, 'public', more);
      expect(status).toBe(200);
      expect({ ...none, ...body }).toMatchObject(none);
    }
  });

  test('gives none for a recovery code or a bypass code: their owner has lost a factor', async () => {
    const { ann, codes, id, bearer } = await withDevice(world);
    const recovered = await verifyAndTrust(world, ann, () => codes[0] ?? '');
    const cause = { reason: 'lost', ticket: null };
    const bypass = await issueBypassCode(world.deps, consoleContext(), {
      by: null,
      userId: id,
      input: { uses: 1, expiresInSeconds: 3600 },
      cause,
    });
    const bypassed = await verifyAndTrust(world, ann, () => bypass.code);
    for (const { status, body } of [recovered, bypassed]) {
      expect(status).toBe(200);
      expect({ ...none, ...body }).toMatchObject(none);
    }
    expect(await devicesOf(world, bearer)).toHaveLength(1);
  });

  test('gives none for a step-up: only a login makes a device a trusted one', async () => {
    const { freshCode, bearer } = await withDevice(world);
    const { body: challenge } = await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    const raised = await world.call('POST', '/auth/mfa/verify', {
      temp_token: challenge.temp_token,
      mfa_token: freshCode(),
      remember_device: true,
    });
    expect(raised.status).toBe(200);
    expect({ ...none, ...raised.body }).toMatchObject(none);
  });

  test('gives none where a provider has let somebody through without asking', async () => {
    const { ann, freshCode } = await withDevice(world);
    await setPolicy(world, 'public', { providerBypass: true });
    const back = stubTotpVerdict(world, { outcome: 'waived' });
    const { status, body } = await verifyAndTrust(world, ann, freshCode);
    back();
    await setPolicy(world, 'public', { providerBypass: false });
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)).toMatchObject({ mfa: false, mfa_waived: 'provider_bypass' });
    expect({ ...none, ...body }).toMatchObject(none);
  });

  test('gives none in an area that has no such thing, and lets the login through', async () => {
    wait(0);
    const root = await staff(world);
    wait(30);
    const { status, body } = await verifyAndTrust(world, root, root.code, 'admin');
    expect(status).toBe(200);
    expect({ ...none, ...body }).toMatchObject(none);
    expect((await eventsOf(world, root.id)).map(({ type }) => type)).not.toContain('trusted_device_added');
  });

  test('gives none where the code is wrong, and one for the right code after it', async () => {
    const { ann, freshCode, bearer } = await withDevice(world);
    const { temp_token } = (await ann.login()).body;
    const answer = (mfa_token: string) =>
      world.call('POST', '/auth/mfa/verify', { temp_token, mfa_token, remember_device: true });
    expect((await answer('000000')).status).toBe(403);
    expect(await devicesOf(world, bearer)).toHaveLength(1);
    expect((await answer(freshCode())).body.trusted_device).toBeDefined();
    const labels = (await devicesOf(world, bearer)).map(({ label }: { label: unknown }) => label);
    expect(labels).toEqual([null, 'Laptop']);
  });

  test('keeps at most twenty for each user, and lets go of the oldest', async () => {
    const { trust, token, loginWithDevice, fresh } = await withDevice(world);
    const second = await trust();
    for (let more = 0; more < 19; more += 1) await trust();
    const bearer = await fresh();
    expect(await devicesOf(world, bearer)).toHaveLength(20);
    expect((await loginWithDevice(token)).body.mfa_required).toBe(true);
    expect((await loginWithDevice(second)).body.mfa_required).toBe(false);
  });
});

describe('in each preset', () => {
  test.each(['standard', 'strict', 'pci'] as const)('%s: no administrator skips the second step', (name) => {
    const { admin, public: everyone } = presets[name];
    expect(admin.trustedDeviceSeconds).toBeNull();
    expect(everyone.trustedDeviceSeconds).toBe(name === 'standard' ? month : null);
  });

  test('strict gives no device', async () => {
    const strict = await createWorld({ preset: 'strict' });
    wait(0);
    const ann = await strict.user({ password: 'seven wet umbrellas' });
    const { secret } = await ann.enrolTotp();
    wait(30);
    const { status, body } = await verifyAndTrust(strict, ann, () => codeOf(secret));
    await strict.close();
    expect(status).toBe(200);
    expect({ ...none, ...body }).toMatchObject(none);
  });

  test('the area admin never takes a policy that has them', async () => {
    const before = toStored(world.deps.policies.admin);
    await expect(setPolicy(world, 'admin', { ...before, trustedDeviceSeconds: day })).rejects.toThrow();
  });
});
