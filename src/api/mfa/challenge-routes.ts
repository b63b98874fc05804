import { describedMethods } from '../../features/mfa/providers.ts';
import { proveToken } from '../../features/mfa/redeem-code.ts';
import { switchChallenge } from '../../features/mfa/resend-challenge.ts';
import { stepUp } from '../../features/mfa/step-up.ts';
import { answerOf } from '../../features/mfa/verification.ts';
import { verifyLogin } from '../../features/mfa/verify-second-factor.ts';
import type { App } from '../../platform/http/app-type.ts';
import { originOf, pending } from '../../platform/http/requests.ts';
import { bearerBehind, guard, open } from '../access/guard.ts';
import { challengeBody, challengeOf, sendingPart, tokensBody, tokensOf } from '../auth/login-schemas.ts';
import { handOver } from '../auth/refresh-cookie.ts';
import { behindBearer, refusals } from '../openapi/problem-responses.ts';
import {
  pendingBody,
  proofBody,
  proveBody,
  stepUpBody,
  switchBody,
  switchedBody,
  verifyBody,
} from './challenge-schemas.ts';

const codeRefusals = ['mfa-token-invalid', 'mfa-token-used', 'conflict'] as const;

export async function challengeRoutes(app: App): Promise<void> {
  const deps = app.gate;
  const tags = ['Second factor'];

  app.post(
    '/auth/mfa/verify',
    {
      onRequest: open,
      onResponse: async (_request, reply) => deps.verificationTimes.note(reply.elapsedTime),
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'verify',
        summary: 'Answer the challenge of a login or a step-up',
        description:
          'With neither mfa_token nor response it asks how a push fares. A recovery code answers every challenge, but ' +
          'makes no device a trusted one.',
        body: verifyBody(describedMethods(deps.providers)),
        response: {
          200: tokensBody,
          202: pendingBody,
          ...refusals('challenge-invalid', codeRefusals),
        },
      },
    },
    async (request, reply) => {
      const { temp_token: tempToken, mfa_token: code, response } = request.body;
      const { remember_device: remember, device_label: label = null } = request.body;
      const device = remember ? { label } : null;
      const answer = answerOf(code, response);
      const outcome = await verifyLogin(deps, tempToken, answer, device, originOf(request));
      if (outcome.status === 'pending') return pending(reply, outcome.retryAfterSeconds);
      return handOver(reply, tokensOf(deps.tokens, outcome), request.body.refresh_in);
    },
  );

  app.post(
    '/auth/mfa/challenge',
    {
      onRequest: open,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'challenge',
        summary: 'Send the code again, or ask for another factor',
        description: 'The code of the last challenge dies. The count of wrong answers stays.',
        body: switchBody,
        response: {
          200: switchedBody,
          ...refusals('challenge-invalid', 'not-found'),
        },
      },
    },
    async (request) => {
      const { temp_token: tempToken, method, factor_id: factorId } = request.body;
      const { asked, show, expiresInSeconds, ...sending } = await switchChallenge(
        deps,
        tempToken,
        { method, factorId },
        originOf(request),
      );
      const { id: factor_id, hint } = asked;
      const challenge = { ...show };
      const { method: of } = asked;
      return {
        method: of,
        factor_id,
        hint,
        expires_in: expiresInSeconds,
        challenge,
        ...sendingPart(sending),
      };
    },
  );

  app.post(
    '/auth/mfa/step-up',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags,
        operationId: 'stepUp',
        summary: 'Raise or freshen this session',
        description:
          'Verify the challenge at /auth/mfa/verify and get tokens of the same session; the old ones die.',
        body: stepUpBody,
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
        operationId: 'prove',
        summary: 'Exchange one code for a proof',
        description:
          'A code works once; the proof works for ten minutes in X-MFA-Token, with this bearer alone.',
        body: proveBody,
        response: {
          200: proofBody,
          ...refusals(behindBearer, codeRefusals),
        },
      },
    },
    async (request) => {
      const bearer = bearerBehind(request);
      const { provider, at } = await proveToken(deps, bearer, request.body.mfa_token, originOf(request));
      const { token, expiresIn } = deps.tokens.issueProof(bearer, provider, at);
      return { mfa_proof: token, expires_in: expiresIn };
    },
  );
}
