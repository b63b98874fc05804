import { z } from 'zod';
import { archiveEvidence } from '../../features/compliance/archive-evidence.ts';
import type { App } from '../../platform/http/app-type.ts';
import { withExamples } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { adminReads } from './admin-schemas.ts';

const archiveBody = withExamples(z.string().describe('A ZIP archive'), {
  archive: 'PK…',
});

export async function evidenceRoutes(app: App): Promise<void> {
  const deps = app.deps;
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
          'One ZIP archive: enrolment by area, exemptions, keys, the state of the audit, and the results of the tests of this release by requirement. The same files as `sallyport evidence`. The audit is verified for five seconds at most, and the archive says how far. An instance makes one archive at a time.',
        headers: mfaHeader,
        response: {
          200: { description: 'The archive', content: { 'application/zip': { schema: archiveBody } } },
          ...problemResponses(adminReads),
        },
      },
    },
    async (request, reply) => {
      const ctx = contextOf(request);
      const archive = await archiveEvidence(deps, ctx, requireSession(request).session.userId);
      const day = ctx.now.toISOString().slice(0, 10);
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="evidence-${day}.zip"`)
        .send(archive as never);
    },
  );
}
