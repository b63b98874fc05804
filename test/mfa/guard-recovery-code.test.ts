import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { setPolicy } from '../support/devices.ts';
import {
  eventsOf,
  eventTypesOf,
  throttleOf,
  unknownRecoveryCode,
  vendorWithTotp,
} from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const countMails = async () => (await world.database.db.selectFrom('outbox').select('id').execute()).length;

describe('a recovery code as X-MFA-Token', () => {
  test('RC-3 lifts one request, once, and says in headers, mail and audit that it did', async () => {
    const vendor = await vendorWithTotp(world);
    const [code = ''] = vendor.codes;
    const before = await countMails();
    const lifted = await vendor.sensitive(code);
    expect(lifted).toMatchObject({
      status: 200,
      headers: {
        'x-mfa-warning': 'Recovery code used. Please regenerate codes.',
        'x-mfa-backup-codes-remaining': '9',
      },
    });
    expect(await countMails()).toBe(before + 1);
    const event = (await eventsOf(world, vendor.id)).find(({ type }) => type === 'mfa_recovery_code_used');
    expect(event).toMatchObject({
      outcome: 'success',
      area: 'vendor',
      method: 'recovery_code',
      detail: { left: 9 },
    });
    const again = await vendor.sensitive(code);
    expect(again).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    expect(again.headers).not.toHaveProperty('x-mfa-warning');
    expect((await vendor.sensitive()).status).toBe(403);
  });

  test('RC-3 lifts one of twenty requests that come with it at once', async () => {
    const vendor = await vendorWithTotp(world);
    const answers = await Promise.all(Array.from({ length: 20 }, () => vendor.sensitive(vendor.codes[0])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('RC-3 asked for by a gateway is reported to it in the same headers', async () => {
    const vendor = await vendorWithTotp(world);
    const how = { bearer: vendor.bearer, mfa: vendor.codes[0] ?? '' };
    const answer = await world.call('GET', '/auth/forward?area=vendor&mfa=required', undefined, how);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'x-auth-mfa': 'true', 'x-mfa-backup-codes-remaining': '9' },
    });
  });

  test('a wrong one is counted like any wrong code', async () => {
    const vendor = await vendorWithTotp(world);
    expect(await vendor.sensitive(unknownRecoveryCode)).toMatchObject({
      status: 403,
      body: { attempts_remaining: 2 },
    });
    expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 1 });
  });

  test('is no code where the policy does not take it, and is not spent', async () => {
    const vendor = await vendorWithTotp(world);
    await setPolicy(world, 'vendor', { recoveryCodeAtGuard: false });
    const refused = await vendor.sensitive(vendor.codes[0]);
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 0 });
    await setPolicy(world, 'vendor', { recoveryCodeAtGuard: true });
    expect((await vendor.sensitive(vendor.codes[0])).status).toBe(200);
  });

  test('stands in for no factor that does not count there', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const { codes } = await vendor.enrolSent('email', { email: `${vendor.username}@second.example` });
    const { access_token: bearer } = (await vendor.login('vendor')).body;
    await setPolicy(world, 'vendor', { minLevel: '2' });
    const url = '/api/sensitive-data';
    const refused = await world.call('GET', url, undefined, { bearer, mfa: codes[0] ?? '' });
    expect(refused.status).toBe(403);
    await setPolicy(world, 'vendor', { minLevel: '1plus' });
    expect((await world.call('GET', url, undefined, { bearer, mfa: codes[0] ?? '' })).status).toBe(200);
  });

  test('is exchanged for no proof, and a bypass code is none', async () => {
    const vendor = await vendorWithTotp(world);
    expect((await vendor.proofOf(vendor.codes[0] ?? '')).status).toBe(403);
    expect(await eventTypesOf(world, vendor.id)).not.toContain('mfa_recovery_code_used');
  });
});

describe('a token of public at the guarded route', () => {
  test('VN-1 of somebody without a factor is enough', async () => {
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    const answer = await world.call('GET', '/api/sensitive-data', undefined, { bearer });
    expect(answer).toMatchObject({ status: 200, body: { data: 'sensitive' } });
  });

  test('VN-1 by password alone of somebody with a factor needs X-MFA-Token', async () => {
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    const { secret } = await ann.enrolTotp(bearer);
    const get = (mfa?: string) =>
      world.call('GET', '/api/sensitive-data', undefined, { bearer, ...(mfa && { mfa }) });
    expect(await get()).toMatchObject({ status: 403, body: { detail: 'MFA token required' } });
    expect((await get('000000')).status).toBe(403);
    wait(30);
    expect(await get(codeOf(secret))).toMatchObject({ status: 200, body: { data: 'sensitive' } });
    expect((await get()).status).toBe(403);
    const forward = (query: string, mfa: string) =>
      world.call('GET', `/auth/forward?area=public${query}`, undefined, { bearer, mfa });
    expect((await forward('', codeOf(secret, 1))).status).toBe(403);
    expect((await forward('&mfa=if_enrolled', codeOf(secret, 1))).status).toBe(200);
  });

  test('VN-1 of admin is for another area', async () => {
    const root = await staff(world);
    expect((await root.get('/api/sensitive-data')).status).toBe(401);
  });
});
