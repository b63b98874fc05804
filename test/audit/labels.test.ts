import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { eventTypes } from '../../src/domain/audit/events.ts';
import { severityOf } from '../../src/domain/audit/severity.ts';
import { exportLog } from '../../src/features/audit/export-log.ts';
import { sealEvents } from '../../src/features/audit/seal-events.ts';
import { codeOf, wait } from '../support/actor.ts';
import { eventsDuring } from '../support/audit.ts';
import { check, insertEvents, summaryOf } from '../support/sealed-log.ts';
import { vendorWithTotp } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();
const opened = (events: Awaited<ReturnType<typeof eventsDuring>>) =>
  events.filter(({ type }) => type === 'authn_login_success');

describe('every opened session is one authn_login_success', () => {
  test('with its method and its level', async () => {
    const ann = await world.user();
    const plain = await eventsDuring(world, () => ann.login());
    expect(opened(plain)).toMatchObject([{ method: 'password', detail: { level: '1' } }]);
    const { secret, codes } = await ann.enrolTotp();
    const at = async (act: () => Promise<unknown>) => opened(await eventsDuring(world, act));
    wait(30);
    const verified = await at(async () => ann.verify((await ann.login()).body.temp_token, codeOf(secret)));
    expect(verified).toMatchObject([{ method: 'totp', detail: { level: '2' }, area: 'public' }]);
    const recovered = await at(async () => ann.verify((await ann.login()).body.temp_token, codes[0] ?? ''));
    expect(recovered).toMatchObject([{ method: 'recovery_code' }]);
  });

  test('also where a login could only enrol; a step-up and a refusal open none', async () => {
    const events = await eventsDuring(world, () => staff(world));
    expect(opened(events)).toMatchObject([{ area: 'admin', method: 'totp', detail: { level: '2' } }]);
    const ann = await world.user();
    const { bearer, secret } = await ann.enrolTotp();
    wait(30);
    const none = await eventsDuring(world, async () => {
      const { temp_token } = (await world.call('POST', '/auth/mfa/step-up', {}, { bearer })).body;
      await ann.verify(temp_token, '000000');
      await ann.verify(temp_token, codeOf(secret));
      await ann.login('public', { password: 'wrong' });
    });
    expect(opened(none)).toEqual([]);
  });
});

test('passes of a login, a step-up, a header, a proof and a change are distinguished', async () => {
  const vera = await vendorWithTotp(world);
  const ann = await world.user();
  const { bearer, secret } = await ann.enrolTotp();
  const places = async (act: () => Promise<unknown>) =>
    (await eventsDuring(world, act)).flatMap(({ type, detail }) =>
      ['mfa_passed', 'mfa_proof_issued'].includes(type) ? [detail?.at] : [],
    );
  wait(30);
  expect(await places(() => ann.login('public', { mfa_token: codeOf(secret) }))).toEqual(['login']);
  wait(600); // the factor of the session is no longer fresh
  const change = { password: ann.password, mfa_token: codeOf(secret) };
  const regenerate = () => world.call('POST', '/auth/mfa/recovery-codes/regenerate', change, { bearer });
  expect(await places(regenerate)).toEqual(['change']);
  wait(30);
  const stepUp = async () => {
    const { temp_token } = (await world.call('POST', '/auth/mfa/step-up', {}, { bearer })).body;
    await ann.verify(temp_token, codeOf(secret));
  };
  expect(await places(stepUp)).toEqual(['step_up']);
  expect(await places(() => vera.sensitive(vera.code()))).toEqual(['guard']);
  wait(30);
  expect(await places(() => vera.proofOf(vera.code()))).toEqual(['proof']);
});

