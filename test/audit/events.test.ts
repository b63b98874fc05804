import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EventType, eventTypes } from '../../src/domain/audit/events.ts';
import { accountCases } from '../support/account-cases.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { approvalCases } from '../support/approval-cases.ts';
import { eventsDuring, inWords } from '../support/audit.ts';
import { type AuditWorld, createAuditWorld, withTotp } from '../support/audit-cases.ts';
import { deviceCases } from '../support/device-cases.ts';
import { duoCases } from '../support/duo-cases.ts';
import { keyCases } from '../support/key-cases.ts';
import { logCases } from '../support/log-cases.ts';
import { loginCases } from '../support/login-cases.ts';
import { policyCases } from '../support/policy-cases.ts';
import { receiverCases } from '../support/receiver-cases.ts';
import { recoveryCases } from '../support/recovery-cases.ts';
import { serviceCases } from '../support/service-cases.ts';
import { sessionCases } from '../support/session-cases.ts';
import { smsCases } from '../support/sms-cases.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await createAuditWorld();
});
afterAll(() => world.close());
afterEach(() => {
  world.carrier.away = false;
  vi.useRealTimers();
});

const cases = [
  ...loginCases,
  ...deviceCases,
  ...sessionCases,
  ...accountCases,
  ...approvalCases,
  ...recoveryCases,
  ...serviceCases,
  ...receiverCases,
  ...keyCases,
  ...policyCases,
  ...duoCases,
  ...logCases,
  ...smsCases,
];

/** Who is not known: a name that is nobody's. Whose session: those types that speak of one. */
const ofNobody = 'a name that is nobody’s';
const ofSession: readonly EventType[] = [
  'authn_login_success',
  'mfa_passed',
  'mfa_recovery_code_used',
  'mfa_factor_added',
  'mfa_factor_changed',
  'mfa_factor_removed',
  'mfa_proof_issued',
  'mfa_waived',
  'trusted_device_added',
  'trusted_device_removed',
  'session_refreshed',
  'session_ended',
  'authn_token_reuse',
  'authn_password_change',
];

describe('the audit', () => {
  test.each(cases)('AU-1 AU-2 records $what', async ({ what, expected, given }) => {
    const events = await eventsDuring(world, await given(world));
    expect(events.map(inWords).sort()).toEqual([...expected].sort()); // of one statement in any order
    for (const event of events) {
      const isOfAll =
        /^(signing_key|receiver_|vault_|sms_|policy_(changed|tried)|rollout|approval_rules|break_glass_made)/.test(
          event.type,
        );
      expect(event.userId === null, 'who').toBe(what === ofNobody || isOfAll);
      if (event.type.startsWith('mfa_') && event.method)
        expect(event.factorId, 'which factor').not.toBeNull();
      if (
        !/^(user|account|approval|recovery|break_glass|password|vault|sms|rollout|grace|exemption)_/.test(
          event.type,
        )
      )
        expect(event.area, 'where').not.toBeNull();
      // Nobody is logged in: a caller, or a person who recovers an account.
      const isOutside = event.detail?.at === 'caller_check' || /recovery/.test(JSON.stringify(event.detail));
      if (ofSession.includes(event.type) && !isOutside)
        expect(event.sessionId, 'which session').not.toBeNull();
      if (event.type === 'authz_fail') expect(event.detail, 'why').toHaveProperty('reason');
    }
  });

  test('AU-8 knows no type of event that nothing writes', () => {
    const ofOldLogs = 'audit_cut success'; // in seals.test.ts
    const expectedTypes = new Set(
      [...cases, { expected: [ofOldLogs] }].flatMap(({ expected }) =>
        expected.map((words) => words.split(' ')[0]),
      ),
    );
    expect([...expectedTypes].sort()).toEqual([...eventTypes].sort());
  });

  test('AU-1 says when and from where, and names the request as its answer does', async () => {
    const ann = await world.user();
    wait(3600);
    const how = { ip: '198.51.100.7', headers: { 'user-agent': 'curl/8' } };
    let instance = '';
    const events = await eventsDuring(world, async () => {
      instance = (await ann.login('public', { password: 'wrong' }, how)).body.instance;
    });
    expect(events).toMatchObject([
      { at: new Date(), ip: '198.51.100.7', userAgent: 'curl/8', userId: ann.id, area: 'public' },
    ]);
    expect(instance).toBe(`urn:uuid:${events[0]?.requestId}`);
  });

  test('AU-1 numbers its events one after the other', async () => {
    const { ann, secret } = await withTotp(world);
    const events = await eventsDuring(world, async () => {
      const { temp_token } = (await ann.login()).body;
      await ann.verify(temp_token, wrongCodeOf(secret));
      await ann.verify(temp_token, codeOf(secret));
    });
    expect(events.map(inWords)).toEqual([
      'mfa_challenge success totp',
      'mfa_failed failure totp',
      'mfa_passed success totp',
      'authn_login_success success totp',
    ]);
    expect(new Set(events.map(({ seq }) => seq)).size).toBe(4);
  });

  test('AU-2 records each attempt once, however many come together', async () => {
    const { ann } = await withTotp(world);
    const events = await eventsDuring(world, () =>
      Promise.all(Array.from({ length: 6 }, () => ann.login('public', { password: 'wrong' }))),
    );
    expect(events.map(inWords)).toEqual(Array(6).fill('authn_login_fail failure password'));
  });

  test('AU-2 records nothing for a request that only reads', async () => {
    const { call } = await withTotp(world);
    const events = await eventsDuring(world, async () => {
      for (const url of ['/auth/me', '/auth/sessions', '/auth/mfa/status']) await call('GET', url);
    });
    expect(events).toEqual([]);
  });
});
