import { zipSync } from 'fflate';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { readShipped } from './shipped-results.ts';

/**
 * The evidence for an auditor as a ZIP archive, with the test results that came with this release. It is audited,
 * because it contains the state of the audit and the names of exempt users.
 */
export async function archiveEvidence(
  deps: Pick<Deps, 'db' | 'vault' | 'checkpoints'>,
  ctx: AuditContext,
  readerId: string,
): Promise<Buffer> {
  const shipped = readShipped();
  const { run = null, contract = null } = typeof shipped === 'object' ? shipped : {};
  const { files } = await gatherEvidence(deps, { run, contract, checkpoints: deps.checkpoints });
  const detail = { filters: ['evidence'], files: files.size };
  await writeAudit(deps.db, ctx, {
    type: 'audit_read',
    outcome: 'success',
    userId: readerId,
    area: 'admin',
    detail,
  });
  const texts = [...files].map(([name, text]) => [name, Buffer.from(text)]);
  return Buffer.from(zipSync(Object.fromEntries(texts)));
}
