import { describedMethods } from '../../features/mfa/providers.ts';
import { issueProof } from '../../features/mfa/redeem-code.ts';
import { resendChallenge } from '../../features/mfa/resend-challenge.ts';
import { stepUp } from '../../features/mfa/step-up.ts';
import { verifySecondFactor } from '../../features/mfa/verify-second-factor.ts';
import type { App } from '../../platform/http/app-type.ts';
import { pending } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, publicRoute, requireSession } from '../access/guard.ts';
import { challengeBody, challengeOf, sendingPart, tokensBody, tokensOf } from '../auth/login-schemas.ts';
import { handOver } from '../auth/refresh-cookie.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import {
  answerOf,
  pendingBody,
  proofBody,
  proveBody,
  stepUpBody,
  switchBody,
  switchedBody,
  verifyBody,
} from './challenge-schemas.ts';

const codeRefusals = ['mfa-token-invalid', 'mfa-token-used', 'conflict'] as const;

const tags = ['Second factor'];

function verifyRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/mfa/verify',
    {
      onRequest: publicRoute,
      onResponse: async (_request, reply) => deps.verificationTimes.note(reply.elapsedTime),
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'verify',
        summary: 'Answer the challenge of a login or a step-up',
        description:
          'With neither mfa_token nor response, it asks for the state of a push. A recovery code answers every challenge, but ' +
          'does not make the device trusted.',
        body: verifyBody(describedMethods(deps.providers)),
        response: {
          200: tokensBody,
          202: pendingBody,
          ...problemResponses('challenge-invalid', codeRefusals),
        },
      },
    },
    async (request, reply) => {
      const { temp_token: tempToken, mfa_token: code, response } = request.body;
      const { remember_device: remember, device_label: label = null } = request.body;
      const device = remember ? { label } : null;
      const answer = answerOf(code, response);
      const outcome = await verifySecondFactor(deps, contextOf(request), {
        tempToken,
        answer,
        remember: device,
      });
      if (outcome.status === 'pending') return pending(reply, outcome.retryAfterSeconds);
      return handOver(reply, tokensOf(deps.tokens, outcome), request.body.refresh_in);
    },
  );
}

function challengeRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/mfa/challenge',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'challenge',
        summary: 'Send the code again, or ask for another factor',
        description: 'The code of the previous challenge becomes invalid. The count of wrong answers stays.',
        body: switchBody,
        response: {
          200: switchedBody,
          ...problemResponses('challenge-invalid', 'not-found'),
        },
      },
    },
    async (request) => {
      const { temp_token: tempToken, method, factor_id: factorId } = request.body;
      const { asked, show, expiresInSeconds, ...sending } = await resendChallenge(
        deps,
        contextOf(request),
        tempToken,
        { method, factorId },
      );
      return {
        method: asked.method,
        factor_id: asked.id,
        hint: asked.hint,
        expires_in: expiresInSeconds,
        challenge: { ...show },
        ...sendingPart(sending),
      };
    },
  );
}

function stepUpRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/mfa/step-up',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags,
        operationId: 'stepUp',
        summary: 'Start a step-up of this session',
        description:
          'Answer the challenge at /auth/mfa/verify to get new tokens of the same session. The old tokens become invalid.',
        body: stepUpBody,
        response: {
          200: challengeBody,
          ...problemResponses(bearerProblems, 'mfa-enrollment-required', 'method-not-allowed', 'not-found'),
        },
      },
    },
    async (request) => {
      const { method, factor_id: factorId } = request.body;
      const challenged = await stepUp(deps, contextOf(request), requireSession(request), {
        method,
        factorId,
      });
      return challengeOf(deps, challenged);
    },
  );
}

function proveRoute(app: App): void {
  const deps = app.deps;
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
          'A code works once. The proof works for ten minutes in X-MFA-Token, only together with this access token.',
        body: proveBody,
        response: {
          200: proofBody,
          ...problemResponses(bearerProblems, codeRefusals),
        },
      },
    },
    async (request) => {
      const principal = requireSession(request);
      const { provider, at } = await issueProof(deps, contextOf(request), principal, request.body.mfa_token);
      const { token, expiresIn } = deps.tokens.issueProof(principal, provider, at);
      return { mfa_proof: token, expires_in: expiresIn };
    },
  );
}

export async function challengeRoutes(app: App): Promise<void> {
  verifyRoute(app);
  challengeRoute(app);
  stepUpRoute(app);
  proveRoute(app);
}
