import { z } from 'zod';
import { askWeakerRules } from '../../features/approvals/ask-policy-change.ts';
import { changeApprovalRules, readApprovalRules } from '../../features/approvals/change-approval-rules.ts';
import {
  cancelApproval,
  decideApproval,
  type OnApproval,
  readApproval,
} from '../../features/approvals/decide-approval.ts';
import { executeApproval } from '../../features/approvals/execute-approval.ts';
import { listApprovals } from '../../features/approvals/list-approvals.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { actingPerson } from '../access/acting-person.ts';
import { contextOf } from '../access/context-of.ts';
import { guard } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { adminReads, adminWrites } from './admin-schemas.ts';
import {
  approvalBody,
  approvalOf,
  approvalsBody,
  changeRulesBody,
  executeBody,
  executedBody,
  rulesBody,
  rulesOf,
  rulesShown,
} from './approval-schemas.ts';
import { evidenceOf, optionalJustificationOf } from './help-schemas.ts';

const tags = ['Approvals'];
const params = z.strictObject({ id });
const reads = guard({ area: 'admin', scope: 'users:read' });
/** The action of the request may need more than this: see whyNotDecide in domain/approvals/approval.ts. */
const acts = guard({ area: 'admin', scope: 'users:help', mfa: 'fresh' });

function listApprovalsRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/approvals',
    {
      onRequest: reads,
      schema: {
        tags,
        operationId: 'listApprovals',
        summary: 'List requests that a second person must approve',
        description: 'At most 200: those that wait first, then the latest of the last 90 days.',
        headers: mfaHeader,
        response: { 200: approvalsBody, ...problemResponses(adminReads) },
      },
    },
    async (request) => ({ approvals: (await listApprovals(deps, contextOf(request))).map(approvalOf) }),
  );
}

function readApprovalRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/approvals/:id',
    {
      onRequest: reads,
      schema: {
        tags,
        operationId: 'readApproval',
        summary: 'Read one request',
        description: 'Who asks for what, for whom, why, and until when.',
        headers: mfaHeader,
        params,
        response: { 200: approvalBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) => approvalOf(await readApproval(deps, contextOf(request), request.params.id)),
  );
}

/** A route that moves a request on, and answers with it. */
function moveRoute(
  app: App,
  url: string,
  words: { readonly operationId: string; readonly summary: string; readonly description: string },
  move: (deps: Deps, ctx: RequestContext, on: OnApproval) => Promise<void>,
): void {
  const deps = app.deps;
  app.route({
    method: 'POST',
    url,
    onRequest: acts,
    schema: {
      tags,
      ...words,
      headers: mfaHeader,
      params,
      response: {
        200: approvalBody,
        ...problemResponses(adminWrites, 'forbidden', 'not-found', 'conflict'),
      },
    },
    handler: async (request) => {
      const ctx = contextOf(request);
      await move(deps, ctx, { ...actingPerson(request), id: request.params.id });
      return approvalOf(await readApproval(deps, ctx, request.params.id));
    },
  });
}

function approveRequestRoute(app: App): void {
  const words = {
    operationId: 'approveRequest',
    summary: 'Approve the request of another person',
    description:
      'Nobody approves their own request, or one about their own account. The requester carries it out afterwards.',
  };
  moveRoute(app, '/admin/approvals/:id/approve', words, (deps, ctx, on) =>
    decideApproval(deps, ctx, on, 'approve'),
  );
}

function refuseRequestRoute(app: App): void {
  const words = {
    operationId: 'refuseRequest',
    summary: 'Refuse the request of another person',
    description: 'The request ends. The requester may ask again.',
  };
  moveRoute(app, '/admin/approvals/:id/refuse', words, (deps, ctx, on) =>
    decideApproval(deps, ctx, on, 'refuse'),
  );
}

function cancelRequestRoute(app: App): void {
  const words = {
    operationId: 'cancelRequest',
    summary: 'Take your own request back',
    description: 'Also after it was approved, as long as it was not carried out.',
  };
  moveRoute(app, '/admin/approvals/:id/cancel', words, cancelApproval);
}

function executeRequestRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/approvals/:id/execute',
    {
      onRequest: acts,
      schema: {
        tags,
        operationId: 'executeRequest',
        summary: 'Carry out your own request after its approval',
        description:
          'Once, after the wait, and only while both people have their roles and the account is as it was. Otherwise 409. ' +
          'The evidence that HELP_REQUIRES demands comes with this call, and is used up here.',
        headers: mfaHeader,
        params,
        body: executeBody,
        response: {
          200: executedBody,
          ...problemResponses(adminWrites, 'forbidden', 'not-found', 'conflict', 'locks-out'),
        },
      },
    },
    async (request) => {
      const evidence = evidenceOf(request.body ?? {});
      const on = { ...actingPerson(request), id: request.params.id, evidence };
      const made = await executeApproval(deps, contextOf(request), on);
      if (!made) return { bypass: null };
      const { code, uses, expiresAt } = made;
      return { bypass: { code, uses, expires_at: expiresAt.toISOString() } };
    },
  );
}

function readApprovalRulesRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/approval-rules',
    {
      onRequest: guard({ area: 'admin', scope: 'policy:read' }),
      schema: {
        tags,
        operationId: 'readApprovalRules',
        summary: 'Read which actions need a second person',
        description: 'Also how many people could approve, and what that makes impossible.',
        headers: mfaHeader,
        response: { 200: rulesBody, ...problemResponses(adminReads) },
      },
    },
    async () => rulesShown(await readApprovalRules(deps)),
  );
}

function changeApprovalRulesRoute(app: App): void {
  const deps = app.deps;
  app.put(
    '/admin/approval-rules',
    {
      onRequest: guard({ area: 'admin', scope: 'policy:write', mfa: 'fresh' }),
      schema: {
        tags,
        operationId: 'changeApprovalRules',
        summary: 'Change which actions need a second person',
        description:
          'A weaker rule needs an approval itself. Refused with 409 where fewer than two people could approve.',
        headers: mfaHeader,
        body: changeRulesBody,
        response: {
          200: rulesBody,
          202: approvalBody,
          ...problemResponses(adminWrites, 'forbidden', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const who = actingPerson(request);
      const rules = rulesOf(request.body);
      const { reason, ticket } = request.body;
      const cause = optionalJustificationOf({ reason, ticket });
      const ctx = contextOf(request);
      const asked = await askWeakerRules(deps, ctx, { ...who, cause, rules });
      if (asked) return reply.code(202).send(approvalOf(asked));
      await changeApprovalRules(deps, ctx, { actorId: who.by.userId, rules, permit: null });
      return rulesShown(await readApprovalRules(deps));
    },
  );
}

/** The routes for requests that need a second person, and for the rules that say which do. */
export async function approvalRoutes(app: App): Promise<void> {
  listApprovalsRoute(app);
  readApprovalRoute(app);
  approveRequestRoute(app);
  refuseRequestRoute(app);
  cancelRequestRoute(app);
  executeRequestRoute(app);
  readApprovalRulesRoute(app);
  changeApprovalRulesRoute(app);
}
