import { zipSync } from 'fflate';
import { z } from 'zod';
import { writeAudit } from '../../features/audit/audit-store.ts';
import { gatherEvidence } from '../../features/compliance/gather-evidence.ts';
import { readShipped } from '../../features/compliance/shipped-results.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { adminReads } from './admin-schemas.ts';

const archive = z.string().meta({ format: 'binary' }).describe('A ZIP archive');

export async function evidenceRoutes(app: App): Promise<void> {
  const deps = app.gate;
  app.get(
    '/admin/evidence',
    {
      onRequest: guard({ area: 'admin', scope: 'audit:read' }),
      config: { guessing: true },
      schema: {
        tags: ['Audit'],
        operationId: 'readEvidence',
        summary: 'Download the evidence for an auditor',
        description:
          'One ZIP archive: enrolment by area, exemptions, keys, the state of the audit, and the results of the tests of this release by requirement. The same files as `sallyport evidence`.',
        headers: mfaHeader,
        response: {
          200: { description: 'The archive', content: { 'application/zip': { schema: archive } } },
          ...problemResponses(adminReads),
        },
      },
    },
    async (request, reply) => {
      const ctx = contextOf(request);
      const shipped = readShipped();
      const { run = null, contract = null } = typeof shipped === 'object' ? shipped : {};
      const { files } = await gatherEvidence(deps, { run, contract, checkpoints: deps.checkpoints });
      const { userId } = requireSession(request).session;
      const detail = { filters: ['evidence'], files: files.size };
      await writeAudit(deps.db, ctx, {
        type: 'audit_read',
        outcome: 'success',
        userId,
        area: 'admin',
        detail,
      });
      const day = ctx.now.toISOString().slice(0, 10);
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="evidence-${day}.zip"`)
        .send(Buffer.from(zipOf(files)) as never);
    },
  );
}

function zipOf(files: ReadonlyMap<string, string>): Uint8Array {
  return zipSync(Object.fromEntries([...files].map(([name, text]) => [name, Buffer.from(text)])));
}
