import { z } from 'zod';
import type { MailFault } from '../../features/notices/mail-watch.ts';
import type { App } from '../../platform/http/app-type.ts';
import { withExamples } from '../../platform/http/fields.ts';
import { publicRead } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { faultOf, notReady } from './readiness.ts';

const ok = z.literal('ok');
const liveBody = withExamples(z.strictObject({ status: ok }), { ok: { status: 'ok' } });
const readyBody = withExamples(
  z.strictObject({
    status: ok,
    warnings: z
      .array(z.enum(['mail_missing', 'mail_failing']))
      .optional()
      .describe('What does not work although the instance is ready'),
  }),
  {
    ok: { status: 'ok' },
    'no mail': { status: 'ok', warnings: ['mail_missing'] },
  },
);

type Health = { readonly isDraining: () => boolean; readonly mailFault: () => MailFault | null };

const details = {
  database: 'The database does not answer, or takes no writes.',
  clock:
    'The clocks of this instance and of the database differ by more than 30 seconds. Synchronise both with NTP.',
  migrations: 'The database schema is older than this release. Run: sallyport migrate',
  keys: 'None of VAULT_KEYS can decrypt a signing key.',
  draining: 'The service is about to stop.',
} as const;

const tags = ['Operation'];

function liveRoute(app: App): void {
  app.get(
    '/health/live',
    {
      ...publicRead,
      schema: {
        tags,
        operationId: 'live',
        summary: 'Liveness: the process runs',
        description:
          'Answers as long as the process can answer at all. It depends on nothing else. If it fails, restart the process.',
        response: { 200: liveBody, ...problemResponses() },
      },
    },
    async () => ({ status: 'ok' as const }),
  );
}

function readyRoute(app: App, { isDraining, mailFault }: Health): void {
  app.get(
    '/health/ready',
    {
      ...publicRead,
      schema: {
        tags,
        operationId: 'ready',
        summary:
          'Readiness: the database takes writes and is migrated, its clock agrees, and the keys can be decrypted',
        description:
          'A load balancer sends requests only to instances that answer 200. A 503 names in `not_ready` what is missing.',
        response: { 200: readyBody, ...problemResponses('not-ready') },
      },
    },
    async () => {
      const fault = isDraining() ? 'draining' : await faultOf(app.deps);
      if (fault) throw notReady({ detail: details[fault], not_ready: [fault], retry_after: 5 });
      const warning = mailFault();
      return { status: 'ok' as const, ...(warning && { warnings: [warning] }) };
    },
  );
}

/** `isDraining`: the instance is about to stop, but still serves clients that do not know it yet. */
export function healthRoutes(health: Health) {
  return async (app: App): Promise<void> => {
    liveRoute(app);
    readyRoute(app, health);
  };
}
