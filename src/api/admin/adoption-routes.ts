import { z } from 'zod';
import { giveFeedback } from '../../features/adoption/give-feedback.ts';
import { readAdoption } from '../../features/adoption/read-adoption.ts';
import { readFeedback } from '../../features/adoption/read-feedback.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { adoptionBody, adoptionQuery, adoptionShown } from './adoption-schemas.ts';
import { feedbackBody, feedbackQuery, feedbackShown, feedbacksBody } from './feedback-schemas.ts';

function giveFeedbackRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/mfa/feedback',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags: ['Second factor'],
        operationId: 'giveFeedback',
        summary: 'Give feedback on the second factor, once a calendar month',
        description: 'Administrators read it without your name.',
        body: feedbackBody,
        response: {
          204: z.undefined().describe('Thank you'),
          ...problemResponses(bearerProblems, 'too-many-attempts'),
        },
      },
    },
    async (request, reply) => {
      const { rating, comment = null } = request.body;
      await giveFeedback(deps, requireSession(request), { rating, comment });
      return reply.code(204).send();
    },
  );
}

function readAdoptionRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/adoption',
    {
      onRequest: guard({ area: 'admin', scope: 'adoption:read' }),
      schema: {
        tags: ['Administration'],
        operationId: 'readAdoption',
        summary: 'Read the adoption figures of the second factor, day by day',
        description:
          'Counts of users, enrolments and verifications, without names, and the success criteria of the rollout with their targets.',
        headers: mfaHeader,
        querystring: adoptionQuery,
        response: {
          200: adoptionBody,
          ...problemResponses(
            bearerProblems,
            'insufficient-scope',
            'mfa-token-required',
            'mfa-enrollment-required',
          ),
        },
      },
    },
    async (request) => adoptionShown(await readAdoption(deps, request.query.days)),
  );
}

function readFeedbackRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/feedback',
    {
      onRequest: guard({ area: 'admin', scope: 'feedback:read' }),
      schema: {
        tags: ['Administration'],
        operationId: 'readFeedback',
        summary: 'Read the feedback on the second factor, newest first',
        description: 'Ratings and comments, without names.',
        headers: mfaHeader,
        querystring: feedbackQuery,
        response: {
          200: feedbacksBody,
          ...problemResponses(
            bearerProblems,
            'insufficient-scope',
            'mfa-token-required',
            'mfa-enrollment-required',
          ),
        },
      },
    },
    async (request) => ({ feedback: (await readFeedback(deps, request.query)).map(feedbackShown) }),
  );
}

export async function adoptionRoutes(app: App): Promise<void> {
  giveFeedbackRoute(app);
  readAdoptionRoute(app);
  readFeedbackRoute(app);
}
