import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import { evidenceOf } from '../http/gate.ts';
import { bearerBehind, guard } from '../http/guard.ts';
import { behindBearer, refusals } from '../http/refusals.ts';
import { mfaHeader, originOf } from '../http/requests.ts';
import { codeOrProof, id, password, time } from '../http/text.ts';
import { changePassword } from './change-password.ts';
import { endSession } from './end-session.ts';
import { levelBody, levelOfSession, personArea, personAreas } from './login-wire.ts';
import { noteActivity } from './note-activity.ts';
import { ownSessions } from './own-sessions.ts';

const meBody = z.strictObject({
  user: z.strictObject({ id, username: z.string(), roles: z.array(z.string()) }),
  session: z.strictObject({
    id,
    auth_time: time,
    expires_at: time,
    recovered: z.boolean().describe('Opened with a recovery code'),
  }),
  area: z.enum(personAreas),
  scope: z.string(),
  level: levelBody.describe('Of the session, as it is now'),
});

const sessionBody = z.strictObject({
  id,
  area: z.enum(personAreas),
  acr: z.string(),
  amr: z.array(z.string()),
  created_at: time,
  last_active_at: time,
  expires_at: time,
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  current: z.boolean(),
});

const changeFactors = ['mfa-token-required', 'mfa-token-invalid', 'mfa-token-used'] as const;

export async function sessionRoutes(app: App): Promise<void> {
  const deps = app.gate;
  const onRequest = guard({ area: 'own' });
  const tags = ['Sessions'];

  app.get(
    '/auth/me',
    {
      onRequest,
      schema: {
        tags,
        summary: 'User, session, area, level',
        response: { 200: meBody, ...refusals(behindBearer) },
      },
    },
    async (request) => {
      const { session, scopes } = bearerBehind(request);
      const { username, roles } = session.user;
      return {
        user: { id: session.userId, username, roles: [...roles] },
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

  app.get(
    '/auth/sessions',
    {
      onRequest,
      schema: {
        tags,
        summary: 'Your own live sessions',
        response: { 200: z.strictObject({ sessions: z.array(sessionBody) }), ...refusals(behindBearer) },
      },
    },
    async (request) => {
      const sessions = await ownSessions(deps, bearerBehind(request));
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

  app.delete(
    '/auth/sessions/:id',
    {
      onRequest,
      schema: {
        tags,
        summary: 'End one of your own sessions',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        response: {
          204: z.undefined().describe('Done'),
          ...refusals(behindBearer, changeFactors, 'not-found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const bearer = bearerBehind(request);
      const evidence = evidenceOf(deps, bearer, { body: undefined, header: request.headers['x-mfa-token'] });
      await endSession(deps, bearer, request.params.id, evidence, originOf(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/auth/sessions/activity',
    {
      onRequest,
      schema: {
        tags,
        summary: 'A person is there',
        description: 'Keeps the session from going idle. Refreshing and polling never do.',
        response: { 204: z.undefined().describe('Noted'), ...refusals(behindBearer) },
      },
    },
    async (request, reply) => {
      await noteActivity(deps, bearerBehind(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/auth/password',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        summary: 'Change the password',
        description: 'Ends all other sessions. Of whoever has a factor, a fresh one is asked.',
        headers: mfaHeader,
        body: z.strictObject({
          current_password: password,
          new_password: password,
          mfa_token: codeOrProof.optional(),
        }),
        response: {
          204: z.undefined().describe('Changed'),
          ...refusals(behindBearer, changeFactors, 'invalid-password', 'password-rejected', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const bearer = bearerBehind(request);
      const { current_password: current, new_password: next, mfa_token: body } = request.body;
      const evidence = evidenceOf(deps, bearer, { body, header: request.headers['x-mfa-token'] });
      await changePassword(deps, bearer, { current, next }, evidence, originOf(request));
      return reply.code(204).send();
    },
  );
}
