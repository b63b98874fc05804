import { z } from 'zod';
import { forgetPassword } from '../../features/login/forget-password.ts';
import { resetPassword } from '../../features/login/reset-password.ts';
import type { App } from '../../platform/http/app-type.ts';
import { password, shown, text, token, withExamples } from '../../platform/http/fields.ts';
import { contextOf } from '../access/context-of.ts';
import { publicRoute } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

const forgotBody = withExamples(z.strictObject({ username: text(128) }), {
  forgotten: { username: shown.username },
});
const resetBody = withExamples(z.strictObject({ token, new_password: password }), {
  reset: { token: shown.opaque, new_password: 'eight dry parasols' },
});
const nothing = withExamples(z.strictObject({}), { taken: {} });

const tags = ['Login'];

function forgotPasswordRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/auth/password/forgot',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'forgotPassword',
        summary: 'Request a mail with a link to set a new password',
        description:
          'The answer is the same for every name, known or not. At most three mails in 15 minutes.',
        body: forgotBody,
        response: { 202: nothing, ...problemResponses() },
      },
    },
    async (request, reply) => {
      await forgetPassword(deps, contextOf(request), request.body.username);
      return reply.code(202).send({});
    },
  );
}

function resetPasswordRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/auth/password/reset',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'resetPassword',
        summary: 'Set a new password with the token from a mail',
        description:
          'The token works once. Ends every session and opens none. The second factor stays as it is.',
        body: resetBody,
        response: {
          204: z.undefined().describe('Set'),
          ...problemResponses('invalid-token', 'password-rejected', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const { token, new_password: next } = request.body;
      await resetPassword(deps, contextOf(request), token, next);
      return reply.code(204).send();
    },
  );
}

/** The routes for users who forgot their password or have not set one yet. */
export async function passwordRoutes(app: App): Promise<void> {
  forgotPasswordRoute(app);
  resetPasswordRoute(app);
}
