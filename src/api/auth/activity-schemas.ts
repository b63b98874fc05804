import { z } from 'zod';
import { activityTypes } from '../../domain/audit/events.ts';
import type { OwnActivity } from '../../features/audit/own-activity.ts';
import { shown, time, withExamples } from '../../platform/http/fields.ts';

export const activityBody = withExamples(
  z.strictObject({
    entries: z.array(
      z.strictObject({
        at: time,
        type: z.enum(activityTypes).describe('An event type of the audit'),
        outcome: z.string().describe('success, failure or refused'),
        area: z.string().nullable(),
        method: z.string().nullable(),
        ip: z.string().nullable().describe('The address that the request came from'),
        user_agent: z.string().nullable(),
        by_helpdesk: z.boolean().describe('Somebody else did it on your account'),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  {
    'a login': {
      entries: [
        {
          at: shown.time,
          type: 'authn_login_success',
          outcome: 'success',
          area: 'public',
          method: 'totp',
          ip: '192.0.2.1',
          user_agent: 'Mozilla/5.0',
          by_helpdesk: false,
        },
      ],
      next_cursor: null,
    },
  },
);

export function activityOf({ entries, nextCursor }: OwnActivity) {
  return {
    entries: entries.map(({ at, type, outcome, area, method, ip, userAgent, bySomebodyElse }) => ({
      at: new Date(at).toISOString(),
      type: type as (typeof activityTypes)[number], // the statement selects no others
      outcome,
      area,
      method,
      ip,
      user_agent: userAgent,
      by_helpdesk: bySomebodyElse,
    })),
    next_cursor: nextCursor,
  };
}
