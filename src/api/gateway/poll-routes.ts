import { z } from 'zod';
import { pollEvents } from '../../features/security-events/poll-events.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id, shown, text, withExamples } from '../../platform/http/fields.ts';
import { requireService } from '../access/authenticate-service.ts';
import { guard } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';

const mostEvents = 100;
const errorCode = /^[a-z_]{1,40}$/;

/** The names are those of RFC 8936. */
const pollBody = withExamples(
  z.strictObject({
    maxEvents: z.int().min(0).max(1000).optional().describe(`At most ${mostEvents} come at once`),
    returnImmediately: z
      .boolean()
      .optional()
      .describe('By default the answer waits up to five seconds for an event'),
    ack: z.array(text(100)).max(300).optional().describe('`jti` of each event that was taken'),
    setErrs: z
      .record(text(100), z.object({ err: text(100), description: z.string().max(1000).optional() }))
      .optional()
      .describe('By `jti`: events that are refused. The service parks them'),
  }),
  { poll: { maxEvents: 20, ack: [shown.factorId] } },
);

const polledBody = withExamples(
  z.strictObject({
    sets: z.record(z.string(), z.string()).describe('Security event tokens, by `jti`'),
    moreAvailable: z.boolean().optional(),
  }),
  { one: { sets: { [shown.factorId]: shown.jwt } }, none: { sets: {} } },
);

/** Receivers fetch their events here (RFC 8936). */
export async function pollRoutes(app: App): Promise<void> {
  const deps = app.deps;
  app.post(
    '/events/poll/:id',
    {
      onRequest: guard({ area: 'service', scope: 'events:poll' }),
      schema: {
        tags: ['Security events'],
        operationId: 'pollEvents',
        summary: 'Fetch security events, and acknowledge those that were taken',
        description:
          'RFC 8936. An event that is not acknowledged comes again after 30 seconds. Of each subject the oldest event comes alone: ' +
          'the next one follows after its acknowledgement.',
        params: z.strictObject({ id }),
        body: pollBody,
        response: {
          200: polledBody,
          ...problemResponses(bearerProblems, 'insufficient-scope', 'not-found'),
        },
      },
    },
    async (request) => {
      const { maxEvents = mostEvents, returnImmediately = false, ack = [], setErrs = {} } = request.body;
      const refused = Object.entries(setErrs).map(([jti, { err }]) => [
        jti,
        errorCode.test(err) ? err : 'other',
      ]);
      const { sets, moreAvailable } = await pollEvents(deps, {
        accountId: requireService(request).account.id,
        receiverId: request.params.id,
        most: Math.min(maxEvents, mostEvents),
        acknowledged: ack.filter(isJti),
        refused: Object.fromEntries(refused.filter(([jti]) => isJti(jti))),
        waits: !returnImmediately,
      });
      return { sets, ...(moreAvailable && { moreAvailable }) };
    },
  );
}

/** Others are not ours, and a receiver may send what it likes (RFC 8936 2.4). */
function isJti(text: string | undefined): boolean {
  return id.safeParse(text).success;
}
