import { z } from 'zod';
import { changePassword } from '../../features/login/change-password.ts';
import { endSession } from '../../features/login/log-out.ts';
import { removePassword } from '../../features/login/remove-password.ts';
import { readMe } from '../../features/mfa/read-me.ts';
import { noteActivity, ownSessions } from '../../features/sessions/own-sessions.ts';
import { changeOwnLanguage } from '../../features/users/change-language.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { stepUpCredentialOf } from '../access/authenticate.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { levelOfSession, personArea } from './login-schemas.ts';
import { changeMeBody, changePasswordBody, meBody, sessionsBody } from './session-schemas.ts';

const changeFactors = ['mfa-token-required', 'mfa-token-invalid', 'mfa-token-used'] as const;

const onRequest = guard({ area: 'own' });
const tags = ['Sessions'];

function meRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/auth/me',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'me',
        summary: 'Show the user, the session and the state of the second factor',
        description:
          'What a page needs to show its user: the name, how the session was opened, and when it ends. Address and number are masked.',
        response: { 200: meBody, ...problemResponses(bearerProblems) },
      },
    },
    async (request) => {
      const principal = requireSession(request);
      const { session, scopes } = principal;
      const { username, roles } = session.user;
      const me = await readMe(deps, contextOf(request), principal);
      const { email, phone, language, createdAt, lastLogin, mfa } = me;
      return {
        user: {
          id: session.userId,
          username,
          roles: [...roles],
          email,
          phone,
          language,
          created_at: createdAt.toISOString(),
          last_login: lastLogin?.toISOString() ?? null,
        },
        mfa: {
          enabled: mfa.enabled,
          method: mfa.method,
          enrolled_at: mfa.enrolledAt?.toISOString() ?? null,
          backup_codes_remaining: mfa.codesLeft,
          required: mfa.required,
          encouraged: mfa.encouraged,
        },
        session: {
          id: session.id,
          auth_time: session.authTime.toISOString(),
          expires_at: session.expiresAt.toISOString(),
          recovered: session.recovered,
        },
        area: personArea(session.area),
        scope: scopes.join(' '),
        level: levelOfSession(session),
      };
    },
  );
}

function changeMeRoute(app: App): void {
  const deps = app.deps;
  app.patch(
    '/auth/me',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'changeMe',
        summary: 'Choose the language of your mails and text messages',
        description: 'Null: the language of the service.',
        body: changeMeBody,
        response: { 204: z.undefined().describe('Changed'), ...problemResponses(bearerProblems) },
      },
    },
    async (request, reply) => {
      const principal = requireSession(request);
      const { language } = request.body;
      await changeOwnLanguage(deps, contextOf(request), { principal, language });
      return reply.code(204).send();
    },
  );
}

function listSessionsRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/auth/sessions',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'listSessions',
        summary: 'List your own live sessions',
        description:
          'The newest hundred, each with the place and time of its start. `current` marks the session of this access token.',
        response: { 200: sessionsBody, ...problemResponses(bearerProblems) },
      },
    },
    async (request) => {
      const sessions = await ownSessions(deps, contextOf(request), requireSession(request));
      return {
        sessions: sessions.map((one) => ({
          id: one.id,
          area: personArea(one.area),
          acr: one.acr,
          amr: one.amr,
          created_at: one.createdAt.toISOString(),
          last_active_at: one.lastActiveAt.toISOString(),
          expires_at: one.expiresAt.toISOString(),
          ip: one.ip,
          user_agent: one.userAgent,
          current: one.current,
        })),
      };
    },
  );
}

function endSessionRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/auth/sessions/:id',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'endSession',
        summary: 'End one of your own sessions',
        description: 'It ends on every instance at once. A caller with a second factor needs a fresh one.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        response: {
          204: z.undefined().describe('Done'),
          ...problemResponses(bearerProblems, changeFactors, 'not-found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const principal = requireSession(request);
      const credential = stepUpCredentialOf(deps, principal, {
        body: undefined,
        header: request.headers['x-mfa-token'],
      });
      await endSession(deps, contextOf(request), { principal, id: request.params.id, credential });
      return reply.code(204).send();
    },
  );
}

function noteActivityRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/sessions/activity',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'noteActivity',
        summary: 'Report that the user is active',
        description: 'Keeps the session from going idle. Refreshing and polling do not.',
        response: { 204: z.undefined().describe('Noted'), ...problemResponses(bearerProblems) },
      },
    },
    async (request, reply) => {
      await noteActivity(deps, requireSession(request));
      return reply.code(204).send();
    },
  );
}

function changePasswordRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/password',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'changePassword',
        summary: 'Change the password',
        description: 'Ends all other sessions. A caller with a second factor needs a fresh one.',
        headers: mfaHeader,
        body: changePasswordBody,
        response: {
          204: z.undefined().describe('Changed'),
          ...problemResponses(
            bearerProblems,
            changeFactors,
            'invalid-password',
            'password-rejected',
            'conflict',
          ),
        },
      },
    },
    async (request, reply) => {
      const principal = requireSession(request);
      const { current_password: current, new_password: next, mfa_token: body } = request.body;
      const credential = stepUpCredentialOf(deps, principal, {
        body,
        header: request.headers['x-mfa-token'],
      });
      await changePassword(deps, contextOf(request), { principal, input: { current, next }, credential });
      return reply.code(204).send();
    },
  );
}

function removePasswordRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/auth/password',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'removePassword',
        summary: 'Remove the password, and log in by passkeys from now on',
        description:
          'The caller must just have shown a passkey, and needs two of them, or one and recovery codes. Ends all other ' +
          'sessions and the trusted devices. The account gets a password back by a recovery code or the helpdesk.',
        response: {
          204: z.undefined().describe('Removed'),
          ...problemResponses(bearerProblems, 'mfa-token-required', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      await removePassword(deps, contextOf(request), requireSession(request));
      return reply.code(204).send();
    },
  );
}

export async function sessionRoutes(app: App): Promise<void> {
  meRoute(app);
  changeMeRoute(app);
  listSessionsRoute(app);
  endSessionRoute(app);
  noteActivityRoute(app);
  changePasswordRoute(app);
  removePasswordRoute(app);
}
