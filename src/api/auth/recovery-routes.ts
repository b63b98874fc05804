import { storedName } from '../../features/login/log-in.ts';
import { describedMethods } from '../../features/mfa/providers.ts';
import { askColleagues, sendToSecondAddress } from '../../features/recovery/ask-in-recovery.ts';
import { beginRecovery } from '../../features/recovery/begin-recovery.ts';
import { confirmInRecovery, openEnrolment } from '../../features/recovery/finish-recovery.ts';
import { readRecovery } from '../../features/recovery/recovery-ways.ts';
import { requestRecovery } from '../../features/recovery/request-recovery.ts';
import { showColleagueCode } from '../../features/recovery/show-colleague-code.ts';
import { showAddressCode, showDevice, showRecoveryCode } from '../../features/recovery/show-proof.ts';
import { enrolmentTokenSeconds } from '../../features/tokens/enrolment-tokens.ts';
import type { App } from '../../platform/http/app-type.ts';
import { pending } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { publicRoute } from '../access/guard.ts';
import { answerOf, pendingBody } from '../mfa/challenge-schemas.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { devicePart } from './device-schemas.ts';
import {
  askBody,
  askedBody,
  beginBody,
  begunBody,
  codeBody,
  confirmRecoveryBody,
  enrolmentBody,
  recoveredBody,
  requestBody,
  showBody,
  shownBody,
  takenBody,
  viewBody,
  viewOf,
} from './recovery-schemas.ts';

const tags = ['Recovery'];
const open = { onRequest: publicRoute, config: { guessing: true } } as const;

function requestRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery',
    {
      ...open,
      schema: {
        tags,
        operationId: 'requestRecovery',
        summary: 'Say that the second factor is lost',
        description:
          'Mails a link to the address of the account, if its policies allow a recovery. The answer is the same for every ' +
          'name, known or not. At most three mails in 15 minutes.',
        body: requestBody,
        response: { 202: takenBody, ...problemResponses() },
      },
    },
    async (request, reply) => {
      await requestRecovery(deps, contextOf(request), storedName(request.body.username));
      return reply.code(202).send({});
    },
  );
}

function beginRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/begin',
    {
      ...open,
      schema: {
        tags,
        operationId: 'beginRecovery',
        summary: 'Begin a recovery by the link of a mail',
        description:
          'The link works once, for 30 minutes, and proves nothing. The owner hears of it at every address, with a link that ' +
          'stops it. The answer holds the continue code, which no mail has.',
        body: beginBody,
        response: { 200: begunBody, ...problemResponses('invalid-token') },
      },
    },
    async (request) => {
      const ctx = contextOf(request);
      const code = await beginRecovery(deps, ctx, request.body.token);
      return { continue_code: code, ...viewOf(await readRecovery(deps, ctx, code)) };
    },
  );
}

function readRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/state',
    {
      ...open,
      schema: {
        tags,
        operationId: 'readRecovery',
        summary: 'Read how a recovery stands',
        description: 'Changes nothing. 401 if it is over, or if the account was changed meanwhile.',
        body: codeBody,
        response: { 200: viewBody, ...problemResponses('invalid-token') },
      },
    },
    async (request) => viewOf(await readRecovery(deps, contextOf(request), request.body.continue_code)),
  );
}

function askInRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/ask',
    {
      ...open,
      schema: {
        tags,
        operationId: 'askInRecovery',
        summary: 'Have a code sent to a second address, or ask the colleagues',
        description:
          'A code lives for five minutes. The colleagues who agreed beforehand get one letter for each recovery.',
        body: askBody,
        response: {
          202: askedBody,
          ...problemResponses('invalid-token', 'method-not-allowed', 'not-found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const ctx = contextOf(request);
      const { body } = request;
      const code = body.continue_code;
      if ('colleagues' in body) {
        await askColleagues(deps, ctx, code);
        return reply.code(202).send({ resend_in: null });
      }
      const sent = await sendToSecondAddress(deps, ctx, { code, factorId: body.factor_id });
      return reply.code(202).send({ resend_in: sent.resendSeconds });
    },
  );
}

function showInRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/show',
    {
      ...open,
      schema: {
        tags,
        operationId: 'showInRecovery',
        summary: 'Show one of the two proofs',
        description:
          'Each kind counts once. A recovery code and a code of an address count as attempts at the second factor, and a ' +
          'password as one of a login. With the second kind the wait begins.',
        body: showBody,
        response: {
          200: shownBody,
          ...problemResponses(
            'invalid-token',
            'invalid-password',
            'challenge-invalid',
            'mfa-token-invalid',
            'mfa-token-used',
            'method-not-allowed',
            'conflict',
          ),
        },
      },
    },
    async (request) => {
      const ctx = contextOf(request);
      const { body } = request;
      const code = body.continue_code;
      if ('trusted_device' in body) {
        const given = { code, password: body.password, trustedDevice: body.trusted_device };
        const next = await showDevice(deps, ctx, given);
        return { ...viewOf(await readRecovery(deps, ctx, code)), ...devicePart(next, ctx.now) };
      }
      if ('recovery_code' in body)
        await showRecoveryCode(deps, ctx, { code, recoveryCode: body.recovery_code });
      else if ('address_code' in body)
        await showAddressCode(deps, ctx, { code, addressCode: body.address_code });
      else await showColleagueCode(deps, ctx, { code, colleagueCode: body.colleague_code });
      return viewOf(await readRecovery(deps, ctx, code));
    },
  );
}

function finishRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/finish',
    {
      ...open,
      schema: {
        tags,
        operationId: 'finishRecovery',
        summary: 'After the wait, get a token that can enrol a new factor',
        description:
          'The token opens nothing else. The old factors stay until /auth/recovery/confirm has confirmed the new one.',
        body: codeBody,
        response: { 200: enrolmentBody, ...problemResponses('invalid-token', 'conflict') },
      },
    },
    async (request) => {
      const ctx = contextOf(request);
      const { methods, ...principal } = await openEnrolment(deps, ctx, request.body.continue_code);
      return {
        enrollment_token: deps.tokens.issueEnrolment(principal, ctx.now),
        expires_in: enrolmentTokenSeconds,
        methods: [...methods],
      };
    },
  );
}

function confirmRecoveryRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/recovery/confirm',
    {
      ...open,
      schema: {
        tags,
        operationId: 'confirmRecovery',
        summary: 'Confirm the new factor, which replaces the lost ones',
        description:
          'Ends every session and opens none: log in with the new factor. ' +
          'With neither token nor response, it asks for the state of a push.',
        body: confirmRecoveryBody(describedMethods(deps.providers)),
        response: {
          200: recoveredBody,
          202: pendingBody,
          ...problemResponses(
            'invalid-token',
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
      const { continue_code: code, factor_id: factorId, token, response } = request.body;
      const answer = answerOf(token, response);
      const outcome = await confirmInRecovery(deps, contextOf(request), { code, factorId, answer });
      if (outcome.status === 'pending') return pending(reply, outcome.retryAfterSeconds);
      return {
        success: true as const,
        factor_id: outcome.factorId,
        ...(outcome.isPasskey && { passkey: true as const }),
        recovery_codes: [...outcome.recoveryCodes],
        ...(outcome.needsPassword && { password_needed: true as const }),
      };
    },
  );
}

/** The routes of a person who recovers an account, and is not logged in. */
export async function recoveryRoutes(app: App): Promise<void> {
  requestRecoveryRoute(app);
  beginRecoveryRoute(app);
  readRecoveryRoute(app);
  askInRecoveryRoute(app);
  showInRecoveryRoute(app);
  finishRecoveryRoute(app);
  confirmRecoveryRoute(app);
}
