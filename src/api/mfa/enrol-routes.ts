import { confirmFactor } from '../../features/mfa/confirm-factor.ts';
import { enrolFactor } from '../../features/mfa/enrol-factor.ts';
import { isEnrolmentPrincipal } from '../../features/mfa/factor-manager.ts';
import { describedMethods } from '../../features/mfa/providers.ts';
import { enrolInRecovery } from '../../features/recovery/finish-recovery.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader, pending } from '../../platform/http/requests.ts';
import { stepUpCredentialOf } from '../access/authenticate.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireCaller } from '../access/guard.ts';
import { tokensOf } from '../auth/login-schemas.ts';
import { handOver } from '../auth/refresh-cookie.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { answerOf, pendingBody } from './challenge-schemas.ts';
import { confirmBody, confirmedBody, enrolBody, enrollingBody } from './enrol-schemas.ts';

const changeRefusals = ['mfa-token-required', 'mfa-token-invalid', 'mfa-token-used'] as const;

const onRequest = guard({ area: 'own', enrolment: true });
const tags = ['Factors'];

function enrollRoute(app: App): void {
  const deps = app.deps;
  const methods = describedMethods(deps.providers);
  app.post(
    '/auth/mfa/enroll',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'enroll',
        summary: 'Start the enrolment of a factor',
        description:
          'The factor is pending until /auth/mfa/verify-enrollment has confirmed it with its first code.',
        headers: mfaHeader,
        body: enrolBody(methods),
        response: {
          200: enrollingBody(methods),
          ...problemResponses(
            bearerProblems,
            changeRefusals,
            'method-not-allowed',
            'factor-exists',
            'conflict',
          ),
        },
      },
    },
    async (request) => {
      const caller = requireCaller(request);
      const { method, label, mfa_token: body, ...setup } = request.body;
      const header = request.headers['x-mfa-token'];
      const credential = 'session' in caller ? stepUpCredentialOf(deps, caller, { body, header }) : null;
      const ctx = contextOf(request);
      const input = { method, label, setup };
      const enrolling =
        isEnrolmentPrincipal(caller) && caller.recoveryId
          ? await enrolInRecovery(deps, ctx, { by: caller, input })
          : await enrolFactor(deps, ctx, { by: caller, input, credential });
      return {
        method,
        factor_id: enrolling.factorId,
        next_step: 'verify_enrollment' as const,
        expires_in: enrolling.expiresInSeconds,
        ...(enrolling.resendSeconds !== null && { resend_in: enrolling.resendSeconds }),
        ...enrolling.show,
      };
    },
  );
}

function verifyEnrollmentRoute(app: App): void {
  const deps = app.deps;
  const methods = describedMethods(deps.providers);
  app.post(
    '/auth/mfa/verify-enrollment',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'verifyEnrollment',
        summary: 'Confirm a pending factor with its first code',
        description:
          'Raises the level of this session and ends the others. The answer for the first factor holds the recovery codes. ' +
          'With neither token nor response, it asks for the state of a push.',
        body: confirmBody(methods),
        response: {
          200: confirmedBody,
          202: pendingBody,
          ...problemResponses(
            bearerProblems,
            'challenge-invalid',
            'mfa-token-invalid',
            'mfa-token-used',
            'not-found',
            'factor-exists',
            'conflict',
          ),
        },
      },
    },
    async (request, reply) => {
      const { factor_id: factorId, token: code, response } = request.body;
      const answer = answerOf(code, response);
      const outcome = await confirmFactor(deps, contextOf(request), {
        by: requireCaller(request),
        factorId,
        answer,
      });
      if (outcome.status === 'pending') return pending(reply, outcome.retryAfterSeconds);
      const { recoveryCodes } = outcome;
      return {
        success: true as const,
        factor_id: outcome.factorId,
        ...(outcome.isPasskey && { passkey: true as const }),
        ...(recoveryCodes && { recovery_codes: [...recoveryCodes] }),
        message: recoveryCodes ? 'MFA enabled successfully' : 'The factor is enrolled.',
        ...handOver(reply, tokensOf(deps.tokens, outcome.opened), request.body.refresh_in),
      };
    },
  );
}

export async function enrolRoutes(app: App): Promise<void> {
  enrollRoute(app);
  verifyEnrollmentRoute(app);
}
