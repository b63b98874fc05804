import { z } from 'zod';
import { changeFactor } from '../../features/mfa/change-factor.ts';
import { mfaStatus } from '../../features/mfa/mfa-status.ts';
import { regenerateCodes } from '../../features/mfa/recovery-codes-issue.ts';
import { disableMfa, removeFactor } from '../../features/mfa/remove-factors.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { stepUpCredentialOf } from '../access/authenticate.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import {
  changeFactorBody,
  codesBody,
  disabledBody,
  factorBody,
  factorOf,
  passkeysOf,
  passwordBody,
  statusBody,
} from './factor-schemas.ts';

const changeRefusals = ['mfa-token-required', 'mfa-token-invalid', 'mfa-token-used'] as const;

const onRequest = guard({ area: 'own' });
const tags = ['Factors'];

function mfaStatusRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/auth/mfa/status',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'mfaStatus',
        summary: 'List your own second factors',
        description:
          'The confirmed factors, the number of unused recovery codes, and what the rollout requires of the caller.',
        response: { 200: statusBody, ...problemResponses(bearerProblems) },
      },
    },
    async (request) => {
      const status = await mfaStatus(deps, contextOf(request), requireSession(request));
      return {
        enabled: status.enabled,
        method: status.method,
        enrolled_at: status.enrolledAt?.toISOString() ?? null,
        backup_codes_remaining: status.codesLeft,
        factors: status.factors.map(factorOf),
        ...(status.passkeyAccount && { passkeys: passkeysOf(status.passkeyAccount) }),
        ...(status.passwordless && { passwordless: true as const }),
        ...(status.mayGoWithoutPassword && { may_go_passwordless: true as const }),
        ...(status.encouraged && { mfa_encouraged: true as const }),
        policy: {
          required: status.required,
          phase: status.phase,
          grace_until: status.graceUntil?.toISOString() ?? null,
          allowed_methods: [...status.allowedMethods],
          passkey_login: status.takesPasskeys,
        },
      };
    },
  );
}

function changeFactorRoute(app: App): void {
  const deps = app.deps;
  app.patch(
    '/auth/mfa/factors/:id',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'changeFactor',
        summary: 'Rename a factor, or make it the default',
        description:
          'A login asks for the default factor first. A caller with a second factor needs a fresh one.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        body: changeFactorBody,
        response: {
          200: factorBody,
          ...problemResponses(bearerProblems, changeRefusals, 'not-found', 'conflict'),
        },
      },
    },
    async (request) => {
      const principal = requireSession(request);
      const { label, default: isDefault, mfa_token: body } = request.body;
      const credential = stepUpCredentialOf(deps, principal, {
        body,
        header: request.headers['x-mfa-token'],
      });
      const change = { label, isDefault };
      return factorOf(
        await changeFactor(deps, contextOf(request), {
          principal,
          factorId: request.params.id,
          change,
          credential,
        }),
      );
    },
  );
}

function removeFactorRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/auth/mfa/factors/:id',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'removeFactor',
        summary: 'Remove a factor',
        description:
          'The user gets a mail. The last factor cannot be removed where the policy requires one. The caller needs a fresh second factor.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        response: {
          204: z.undefined().describe('Removed'),
          ...problemResponses(bearerProblems, changeRefusals, 'not-found', 'last-factor', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const principal = requireSession(request);
      const credential = stepUpCredentialOf(deps, principal, {
        body: undefined,
        header: request.headers['x-mfa-token'],
      });
      await removeFactor(deps, contextOf(request), { principal, factorId: request.params.id, credential });
      return reply.code(204).send();
    },
  );
}

function disableMfaRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/mfa/disable',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'disableMfa',
        summary: 'Switch two-factor login off',
        description:
          'Removes every factor and every recovery code. The caller needs the password and a fresh second factor. Refused where the policy requires a factor.',
        headers: mfaHeader,
        body: passwordBody,
        response: {
          200: disabledBody,
          ...problemResponses(bearerProblems, changeRefusals, 'invalid-password', 'last-factor', 'conflict'),
        },
      },
    },
    async (request) => {
      const principal = requireSession(request);
      const { password, mfa_token: body } = request.body;
      const credential = stepUpCredentialOf(deps, principal, {
        body,
        header: request.headers['x-mfa-token'],
      });
      await disableMfa(deps, contextOf(request), { principal, password, credential });
      return { success: true as const };
    },
  );
}

function regenerateCodesRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/mfa/recovery-codes/regenerate',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'regenerateCodes',
        summary: 'Replace the recovery codes',
        description:
          'The previous codes become invalid. The caller needs the password and a fresh second factor. The new codes are shown once.',
        headers: mfaHeader,
        body: passwordBody,
        response: {
          200: codesBody,
          ...problemResponses(
            bearerProblems,
            changeRefusals,
            'invalid-password',
            'mfa-enrollment-required',
            'conflict',
          ),
        },
      },
    },
    async (request) => {
      const principal = requireSession(request);
      const { password, mfa_token: body } = request.body;
      const credential = stepUpCredentialOf(deps, principal, {
        body,
        header: request.headers['x-mfa-token'],
      });
      const codes = await regenerateCodes(deps, contextOf(request), { principal, password, credential });
      return { codes: [...codes], message: 'Save these codes securely. They will not be shown again.' };
    },
  );
}

export async function factorRoutes(app: App): Promise<void> {
  mfaStatusRoute(app);
  changeFactorRoute(app);
  removeFactorRoute(app);
  disableMfaRoute(app);
  regenerateCodesRoute(app);
}
