import { z } from 'zod';
import { answerCallerCheck } from '../../features/user-admin/answer-caller-check.ts';
import { askCaller } from '../../features/user-admin/ask-caller.ts';
import { isCheckNumber } from '../../features/user-admin/caller-check-number.ts';
import { sentMethods } from '../../features/user-admin/caller-factors.ts';
import type { App } from '../../platform/http/app-type.ts';
import { code, durationSeconds, shown, text, withExamples } from '../../platform/http/fields.ts';
import { pending } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { publicRoute } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

const number = text(40)
  .refine(isCheckNumber, 'Nine digits')
  .describe('The number that the helpdesk read to the caller');
const numberExample = '482 177 309';

const askBody = withExamples(z.strictObject({ number, method: z.enum(sentMethods) }), {
  'a code': { number: numberExample, method: 'email' },
  'a push': { number: numberExample, method: 'duo_push' },
});
const askedBody = withExamples(
  z.strictObject({
    verification_code: z.string().nullable().describe('For a push: what to type into the telephone'),
  }),
  { 'a code': { verification_code: null }, 'a push': { verification_code: '492039' } },
);
const answerBody = withExamples(
  z.strictObject({
    number,
    mfa_token: code.optional().describe('A code of the app, a sent code, or a recovery code'),
  }),
  {
    code: { number: numberExample, mfa_token: shown.code },
    'how does the push fare?': { number: numberExample },
  },
);
const passedBody = withExamples(z.strictObject({ status: z.literal('passed') }), {
  passed: { status: 'passed' },
});
const pendingBody = withExamples(
  z.strictObject({ status: z.literal('pending'), retry_after: durationSeconds }),
  { pending: { status: 'pending', retry_after: 2 } },
).describe('Not passed yet');

const tags = ['Second factor'];
const pollSeconds = 2;

function askCallerRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/caller-checks/challenge',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'askCaller',
        summary: 'Have a code or a push sent, to show the helpdesk who is calling',
        description:
          'It goes to a factor of the account. The answer is the same whether the number is known and the account has such a factor.',
        body: askBody,
        response: { 202: askedBody, ...problemResponses() },
      },
    },
    async (request, reply) => {
      const { verificationCode } = await askCaller(deps, contextOf(request), request.body);
      return reply.code(202).send({ verification_code: verificationCode });
    },
  );
}

function answerCallerCheckRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/caller-checks/answer',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'answerCallerCheck',
        summary: 'Show the helpdesk who is calling, by a factor',
        description:
          'Without mfa_token, it asks for the state of a push. An unknown number and a wrong code have the same answer. ' +
          'A pass opens no session.',
        body: answerBody,
        response: { 200: passedBody, 202: pendingBody, ...problemResponses('mfa-token-invalid') },
      },
    },
    async (request, reply) => {
      const { number: checkNumber, mfa_token: typed } = request.body;
      const answer =
        typed === undefined ? ({ kind: 'poll' } as const) : ({ kind: 'code', code: typed } as const);
      const status = await answerCallerCheck(deps, contextOf(request), { number: checkNumber, answer });
      return status === 'pending' ? pending(reply, pollSeconds) : reply.code(200).send({ status });
    },
  );
}

/** The routes of a caller, who is not logged in. The helpdesk starts a check: see admin/caller-check-routes.ts. */
export async function callerRoutes(app: App): Promise<void> {
  askCallerRoute(app);
  answerCallerCheckRoute(app);
}
