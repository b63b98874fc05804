import { type AreaName, presetNameOf, presets } from '../../domain/policy/policy.ts';
import { type StoredPolicy, toStored } from '../../domain/policy/stored-policy.ts';
import { askPolicyChange } from '../../features/approvals/ask-policy-change.ts';
import { readAreaVersions } from '../../features/policy/area-versions.ts';
import { changeArea } from '../../features/policy/change-area.ts';
import { readArea } from '../../features/policy/read-policies.ts';
import { simulateArea } from '../../features/policy/simulate-area.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { actingPerson } from '../access/acting-person.ts';
import type { AccessDeps } from '../access/authenticate.ts';
import { contextOf } from '../access/context-of.ts';
import { guard } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { pageOfQuery, pagesQuery } from '../page-query.ts';
import { approvalBody, approvalOf } from './approval-schemas.ts';
import {
  areaBody,
  areaParams,
  changeAreaBody,
  pageQuery,
  policyShown,
  presetsBody,
  simulateBody,
  simulationBody,
  versionsBody,
} from './area-schemas.ts';
import { optionalJustificationOf } from './help-schemas.ts';
import { wantedPolicy } from './wanted-policy.ts';

const tags = ['Administration'];
const asked = ['insufficient-scope', 'mfa-token-required', 'mfa-enrollment-required'] as const;
const fresh = [...asked, 'mfa-token-invalid', 'mfa-token-used', 'conflict'] as const;

async function areaShown(deps: AccessDeps, area: AreaName) {
  const { policy, reportOnly, version, changedAt, changedBy, changedByName } = await readArea(deps, area);
  return {
    area,
    policy: policyShown(policy),
    trial: reportOnly && policyShown(reportOnly),
    version,
    changed_at: changedAt?.toISOString() ?? null,
    changed_by: changedBy,
    changed_by_username: changedByName,
  };
}

function readAreaRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/areas/:area',
    {
      onRequest: guard({ area: 'admin', scope: 'policy:read' }),
      schema: {
        tags,
        operationId: 'readArea',
        summary: 'Read the policy of an area',
        description: 'The policy in force, the report-only policy, and who changed it when.',
        params: areaParams,
        response: { 200: areaBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    async (request) => areaShown(deps, request.params.area),
  );
}

function changeAreaRoute(app: App): void {
  const deps = app.deps;
  app.put(
    '/admin/areas/:area',
    {
      onRequest: guard({ area: 'admin', scope: 'policy:write', mfa: 'fresh' }),
      schema: {
        tags,
        operationId: 'changeArea',
        summary: 'Change the policy of an area, or its report-only policy',
        description:
          'Applies to live sessions from their next request on, on every instance. Refused where it would lock out everybody.',
        headers: mfaHeader,
        params: areaParams,
        body: changeAreaBody,
        response: {
          200: areaBody,
          202: approvalBody,
          ...problemResponses(bearerProblems, fresh, 'locks-out', 'forbidden'),
        },
      },
    },
    async (request, reply) => {
      const { area } = request.params;
      const {
        report_only: reportOnly = false,
        version,
        confirm_shut_out: confirmShutOut,
        reason,
        ticket,
        ...body
      } = request.body;
      const change = { ...(await wantedPolicy(deps, area, body)), reportOnly, version, confirmShutOut };
      const cause = optionalJustificationOf({ reason, ticket });
      const who = actingPerson(request);
      const asked = await askPolicyChange(deps, contextOf(request), { ...who, cause, area, change });
      if (asked) return reply.code(202).send(approvalOf(asked));
      await changeArea(deps, contextOf(request), { actorId: who.by.userId, area, change });
      return areaShown(deps, area);
    },
  );
}

function simulateAreaRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/areas/:area/simulate',
    {
      onRequest: guard({ area: 'admin', scope: 'policy:read' }),
      schema: {
        tags,
        operationId: 'simulateArea',
        summary: 'Simulate a policy of an area',
        description:
          'Changes nothing. Lists the users who could not log in with their password and the factors that they have, or those who would need more.',
        params: areaParams,
        querystring: pageQuery,
        body: simulateBody,
        response: { 200: simulationBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    async (request) => {
      const { area } = request.params;
      const { list = 'refused', cursor = '', limit = 100 } = request.query;
      const { policy } = await wantedPolicy(deps, area, request.body);
      const found = await simulateArea(deps, area, policy, { of: list, cursor, limit });
      return {
        counts: {
          members: found.members,
          refused: found.refused,
          newly_refused: found.newlyRefused,
          asked_more: found.askedMore,
        },
        users: [...found.page],
        next_cursor: found.page.length === limit ? (found.page.at(-1)?.username ?? null) : null,
      };
    },
  );
}

function readAreaVersionsRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/areas/:area/versions',
    {
      onRequest: guard({ area: 'admin', scope: 'policy:read' }),
      schema: {
        tags,
        operationId: 'readAreaVersions',
        summary: 'List every version of the policy of an area, newest first',
        description:
          'Who changed it when, and the policy before and after. `PUT /admin/areas/{area}` with `restore` goes back to one.',
        params: areaParams,
        querystring: pagesQuery,
        response: { 200: versionsBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    async (request) => {
      const page = pageOfQuery(request.query);
      const { versions, nextCursor } = await readAreaVersions(deps, request.params.area, page);
      const all = versions.map((one) => ({
        version: one.version,
        changed_at: one.changedAt?.toISOString() ?? null,
        changed_by: one.changedBy,
        changed_by_username: one.changedByName,
        restored: one.restored,
        policy: shownOrNull(one.policy),
        trial: shownOrNull(one.trial),
        before: shownOrNull(one.before),
      }));
      return { versions: all, next_cursor: nextCursor };
    },
  );
}

function shownOrNull(policy: StoredPolicy | null) {
  return policy && policyShown(policy);
}

function readAreaPresetsRoute(app: App): void {
  const { preset, providers } = app.deps;
  app.get(
    '/admin/areas/:area/presets',
    {
      onRequest: guard({ area: 'admin', scope: 'policy:read' }),
      schema: {
        tags,
        operationId: 'readAreaPresets',
        summary: 'Read what each preset says about an area',
        description: 'Also which preset the installation follows, and the methods that a policy may name.',
        params: areaParams,
        response: { 200: presetsBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    async ({ params: { area } }) => {
      const { standard, strict, pci, cjis, nydfs } = presets;
      const of = (one: typeof preset) => policyShown(toStored(one[area]));
      return {
        preset: presetNameOf(preset),
        presets: {
          ...{ standard: of(standard), strict: of(strict), pci: of(pci) },
          ...{ cjis: of(cjis), nydfs: of(nydfs) },
        },
        methods: [...providers.keys()],
      };
    },
  );
}

export async function areaRoutes(app: App): Promise<void> {
  readAreaRoute(app);
  changeAreaRoute(app);
  simulateAreaRoute(app);
  readAreaVersionsRoute(app);
  readAreaPresetsRoute(app);
}
