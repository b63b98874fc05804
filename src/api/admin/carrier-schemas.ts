import { z } from 'zod';
import type { Carriers } from '../../features/notices/read-carriers.ts';
import { shown, time, withExamples } from '../../platform/http/fields.ts';

export const carriersBody = withExamples(
  z.strictObject({
    mail: z.strictObject({
      configured: z.boolean().describe('False: mails wait until SMTP_URL is set'),
      waiting: z.int(),
      failing: z.int().describe('Mails that the mail server has refused at least once'),
      oldest: time.nullable().describe('When the oldest of them was written'),
    }),
    methods: z.array(z.string()).describe('The methods that a user can enrol here'),
  }),
  {
    carriers: {
      mail: { configured: true, waiting: 2, failing: 1, oldest: shown.time },
      methods: ['totp', 'email', 'sms', 'webauthn'],
    },
  },
);

export const testMailBody = withExamples(z.strictObject({ to: z.string().describe('Masked') }), {
  waiting: { to: 'a•••@e•••.gov' },
});

export function carriersShown({ sendsMail, outbox, methods }: Carriers) {
  const { waiting, failing, oldest } = outbox;
  return {
    mail: { configured: sendsMail, waiting, failing, oldest: oldest?.toISOString() ?? null },
    methods: [...methods],
  };
}
