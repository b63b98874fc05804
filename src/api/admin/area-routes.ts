import type { AreaName } from '../../domain/policy/policy.ts';
import { changeArea } from '../../features/policy/change-area.ts';
import { readArea } from '../../features/policy/read-policies.ts';
import { simulateArea } from '../../features/policy/simulate-area.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import type { AccessDeps } from '../access/authenticate.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import {
  areaBody,
  areaParams,
  changeAreaBody,
  pageQuery,
  policyOf,
  policyShown,
  simulateBody,
  simulationBody,
} from './area-schemas.ts';

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
  const deps = app.gate;
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
  const deps = app.gate;
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
        response: { 200: areaBody, ...problemResponses(bearerProblems, fresh, 'locks-out') },
      },
    },
    async (request) => {
      const { area } = request.params;
      const { report_only: reportOnly = false, version, ...body } = request.body;
      const change = { policy: policyOf(area, body, deps.preset), reportOnly, version };
      await changeArea(deps, contextOf(request), {
        actorId: requireSession(request).session.userId,
        area,
        change,
      });
      return areaShown(deps, area);
    },
  );
}

function simulateAreaRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/admin/areas/:area/simulate',
    {
      onRequest: guard({ area: 'admin', scope: 'policy:read' }),
      schema: {
        tags,
        operationId: 'simulateArea',
        summary: 'Simulate a policy of an area',
        description:
          'Changes nothing. Lists the users who could not log in with their password and the factors that they have.',
        params: areaParams,
        querystring: pageQuery,
        body: simulateBody,
        response: { 200: simulationBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    async (request) => {
      const { area } = request.params;
      const { cursor = '', limit = 100 } = request.query;
      const page = { cursor, limit };
      const found = await simulateArea(deps, area, policyOf(area, request.body, deps.preset), page);
      return {
        counts: { members: found.members, refused: found.refused, newly_refused: found.newlyRefused },
        users: [...found.page],
        next_cursor: found.page.length === limit ? (found.page.at(-1)?.username ?? null) : null,
      };
    },
  );
}

export async function areaRoutes(app: App): Promise<void> {
  readAreaRoute(app);
  changeAreaRoute(app);
  simulateAreaRoute(app);
}
