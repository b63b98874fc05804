import { z } from 'zod';
import { storedName } from '../../features/login/log-in.ts';
import { approveRecovery, refuseRecovery } from '../../features/recovery/approve-recovery.ts';
import { answerNaming, nameColleagues, readColleagues } from '../../features/recovery/name-colleagues.ts';
import { stopOwnRecovery } from '../../features/recovery/stop-recovery.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { actingPerson } from '../access/acting-person.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireAccess, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { approvedBody, colleaguesBody, namingBody, overviewBody, overviewOf } from './recovery-schemas.ts';

const tags = ['Recovery'];
const params = z.strictObject({ id });
const fresh = guard({ area: 'own', mfa: 'fresh' });
const done = { 204: z.undefined().describe('Done') };
const freshProblems = [
  ...bearerProblems,
  ...(['mfa-token-required', 'mfa-token-invalid', 'mfa-token-used', 'mfa-enrollment-required'] as const),
];

function readColleaguesRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/auth/recovery/colleagues',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags,
        operationId: 'readColleagues',
        summary: 'Read your colleagues, and what they ask of you',
        description:
          'Who may approve a recovery of your account, who has named you, which of them needs a code from you, and which ' +
          'recoveries of your own account go on.',
        response: { 200: overviewBody, ...problemResponses(bearerProblems) },
      },
    },
    async (request) => overviewOf(await readColleagues(deps, contextOf(request), requireSession(request))),
  );
}

function nameColleaguesRoute(app: App): void {
  const deps = app.deps;
  app.put(
    '/auth/recovery/colleagues',
    {
      onRequest: fresh,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'nameColleagues',
        summary: 'Name up to three colleagues who may approve a recovery',
        description:
          'Each gets a mail and must agree. A colleague counts for recoveries that begin after that. The answer does not say ' +
          'whether a name belongs to an account.',
        headers: mfaHeader,
        body: colleaguesBody,
        response: { 200: overviewBody, ...problemResponses(freshProblems) },
      },
    },
    async (request) => {
      const ctx = contextOf(request);
      const principal = requireSession(request);
      const names = request.body.colleagues.map(storedName);
      await nameColleagues(deps, ctx, { principal, names });
      return overviewOf(await readColleagues(deps, ctx, principal));
    },
  );
}

function answerNamingRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/named-by/:id',
    {
      onRequest: fresh,
      schema: {
        tags,
        operationId: 'answerNaming',
        summary: 'Agree to be the colleague of a user who has named you, or do not',
        description: 'The id is that of the user. Without your agreement, nobody can ask you for a code.',
        headers: mfaHeader,
        params,
        body: namingBody,
        response: { ...done, ...problemResponses(freshProblems, 'not-found') },
      },
    },
    async (request, reply) => {
      const principal = requireSession(request);
      const { agrees } = request.body;
      await answerNaming(deps, contextOf(request), { principal, userId: request.params.id, agrees });
      return reply.code(204).send();
    },
  );
}

function approveRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/requests/:id/approve',
    {
      onRequest: fresh,
      schema: {
        tags,
        operationId: 'approveRecovery',
        summary: 'Approve the recovery of a person who has named you',
        description:
          'Speak with the person first. The answer has a code: read it to the person, and to nobody else. It needs a fresh ' +
          'factor that is no mail. A second approval replaces the code.',
        headers: mfaHeader,
        params,
        response: { 200: approvedBody, ...problemResponses(freshProblems, 'forbidden', 'not-found') },
      },
    },
    async (request) => {
      const on = { ...actingPerson(request), level: requireAccess(request).shown.level };
      const approved = await approveRecovery(deps, contextOf(request), { ...on, id: request.params.id });
      return { colleague_code: approved.code, expires_at: approved.expiresAt.toISOString() };
    },
  );
}

function refuseRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/requests/:id/refuse',
    {
      onRequest: fresh,
      schema: {
        tags,
        operationId: 'refuseRecovery',
        summary: 'Stop the recovery of a person who has named you',
        description: 'For a recovery that this person did not begin. The owner gets a mail.',
        headers: mfaHeader,
        params,
        response: { ...done, ...problemResponses(freshProblems, 'not-found') },
      },
    },
    async (request, reply) => {
      const on = { ...actingPerson(request), level: requireAccess(request).shown.level };
      await refuseRecovery(deps, contextOf(request), { ...on, id: request.params.id });
      return reply.code(204).send();
    },
  );
}

function stopRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/own/:id/stop',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags,
        operationId: 'stopRecovery',
        summary: 'Stop a recovery of your own account',
        description: 'It needs no fresh factor, because it grants nothing.',
        params,
        response: { ...done, ...problemResponses(bearerProblems, 'not-found') },
      },
    },
    async (request, reply) => {
      const principal = requireSession(request);
      await stopOwnRecovery(deps, contextOf(request), { principal, id: request.params.id });
      return reply.code(204).send();
    },
  );
}

/** The routes of users who name colleagues, and of those colleagues. */
export async function colleagueRoutes(app: App): Promise<void> {
  readColleaguesRoute(app);
  nameColleaguesRoute(app);
  answerNamingRoute(app);
  approveRecoveryRoute(app);
  refuseRecoveryRoute(app);
  stopRecoveryRoute(app);
}
