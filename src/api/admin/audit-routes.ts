import { Readable } from 'node:stream';
import { exportCsv } from '../../features/audit/export-csv.ts';
import { exportLog } from '../../features/audit/export-log.ts';
import { listEvents } from '../../features/audit/list-events.ts';
import { verifyLog, writeAuditVerified } from '../../features/audit/verify-log.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { usualPage } from '../page-query.ts';
import { adminReads } from './admin-schemas.ts';
import { csvBody, exportBody, exportQuery } from './audit-export-schemas.ts';
import {
  afterQuery,
  auditQuery,
  eventShown,
  eventsBody,
  filterOf,
  verifiedBody,
  verifiedShown,
} from './audit-schemas.ts';

/** The number of events that one request can verify within a few seconds. */
const mostVerified = 50_000;

const tags = ['Audit'];
const onRequest = guard({ area: 'admin', scope: 'audit:read' });

function listAuditRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/audit',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'listAudit',
        summary: 'List audit events, newest first',
        description: 'Reading the audit is recorded as an event.',
        headers: mfaHeader,
        querystring: auditQuery,
        response: { 200: eventsBody, ...problemResponses(adminReads) },
      },
    },
    async (request) => {
      const { limit = usualPage, cursor, ...query } = request.query;
      const page = { limit, before: cursor ?? null };
      const reader = requireSession(request).session.userId;
      const { events, next } = await listEvents(deps, contextOf(request), {
        readerId: reader,
        filter: filterOf(query),
        page,
      });
      return { events: events.map(eventShown), next_cursor: next === null ? null : String(next) };
    },
  );
}

function verifyAuditRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/audit/verify',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'verifyAudit',
        summary: 'Verify that nobody changed the audit',
        description:
          'Finds events that were changed, removed, reordered, inserted or cut off. Compares the events with their seals, and ' +
          'the seals with each other and with the checkpoint file of this instance. A long audit takes several requests: `next_after`.',
        headers: mfaHeader,
        querystring: afterQuery,
        response: { 200: verifiedBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) => {
      const checkpoints = deps.checkpoints ?? undefined;
      const { after } = request.query;
      const report = await verifyLog(deps, { after, most: mostVerified, checkpoints, sealing: true });
      await writeAuditVerified(deps, contextOf(request), report, requireSession(request).session.userId);
      return verifiedShown(report);
    },
  );
}

function exportAuditRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/audit/export',
    {
      onRequest,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'exportAudit',
        summary: 'Export the audit as NDJSON or CSV',
        description:
          'Oldest first, each seal after the events that it covers. `sallyport audit verify --export` reads the NDJSON. To ' +
          'continue an earlier export, give its last seal as `after`: nothing is missing between the two.',
        headers: mfaHeader,
        querystring: exportQuery,
        response: {
          200: {
            description: 'Lines of JSON, or of a table',
            content: { 'application/x-ndjson': { schema: exportBody }, 'text/csv': { schema: csvBody } },
          },
          ...problemResponses(adminReads, 'not-found'),
        },
      },
    },
    async (request, reply) => {
      const by = { userId: requireSession(request).session.userId, after: request.query.after ?? null };
      const isCsv = request.query.format === 'csv';
      const lines = await (isCsv ? exportCsv : exportLog)(deps, contextOf(request), by);
      return reply
        .type(isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
        .send(Readable.from(lines) as never);
    },
  );
}

export async function auditRoutes(app: App): Promise<void> {
  listAuditRoute(app);
  verifyAuditRoute(app);
  exportAuditRoute(app);
}