describe('the severity and the name of an event', () => {
  test('stand in lists, which they narrow, and are no part of the detail', async () => {
    const auditor = await staff(world, 'auditor');
    const ann = await world.user();
    await ann.login('public', { password: 'wrong' });
    await ann.login();
    const { events } = (await auditor.get(`/admin/audit?username=${ann.username}`)).body;
    expect(events.length).toBeGreaterThan(2);
    for (const event of events) {
      expect(event).toMatchObject({ username: ann.username, user_id: ann.id });
      expect(event.severity).toBe(severityOf(event.type));
      expect(Object.keys(event.detail ?? {})).not.toContain('severity');
    }
    const warnings = (await auditor.get(`/admin/audit?username=${ann.username}&severity=warning`)).body
      .events;
    expect(warnings.map(({ type }: { type: string }) => type)).toEqual(['authn_login_fail']);
  });

  test('of older events are those of today, and their seals hold as they are', async () => {
    const auditor = await staff(world, 'auditor');
    const ann = await world.user();
    await insertEvents(world, 70); // as they were written before
    await world.database.db
      .insertInto('auditEvents')
      .values({ at: new Date(), type: 'mfa_failed', outcome: 'failure', userId: ann.id })
      .execute();
    await sealEvents(world.deps);
    expect(summaryOf(await check(world))).toBe('holds');
    const { events } = (await auditor.get(`/admin/audit?username=${ann.username}&type=mfa_failed`)).body;
    expect(events).toMatchObject([{ username: ann.username, severity: 'warning', detail: null }]);
  });

  test('are sealed: a change of one is found', async () => {
    const ann = await world.user();
    await ann.login();
    await sealEvents(world.deps);
    const { owner } = world.database;
    const { rows } = await sql<{ seq: number }>`select max(seq) as seq from audit_events`.execute(owner);
    const seq = rows[0]?.seq ?? 0;
    const set = (detail: object) =>
      sql`update audit_events set detail = detail || ${JSON.stringify(detail)}::jsonb where seq = ${seq}`.execute(
        owner,
      );
    await set({ username: 'somebody' });
    expect(summaryOf(await check(world))).toBe(`changed ${seq}`);
    await set({ username: ann.username });
    expect(summaryOf(await check(world))).toBe('holds');
  });

  test('stand in the export', async () => {
    const ann = await world.user();
    await ann.login();
    let text = '';
    for await (const lines of await exportLog(world.deps, consoleContext(), { userId: null, after: null }))
      text += lines;
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event)
      .filter((event) => event?.user_id === ann.id);
    expect(events.at(-1)).toMatchObject({
      type: 'authn_login_success',
      username: ann.username,
      severity: 'info',
    });
  });
});

describe('the view audit_logs', () => {
  test('says the same to report tools, of old events too', async () => {
    const ann = await world.user();
    await ann.login('public', { password: 'wrong' }, { ip: '203.0.113.9' });
    await world.database.db
      .insertInto('auditEvents')
      .values(
        eventTypes.map((type) => ({ at: new Date(), type, outcome: 'success' as const, userId: ann.id })),
      )
      .execute();
    const { rows } = await sql<{ event: string; severity: string; username: string }>`
      select event, severity, username, time, ip, area, outcome, detail from audit_logs where username = ${ann.username}`.execute(
      world.database.db,
    );
    expect(rows).toContainEqual(
      expect.objectContaining({ event: 'authn_login_fail', ip: '203.0.113.9', area: 'public', detail: null }),
    );
    expect(new Set(rows.map(({ event }) => event))).toEqual(new Set(eventTypes));
    // Of these types no event is as old as those without a severity of their own.
    const isYounger = (event: string) =>
      /^(approval|break_glass|caller_check|recovery)_|^(account_reported|account_recovered|password_removed)$/.test(
        event,
      );
    const wrong = rows.filter(({ event, severity }) => severity !== severityOf(event) && !isYounger(event));
    expect(wrong).toEqual([]);
  });

  test('finds what a refusal belongs to by the number of its request', async () => {
    const ann = await world.user();
    const { body } = await ann.login('public', { password: 'wrong' });
    const requestId = String(body.instance).replace('urn:uuid:', '');
    const { rows } =
      await sql`select event, username from audit_logs where request_id = ${requestId}`.execute(
        world.database.db,
      );
    expect(rows).toEqual([{ event: 'authn_login_fail', username: ann.username }]);
  });

  test('takes no writes, from any role', async () => {
    for (const db of [world.database.db, world.database.owner])
      for (const write of [
        'delete from audit_logs',
        `update audit_logs set ip = 'x'`,
        `insert into audit_logs (event) values ('x')`,
      ])
        await expect(sql.raw(write).execute(db), write).rejects.toThrow(/denied|cannot/);
  });
});

test('docs/audit.md names every type, with its severity', async () => {
  const text = await readFile(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  for (const type of eventTypes) expect(text).toContain(`| \`${type}\` | ${severityOf(type)} |`);
});
