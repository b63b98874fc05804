import { isIP } from 'node:net';
import { expect } from 'vitest';
import { z } from 'zod';
import { approvalActions } from '../../src/domain/approvals/approval.ts';
import { eventTypes } from '../../src/domain/audit/events.ts';
import { severities } from '../../src/domain/audit/severity.ts';
import { levels } from '../../src/domain/policy/assurance-level.ts';
import { areaNames } from '../../src/domain/policy/policy.ts';
import { recoveryKinds } from '../../src/domain/recovery/recovery-rule.ts';
import { evidenceKinds } from '../../src/domain/users/help-evidence.ts';
import type { World } from './world.ts';

/** What one event of the audit may look like, and nothing else (PCI DSS 10.2.2). */
const event = z.strictObject({
  seq: z.number().int().positive(),
  at: z.date(),
  type: z.enum(eventTypes),
  outcome: z.enum(['success', 'failure', 'refused']),
  userId: z.uuid().nullable(),
  actorId: z.uuid().nullable(),
  area: z.enum(areaNames).nullable(),
  method: z
    .enum([
      'password',
      'totp',
      'sms',
      'email',
      'recovery_code',
      'bypass_code',
      'duo_push',
      'duo_universal',
      'webauthn',
      ...(['address', 'device', 'colleague'] as const), // kinds of a recovery
    ])
    .nullable(),
  factorId: z.uuid().nullable(),
  sessionId: z.uuid().nullable(),
  requestId: z.uuid(),
  ip: z.string().refine((text) => isIP(text) !== 0 || ['console', 'service'].includes(text)),
  userAgent: z
    .string()
    .max(200)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u)
    .nullable(),
  detail: z
    .strictObject({
      username: z.string().regex(/^[\x21-\x7e]{1,128}$/),
      severity: z.enum(severities),
      level: z.enum(levels),
      at: z.enum(['login', 'step_up', 'guard', 'proof', 'change', 'enrolment', 'caller_check', 'recovery']),
      recovery: z.uuid(),
      recoveries: z.array(z.uuid()),
      proven: z.boolean(),
      kinds: z.array(z.enum(recoveryKinds)),
      colleagues: z.number().int(),
      caller_check: z.uuid(),
      caller_method: z.string().regex(/^[a-z_]+$/),
      from_asker: z.boolean(),
      evidence: z.array(z.enum(evidenceKinds)),
      alone: z.literal(true),
      left: z.number().int(),
      waived: z.enum(['trusted_device', 'provider_bypass', 'provider_outage']),
      device: z.uuid(),
      devices: z.number().int(),
      reason: z.string().regex(/^[a-z _-]+$/i),
      ticket: z.string(),
      uses: z.number().int(),
      factors: z.number().int(),
      sessions: z.number().int(),
      route: z.string().startsWith('/').nullable(),
      roles: z.array(z.string()),
      scopes: z.array(z.string()),
      fields: z.array(z.string()),
      credential: z.uuid(),
      method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      before: z.unknown(),
      ends_at: z.iso.datetime({ offset: true }),
      exemption_id: z.uuid(),
      approval_id: z.uuid(),
      shares: z.number().int(),
      needed: z.number().int(),
      action: z.enum(approvalActions),
      requested_by: z.uuid(),
      approved_by: z.uuid(),
      approvals_stopped: z.array(z.uuid()),
      notice: z.string().regex(/^[a-z_]+$/),
      kid: z.string().regex(/^[\w-]{43}$/),
      signer: z.string().regex(/^[\w-]{43}$/),
      signs_from: z.iso.datetime(),
      at_once: z.boolean(),
      by_schedule: z.boolean(),
      table: z.string(),
      key: z.string(),
      values: z.number().int(),
      lost: z.number().int(),
      filters: z.array(z.string()),
      events: z.number().int(),
      after: z.unknown(),
      seal: z.number().int(),
      seq: z.number().int().nullable(),
      scope: z.string().regex(/^([A-Z]{2}|all)$/),
      sent: z.number().int(),
      answered: z.number().int(),
      receiver: z.uuid(),
      name: z.string().regex(/^[a-z0-9][\w.-]*$/),
      delivery: z.enum(['push', 'poll', 'webhook']),
      target: z.url(),
      hears: z.array(z.string()),
      status: z.enum(['enabled', 'disabled']),
      change: z.string(),
    })
    .partial()
    .nullable(),
});

export type Event = z.infer<typeof event>;

/** The events that something leads to, oldest first. Each is held against the schema. */
export async function eventsDuring({ database }: Pick<World, 'database'>, act: () => Promise<unknown>) {
  const { db } = database;
  const last = await db
    .selectFrom('auditEvents')
    .select('seq')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  await act();
  const rows = await db
    .selectFrom('auditEvents')
    .selectAll()
    .where('seq', '>', last?.seq ?? 0)
    .orderBy('seq')
    .execute();
  return rows.map((row): Event => {
    const { data, error } = event.safeParse(row);
    if (data) return data;
    return expect.fail(`${row.type}: ${z.prettifyError(error)}`);
  });
}

/** `mfa_passed success totp`: enough to see in one line what was audited. */
export function inWords({ type, outcome, method }: Event): string {
  return [type, outcome, ...(method ? [method] : [])].join(' ');
}
