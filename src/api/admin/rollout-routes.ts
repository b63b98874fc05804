import { z } from 'zod';
import { actorOf } from '../../domain/users/actor.ts';
import { askExemption, askRolloutEnd } from '../../features/approvals/ask-policy-change.ts';
import { changeRollout } from '../../features/policy/change-rollout.ts';
import {
  endExemptionNow,
  exemptUser,
  listExemptions,
  type NamedExemption,
} from '../../features/policy/exempt-user.ts';
import { readRollout } from '../../features/policy/read-policies.ts';
import { remindUnenrolled } from '../../features/policy/remind-unenrolled.ts';
import { simulateRollout } from '../../features/policy/simulate-rollout.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { actingPerson } from '../access/acting-person.ts';
import type { AccessDeps } from '../access/authenticate.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { approvalBody, approvalOf } from './approval-schemas.ts';
import { pageQuery } from './area-schemas.ts';
import { optionalJustificationOf } from './help-schemas.ts';
import {
  changeOf,
  changeRolloutBody,
  exemptBody,
  exemptionBody,
  exemptionsBody,
  remindedBody,
  rolloutBody,
  shutOutBody,
  shutOutShown,
  simulateRolloutBody,
} from './rollout-schemas.ts';

const tags = ['Administration'];
const asked = ['insufficient-scope', 'mfa-token-required', 'mfa-enrollment-required'] as const;
const fresh = [...asked, 'mfa-token-invalid', 'mfa-token-used', 'conflict'] as const;
const daySeconds = 86_400;

const reads = guard({ area: 'admin', scope: 'policy:read' });
const writes = guard({ area: 'admin', scope: 'policy:write', mfa: 'fresh' });

async function rolloutShown(deps: AccessDeps) {
  const { phase, targets, graceSeconds, changedAt, changedBy, changedByName } = await readRollout(deps);
  const enforced = Object.entries(targets).map(([name, since]) => [name, since.toISOString()]);
  return {
    phase,
    enforced: Object.fromEntries(enforced),
    grace_days: graceSeconds / daySeconds,
    changed_at: changedAt?.toISOString() ?? null,
    changed_by: changedBy,
    changed_by_username: changedByName,
  };
}

function readRolloutRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/rollout',
    {
      onRequest: reads,
      schema: {
        tags,
        operationId: 'readRollout',
        summary: 'Read who must enrol, and since when',
        description: 'The phase, the roles that must enrol, and the days of the grace period.',
        response: { 200: rolloutBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    () => rolloutShown(deps),
  );
}

function changeRolloutRoute(app: App): void {
  const deps = app.deps;
  app.put(
    '/admin/rollout',
    {
      onRequest: writes,
      schema: {
        tags,
        operationId: 'changeRollout',
        summary: 'Change the phase of the rollout',
        description:
          'A grace period that has begun stays as it is. If the change shuts users out at once, `confirm_shut_out` must give their number.',
        headers: mfaHeader,
        body: changeRolloutBody,
        response: {
          200: rolloutBody,
          202: approvalBody,
          ...problemResponses(bearerProblems, fresh, 'locks-out', 'forbidden'),
        },
      },
    },
    async (request, reply) => {
      const { confirm_shut_out: confirmShutOut, reason, ticket, ...body } = request.body;
      const change = { ...changeOf(body), confirmShutOut };
      const cause = optionalJustificationOf({ reason, ticket });
      const who = actingPerson(request);
      const asked = await askRolloutEnd(deps, contextOf(request), { ...who, cause, change });
      if (asked) return reply.code(202).send(approvalOf(asked));
      await changeRollout(deps, contextOf(request), who.by.userId, change);
      return rolloutShown(deps);
    },
  );
}

function simulateRolloutRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/rollout/simulate',
    {
      onRequest: reads,
      schema: {
        tags,
        operationId: 'simulateRollout',
        summary: 'Simulate a change of the rollout',
        description:
          'Changes nothing. Lists the users without a second factor who would be shut out, now and by day, after their grace period or exemption.',
        querystring: pageQuery,
        body: simulateRolloutBody,
        response: { 200: shutOutBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    async (request) => {
      const { cursor = '', limit = 100 } = request.query;
      return shutOutShown(await simulateRollout(deps, changeOf(request.body), { cursor, limit }), limit);
    },
  );
}

function remindUnenrolledRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/rollout/reminders',
    {
      onRequest: writes,
      schema: {
        tags,
        operationId: 'remindUnenrolled',
        summary: 'Remind users who must enrol and have no second factor',
        description:
          'Mails each user whose grace period has begun. A user gets at most one such mail a day. `more`: call it again.',
        headers: mfaHeader,
        response: { 202: remindedBody, ...problemResponses(bearerProblems, fresh) },
      },
    },
    async (request, reply) => {
      const by = actorOf(requireSession(request));
      return reply.code(202).send(await remindUnenrolled(deps, contextOf(request), by));
    },
  );
}

function listExemptionsRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/exemptions',
    {
      onRequest: reads,
      schema: {
        tags,
        operationId: 'listExemptions',
        summary: 'List the exemptions in force, the next to end first',
        description: 'Each with its owner, its reason and its end.',
        response: { 200: exemptionsBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    async () => ({ exemptions: (await listExemptions(deps)).map(exemptionShown) }),
  );
}

function exemptUserRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/exemptions',
    {
      onRequest: writes,
      schema: {
        tags,
        operationId: 'exemptUser',
        summary: 'Exempt a user from the rollout for a while',
        description:
          'The caller is its owner. It ends by itself. It gives access to an area that requires a second factor only with the preset `nydfs`, and never to `admin`.',
        headers: mfaHeader,
        body: exemptBody,
        response: {
          201: exemptionBody,
          202: approvalBody,
          ...problemResponses(bearerProblems, fresh, 'forbidden', 'not-found'),
        },
      },
    },
    async (request, reply) => {
      const { user_id: userId, reason, ends_at: endsAt, approved_by: approvedBy = null } = request.body;
      const input = { userId, reason, endsAt: new Date(endsAt), approvedBy };
      const who = actingPerson(request);
      const asked = await askExemption(deps, contextOf(request), { ...who, input });
      if (asked) return reply.code(202).send(approvalOf(asked));
      const made = await exemptUser(deps, contextOf(request), who.by.userId, input);
      return reply.code(201).send(exemptionShown(made));
    },
  );
}

function endExemptionRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/admin/exemptions/:id',
    {
      onRequest: writes,
      schema: {
        tags,
        operationId: 'endExemption',
        summary: 'End an exemption before its time',
        description: 'The rollout applies to the user again.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        response: {
          204: z.undefined().describe('Ended'),
          ...problemResponses(bearerProblems, fresh, 'not-found'),
        },
      },
    },
    async (request, reply) => {
      await endExemptionNow(
        deps,
        contextOf(request),
        requireSession(request).session.userId,
        request.params.id,
      );
      return reply.code(204).send();
    },
  );
}

function exemptionShown(one: NamedExemption) {
  return {
    id: one.id,
    user_id: one.userId,
    username: one.username,
    owner_id: one.ownerId,
    owner_username: one.ownerName,
    reason: one.reason,
    approved_by: one.approvedBy,
    created_at: one.createdAt.toISOString(),
    ends_at: one.endsAt.toISOString(),
  };
}

/** The routes for the rollout and the exemptions from it. */
export async function rolloutRoutes(app: App): Promise<void> {
  readRolloutRoute(app);
  changeRolloutRoute(app);
  simulateRolloutRoute(app);
  remindUnenrolledRoute(app);
  listExemptionsRoute(app);
  exemptUserRoute(app);
  endExemptionRoute(app);
}
