import { actorOf } from '../../domain/users/actor.ts';
import { readCarriers } from '../../features/notices/read-carriers.ts';
import { sendTestMail } from '../../features/user-admin/send-test-mail.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { adminReads, adminWrites } from './admin-schemas.ts';
import { carriersBody, carriersShown, testMailBody } from './carrier-schemas.ts';

const tags = ['Administration'];

function readCarriersRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/carriers',
    {
      onRequest: guard({ area: 'admin', scope: 'sms:read' }),
      schema: {
        tags,
        operationId: 'readCarriers',
        summary: 'Read which carriers are set up, and which mails wait',
        description: 'The mails in the outbox, and the methods that users can enrol here.',
        response: { 200: carriersBody, ...problemResponses(adminReads) },
      },
    },
    async (request) => carriersShown(await readCarriers(deps, contextOf(request).now)),
  );
}

function sendTestMailRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/carriers/test-mail',
    {
      onRequest: guard({ area: 'admin', scope: 'users:help', mfa: 'fresh' }),
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'sendTestMail',
        summary: 'Send a test mail to your own address',
        description:
          'At most five in 15 minutes. The mail waits in the outbox like every other: see readCarriers.',
        headers: mfaHeader,
        response: { 202: testMailBody, ...problemResponses(adminWrites, 'too-many-attempts') },
      },
    },
    async (request, reply) => {
      const to = await sendTestMail(deps, contextOf(request), actorOf(requireSession(request)));
      return reply.code(202).send({ to });
    },
  );
}

export async function carrierRoutes(app: App): Promise<void> {
  readCarriersRoute(app);
  sendTestMailRoute(app);
}
