import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import { evidenceOf } from '../http/gate.ts';
import { callerBehind, guard } from '../http/guard.ts';
import { behindBearer, refusals } from '../http/refusals.ts';
import { mfaHeader, originOf } from '../http/requests.ts';
import { codeOrProof, id, text, token } from '../http/text.ts';
import { tokensOf, tokensShape } from '../login/login-wire.ts';
import type { Answer } from './attempt.ts';
import { confirmFactor } from './confirm-factor.ts';
import { enrolFactor } from './enrol-factor.ts';
import type { Providers } from './providers.ts';

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
        summary: 'Begin to enrol a factor',
        description: 'It counts for nothing until its first code has come to /auth/mfa/verify-enrollment.',
        headers: mfaHeader,
        body: z.strictObject({
          method: text(40),
          label: text(64).optional(),
          mfa_token: codeOrProof.optional(),
          ...setupShape(deps.providers),
        }),
        response: {
          200: z.strictObject({
            method: z.string(),
            factor_id: id,
            next_step: z.literal('verify_enrollment'),
            expires_in: z.number().int(),
            ...shownShape(deps.providers),
          }),
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
        summary: 'Confirm a factor by its first code',
        description:
          'Raises this session and ends the others. Recovery codes come with the first factor, once.',
        body: z
          .strictObject({
            factor_id: id.optional().describe('Else the newest that waits'),
            token: token.optional(),
            response: z.record(z.string(), z.unknown()).optional(),
          })
          .refine((body) => (body.token === undefined) !== (body.response === undefined), {
            message: 'Required: token, or response',
            path: ['token'],
          }),
        response: {
          200: z.strictObject({
            success: z.literal(true),
            factor_id: id,
            recovery_codes: z.array(z.string()).optional().describe('Shown once'),
            message: z.string(),
            ...tokensShape,
          }),
          ...refusals(
            behindBearer,
            'challenge-invalid',
            'mfa-token-invalid',
            'mfa-token-used',
            'not-found',
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

/** What the methods want to know, such as `phone`: optional here, and asked for by the method's own schema. */
function setupShape(providers: Providers): z.ZodRawShape {
  return optional([...providers.values()].map(({ setup }) => setup.shape));
}

/** What the methods show: see `shows` in core/provider.ts. */
function shownShape(providers: Providers): z.ZodRawShape {
  return optional([...providers.values()].map(({ shows }) => shows));
}

function optional(shapes: readonly z.ZodRawShape[]): z.ZodRawShape {
  const all = Object.entries(Object.assign({}, ...shapes) as Record<string, z.ZodType>);
  return Object.fromEntries(all.map(([name, schema]) => [name, schema.optional()]));
}
