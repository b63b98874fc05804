import { z } from 'zod';
import { eventTypes } from '../../domain/audit/events.ts';
import { severities } from '../../domain/audit/severity.ts';
import { areaNames } from '../../domain/policy/policy.ts';
import type { EventFilter } from '../../features/audit/event-store.ts';
import type { ListedEvent } from '../../features/audit/list-events.ts';
import { describeFault, type Verified } from '../../features/audit/verify-log.ts';
import { id, shown, text, time, withExamples } from '../../platform/http/fields.ts';

const outcomes = ['success', 'failure', 'refused'] as const;
const kinds = [
  'changed',
  'removed',
  'reordered',
  'inserted',
  'unsigned',
  'replaced',
  'lost',
  'unsealed',
] as const;
/** Query parameters are text, so the schema converts digits to a number and refuses other text. */
const number = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'A whole number from 1')
  .transform(Number);
const moment = z.iso
  .datetime({ offset: true, message: 'A time such as 2026-02-03T09:30:00Z' })
  .transform((written) => new Date(written));

export const auditQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]|[1-9]\d|[1-4]\d\d|500)$/, 'From 1 to 500')
    .transform(Number)
    .optional(),
  cursor: number.optional().describe('`next_cursor` of the previous page'),
  type: z.enum(eventTypes).optional(),
  outcome: z.enum(outcomes).optional(),
  user_id: id.optional(),
  username: text(128).optional().describe('The name at the time of the event'),
  severity: z.enum(severities).optional(),
  actor_id: id.optional(),
  area: z.enum(areaNames).optional(),
  method: text(32).optional(),
  session_id: id.optional(),
  request_id: id.optional().describe('The UUID in the `instance` of a refusal'),
  ip: text(64).optional(),
  from: moment.optional().describe('This moment and later'),
  until: moment.optional().describe('Before this moment'),
});

export const afterQuery = z.strictObject({ after: number.optional().describe('After this seal') });

const event = {
  seq: 812,
  at: '2026-02-03T09:30:00.123000Z',
  type: 'mfa_passed',
  severity: 'info' as const,
  outcome: 'success' as const,
  user_id: shown.userId,
  username: shown.username,
  username_now: shown.username,
  actor_id: null,
  actor_username: null,
  area: 'admin',
  method: 'totp',
  factor_id: shown.factorId,
  session_id: shown.sessionId,
  request_id: 'eb06275e-3bb1-4f5e-9a2c-7a1a7f4e5a10',
  ip: '198.51.100.7',
  user_agent: 'curl/8.5.0',
  detail: null,
};

export const eventsBody = withExamples(
  z.strictObject({
    events: z.array(
      z
        .strictObject({
          seq: z.int().describe('Ascending; there may be gaps'),
          at: time,
          type: z.string(),
          severity: z.enum(severities).describe('Follows from the type alone'),
          outcome: z.enum(outcomes),
          user_id: z.string().nullable(),
          username: z.string().nullable().describe('The name at the time of the event'),
          username_now: z.string().nullable().describe('The current name; null if the user no longer exists'),
          actor_id: z.string().nullable().describe('Who did it, if not the user'),
          actor_username: z.string().nullable().describe('The current name'),
          area: z.string().nullable(),
          method: z.string().nullable(),
          factor_id: z.string().nullable(),
          session_id: z.string().nullable(),
          request_id: z.string().nullable(),
          ip: z.string().nullable(),
          user_agent: z.string().nullable(),
          detail: z.unknown().describe('Counts and reasons; never a secret'),
        })
        .meta({ title: 'AuditEvent' }),
    ),
    next_cursor: z.string().nullable(),
  }),
  { page: { events: [event], next_cursor: '812' } },
);

export const verifiedBody = withExamples(
  z.strictObject({
    holds: z.boolean(),
    fault: z
      .strictObject({
        kind: z.enum(kinds),
        seal: z.int().nullable(),
        seq: z.int().nullable().describe('The event; null if it is the seal itself'),
        detail: z.string(),
      })
      .nullable()
      .describe('The first record that differs from what was sealed'),
    seals: z.strictObject({ first: z.int().nullable(), last: z.int() }),
    events: z.int().describe('Events that were compared with their seals'),
    unsealed: z.int().describe('So new that no seal covers them'),
    checkpoints: z.int().describe('Checkpoints that the seals were compared with'),
    next_after: z.int().nullable().describe('Send it as `after` to check the next part. Null at the end'),
  }),
  {
    sound: {
      holds: true,
      fault: null,
      seals: { first: 1, last: 31 },
      events: 812,
      unsealed: 1,
      checkpoints: 31,
      next_after: null,
    },
    changed: {
      holds: false,
      fault: { kind: 'changed', seal: 17, seq: 401, detail: 'Event 401, of seal 17, was changed.' },
      seals: { first: 1, last: 16 },
      events: 398,
      unsealed: 0,
      checkpoints: 16,
      next_after: null,
    },
  },
);

export function filterOf(query: Omit<z.output<typeof auditQuery>, 'limit' | 'cursor'>): EventFilter {
  const { user_id: userId, actor_id: actorId, session_id: sessionId, request_id: requestId, ...rest } = query;
  return { ...rest, userId, actorId, sessionId, requestId };
}

export function eventShown(row: ListedEvent): z.input<typeof eventsBody>['events'][number] {
  const { userId, actorId, factorId, sessionId, requestId, userAgent, nameNow, actorName, ...rest } = row;
  return {
    ...rest,
    outcome: z.enum(outcomes).parse(row.outcome),
    user_id: userId,
    username_now: nameNow,
    actor_id: actorId,
    actor_username: actorName,
    factor_id: factorId,
    session_id: sessionId,
    request_id: requestId,
    user_agent: userAgent,
  };
}

export function verifiedShown(report: Verified): z.input<typeof verifiedBody> {
  const { fault, firstSeal, lastSeal, events, unsealed, more, compared } = report;
  return {
    holds: fault === null,
    fault: fault && { ...fault, detail: describeFault(fault) },
    seals: { first: firstSeal, last: lastSeal },
    events,
    unsealed,
    checkpoints: compared,
    next_after: more && !fault ? lastSeal : null,
  };
}
