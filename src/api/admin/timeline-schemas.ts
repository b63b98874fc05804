import { z } from 'zod';
import { kinds, sendReasons } from '../../domain/users/timeline-words.ts';
import { shown, time, withExamples } from '../../platform/http/fields.ts';

export const timelineBody = withExamples(
  z.strictObject({
    entries: z.array(
      z.strictObject({
        at: time,
        kind: z.enum(kinds),
        says: z.string().describe('One or two sentences for people; the text may change'),
        type: z
          .string()
          .nullable()
          .describe('The type of the audit event, for words of your own; null: a mail'),
        method: z.string().nullable(),
        reason: z
          .enum(sendReasons)
          .nullable()
          .describe('Why a code was not sent, for words of your own; null: not known, or something else'),
        ip: z.string().nullable().describe('The address that the request came from'),
        by: z.string().nullable().describe('Who did it, if not the user'),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  {
    'a code that was sent': {
      entries: [
        {
          at: shown.time,
          kind: 'send',
          says: 'A code was sent by text message to +1•••••••••00, and the carrier took it. Whether it reached the phone is not known.',
          type: 'mfa_challenge',
          method: 'sms',
          reason: null,
          ip: '198.51.100.7',
          by: null,
        },
      ],
      next_cursor: null,
    },
  },
);
