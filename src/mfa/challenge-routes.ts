import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import { bearerBehind, guard, open } from '../http/guard.ts';
import { behindBearer, refusals } from '../http/refusals.ts';
import { originOf } from '../http/requests.ts';
import { id, text, token } from '../http/text.ts';
import { challengeBody, challengeOf, recoveryPart, tokensBody, tokensOf } from '../login/login-wire.ts';
import type { Answer } from './attempt.ts';
import { proveToken } from './prove-token.ts';
import { stepUp } from './step-up.ts';
import { switchChallenge } from './switch-challenge.ts';
import { verifyLogin } from './verify-login.ts';

const choice = { method: text(40).optional(), factor_id: id.optional() };
const oneAtMost = { message: 'method or factor_id, not both', path: ['factor_id'] };

const verifyBody = z
  .strictObject({
    temp_token: token,
    mfa_token: token.optional().describe('A code of the factor asked for, or a recovery code'),
    response: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Of a ceremony, such as a WebAuthn assertion'),
  })
  .refine((body) => body.mfa_token === undefined || body.response === undefined, {
    message: 'mfa_token or response, not both',
    path: ['response'],
  });

const codeRefusals = ['mfa-token-invalid', 'mfa-token-used'] as const;

export async function challengeRoutes(app: App): Promise<void> {
  const deps = app.gate;
  const tags = ['Second factor'];

  app.post(
    '/auth/mfa/verify',
    {
      onRequest: open,
      config: { guessing: true },
      schema: {
        tags,
        summary: 'Answer the challenge of a login or a step-up',
        description:
          'With neither mfa_token nor response it asks how a push fares. A recovery code answers every challenge.',
        body: verifyBody,
        response: {
          200: tokensBody,
          202: z
            .strictObject({ status: z.literal('pending'), retry_after: z.number().int() })
            .describe('Not decided yet'),
          ...refusals('challenge-invalid', codeRefusals),
        },
      },
    },
    async (request, reply) => {
      const { temp_token: tempToken } = request.body;
      const outcome = await verifyLogin(deps, tempToken, answerOf(request.body), originOf(request));
      if (outcome.status === 'pending') {
        const { retryAfterSeconds: seconds } = outcome;
        return reply
          .code(202)
          .header('retry-after', seconds)
          .send({ status: 'pending' as const, retry_after: seconds });
      }
      return { ...tokensOf(deps.tokens, outcome), ...recoveryPart(outcome.left) };
    },
  );

  app.post(
    '/auth/mfa/challenge',
    {
      onRequest: open,
      config: { guessing: true },
      schema: {
        tags,
        summary: 'Send the code again, or ask for another factor',
        description: 'The code of the last challenge dies. The count of wrong answers stays.',
        body: z
          .strictObject({ temp_token: token, ...choice })
          .refine((body) => body.method === undefined || body.factor_id === undefined, oneAtMost),
        response: {
          200: z.strictObject({
            method: z.string(),
            factor_id: id,
            hint: z.string().nullable(),
            expires_in: z.number().int(),
            challenge: z.record(z.string(), z.unknown()),
          }),
          ...refusals('challenge-invalid', 'not-found'),
        },
      },
    },
    async (request) => {
      const { temp_token: tempToken, method, factor_id: factorId } = request.body;
      const { asked, show, expiresInSeconds } = await switchChallenge(
        deps,
        tempToken,
        { method, factorId },
        originOf(request),
      );
      const { id: factor_id, hint } = asked;
      return { method: asked.method, factor_id, hint, expires_in: expiresInSeconds, challenge: { ...show } };
    },
  );

  app.post(
    '/auth/mfa/step-up',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags,
        summary: 'Raise or freshen this session',
        description:
          'Verify the challenge at /auth/mfa/verify and get tokens of the same session; the old ones die.',
        body: z
          .strictObject(choice)
          .refine((body) => body.method === undefined || body.factor_id === undefined, oneAtMost),
        response: {
          200: challengeBody,
          ...refusals(behindBearer, 'mfa-enrollment-required', 'method-not-allowed', 'not-found'),
        },
      },
    },
    async (request) => {
      const { method, factor_id: factorId } = request.body;
      const challenged = await stepUp(deps, bearerBehind(request), { method, factorId }, originOf(request));
      return challengeOf(deps, challenged);
    },
  );

  app.post(
    '/auth/mfa/proof',
    {
      onRequest: guard({ area: 'own' }),
      config: { guessing: true },
      schema: {
        tags,
        summary: 'Exchange one code for a proof',
        description:
          'A code works once; the proof works for ten minutes in X-MFA-Token, with this bearer alone.',
        body: z.strictObject({ mfa_token: token }),
        response: {
          200: z.strictObject({ mfa_proof: z.string(), expires_in: z.number().int() }),
          ...refusals(behindBearer, codeRefusals),
        },
      },
    },
    async (request) => {
      const bearer = bearerBehind(request);
      const { provider, at } = await proveToken(deps, bearer, request.body.mfa_token, originOf(request));
      const { token, expiresIn } = deps.tokens.issueProof(bearer, provider.level, at);
      return { mfa_proof: token, expires_in: expiresIn };
    },
  );
}

function answerOf(body: z.infer<typeof verifyBody>): Answer {
  if (body.mfa_token !== undefined) return { code: body.mfa_token };
  return body.response === undefined ? {} : { response: body.response };
}
