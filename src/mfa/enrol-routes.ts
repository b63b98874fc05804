import type { App } from '../http/app-type.ts';
import { evidenceOf } from '../http/gate.ts';
import { callerBehind, guard } from '../http/guard.ts';
import { behindBearer, refusals } from '../http/refusals.ts';
import { mfaHeader, originOf } from '../http/requests.ts';
import { tokensOf } from '../login/login-wire.ts';
import type { Answer } from './attempt.ts';
import { confirmFactor } from './confirm-factor.ts';
import { enrolFactor } from './enrol-factor.ts';
import { confirmBody, confirmedBody, enrolBody, enrollingBody } from './enrol-wire.ts';

const changeRefusals = ['mfa-token-required', 'mfa-token-invalid', 'mfa-token-used'] as const;

export async function enrolRoutes(app: App): Promise<void> {
  const deps = app.gate;
  const onRequest = guard({ area: 'own', enrolment: true });
  const tags = ['Factors'];

  app.post(
    '/auth/mfa/enroll',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'enroll',
        summary: 'Begin to enrol a factor',
        description: 'It counts for nothing until its first code has come to /auth/mfa/verify-enrollment.',
        headers: mfaHeader,
        body: enrolBody(deps.providers),
        response: {
          200: enrollingBody(deps.providers),
          ...refusals(behindBearer, changeRefusals, 'method-not-allowed', 'factor-exists', 'conflict'),
        },
      },
    },
    async (request) => {
      const caller = callerBehind(request);
      const { method, label, mfa_token: body, ...setup } = request.body;
      const header = request.headers['x-mfa-token'];
      const evidence = 'session' in caller ? evidenceOf(deps, caller, { body, header }) : null;
      const enrolling = await enrolFactor(
        deps,
        caller,
        { method, label, setup },
        evidence,
        originOf(request),
      );
      return {
        method,
        factor_id: enrolling.factorId,
        next_step: 'verify_enrollment' as const,
        expires_in: enrolling.expiresInSeconds,
        ...enrolling.show,
      };
    },
  );

  app.post(
    '/auth/mfa/verify-enrollment',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'verifyEnrollment',
        summary: 'Confirm a factor by its first code',
        description:
          'Raises this session and ends the others. Recovery codes come with the first factor, once.',
        body: confirmBody(deps.providers),
        response: {
          200: confirmedBody,
          ...refusals(
            behindBearer,
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
    async (request) => {
      const { factor_id: factorId, token: code, response } = request.body;
      const answer: Answer = code === undefined ? { response } : { code };
      const confirmed = await confirmFactor(deps, callerBehind(request), factorId, answer, originOf(request));
      const { recoveryCodes } = confirmed;
      return {
        success: true as const,
        factor_id: confirmed.factorId,
        ...(recoveryCodes && { recovery_codes: [...recoveryCodes] }),
        message: recoveryCodes
          ? 'Two-factor login is on. Keep the recovery codes where you find them without this device.'
          : 'The factor is enrolled.',
        ...tokensOf(deps.tokens, confirmed.opened),
      };
    },
  );
}
