import { z } from 'zod';
import { linkPurposes } from '../../domain/passwords/password-link.ts';
import { longestPassword, type PasswordRules } from '../../domain/passwords/password-policy.ts';
import { forgetPassword } from '../../features/login/forget-password.ts';
import { needsRecoveryCode, readPasswordLink } from '../../features/login/read-password-link.ts';
import { resetPassword } from '../../features/login/reset-password.ts';
import type { App } from '../../platform/http/app-type.ts';
import { code, language, password, shown, text, token, withExamples } from '../../platform/http/fields.ts';
import { contextOf } from '../access/context-of.ts';
import { publicRead, publicRoute } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

const forgotBody = withExamples(z.strictObject({ username: text(128) }), {
  forgotten: { username: shown.username },
});
const newPassword = 'eight dry parasols';
const resetBody = withExamples(
  z.strictObject({
    token,
    new_password: password,
    language: language.optional().describe('Of the page. It becomes the language of the user’s mails'),
    recovery_code: code.optional().describe('Required if the owner had given the password up'),
  }),
  {
    reset: { token: shown.opaque, new_password: newPassword, language: 'es' },
    'an account without a password': {
      token: shown.opaque,
      new_password: newPassword,
      recovery_code: shown.recoveryCode,
    },
  },
);
const nothing = withExamples(z.strictObject({}), { taken: {} });

const linkBody = withExamples(z.strictObject({ token }), { link: { token: shown.opaque } });
const rulesBody = z.strictObject({
  min_length: z.int().describe('In code points'),
  max_length: z.int().describe('In code points'),
  letters_and_digits: z.boolean().describe('At least one letter and at least one digit'),
  history: z.int().describe('How many of the last passwords cannot be used again'),
});
const rulesExample = { min_length: 12, max_length: 256, letters_and_digits: false, history: 0 };
const linkShownBody = withExamples(
  z.strictObject({
    username: z.string(),
    purpose: z.enum(linkPurposes).describe('helpdesk: the helpdesk has cancelled the password'),
    passwordless: z
      .literal(true)
      .optional()
      .describe('The owner had given the password up: the link needs a recovery code too'),
    rules: rulesBody,
  }),
  { invitation: { username: shown.username, purpose: 'invitation', rules: rulesExample } },
);
const rulesShownBody = withExamples(rulesBody, { rules: rulesExample });

const tags = ['Login'];

function forgotPasswordRoute(app: App): void {
  const deps = app.deps;
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

function readPasswordRulesRoute(app: App): void {
  const { passwordRules } = app.deps;
  app.get(
    '/auth/password/rules',
    {
      ...publicRead,
      schema: {
        tags,
        operationId: 'readPasswordRules',
        summary: 'Read the rules for a new password',
        description:
          'The service also refuses common passwords, and those made of the username or mail address.',
        response: { 200: rulesShownBody, ...problemResponses() },
      },
    },
    async () => rulesOf(passwordRules),
  );
}

function readPasswordLinkRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/password/link',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'readPasswordLink',
        summary: 'Read whose account the token from a mail is for',
        description: 'Does not use the token.',
        body: linkBody,
        response: { 200: linkShownBody, ...problemResponses('invalid-token') },
      },
    },
    async (request) => {
      const link = await readPasswordLink(deps, contextOf(request), request.body.token);
      const { username, purpose } = link;
      const more = needsRecoveryCode(link) ? { passwordless: true as const } : {};
      return { username, purpose, ...more, rules: rulesOf(deps.passwordRules) };
    },
  );
}

function rulesOf({ minLength, lettersAndDigits, history }: PasswordRules) {
  return {
    min_length: minLength,
    max_length: longestPassword,
    letters_and_digits: lettersAndDigits,
    history,
  };
}

function resetPasswordRoute(app: App): void {
  const deps = app.deps;
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
          'The token works once. Ends every session and opens none. The second factor stays as it is. An account without a ' +
          'password needs a recovery code too.',
        body: resetBody,
        response: {
          204: z.undefined().describe('Set'),
          ...problemResponses('invalid-token', 'mfa-token-invalid', 'password-rejected', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const { token, new_password: next, language, recovery_code: recoveryCode } = request.body;
      await resetPassword(deps, contextOf(request), { token, next, language, recoveryCode });
      return reply.code(204).send();
    },
  );
}

/** The routes for users who forgot their password or have not set one yet. */
export async function passwordRoutes(app: App): Promise<void> {
  readPasswordRulesRoute(app);
  forgotPasswordRoute(app);
  readPasswordLinkRoute(app);
  resetPasswordRoute(app);
}
