import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { reserveSends } from '../throttling/send-budget-store.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { readShipped } from './shipped-results.ts';

const rules = { perWindow: 10, windowSeconds: 15 * 60, apartSeconds: 0 } as const;
/** A request is given up after nine seconds. */
const longestVerificationMs = 5_000;
const retrySeconds = 5;

type EvidenceDeps = Pick<Deps, 'db' | 'vault' | 'checkpoints' | 'preset' | 'periods'>;

/** An archive takes a processor and the database for seconds, so this process makes one at a time. */
let isMaking = false;

/**
 * The evidence for an auditor as a ZIP archive, with the test results that came with this release. It is audited,
 * because it contains the state of the audit and the names of exempt users. The audit is verified for five seconds at
 * most. Throws 429 while another archive is being made, or after ten archives of this reader in 15 minutes.
 */
export async function archiveEvidence(
  deps: EvidenceDeps,
  ctx: AuditContext,
  readerId: string,
): Promise<Buffer> {
  if (isMaking) throw tooOften('Another archive is being made. Try again in a few seconds.', retrySeconds);
  isMaking = true;
  try {
    const budgets = [{ subject: `evidence:${readerId}`, rules }];
    const { refused, waitSeconds } = await reserveSends(deps.db, { budgets, now: ctx.now });
    if (refused) throw tooOften('You made many archives. Wait, then try again.', waitSeconds);
    return await makeArchive(deps, ctx, readerId);
  } finally {
    isMaking = false;
  }
}

function tooOften(detail: string, waitSeconds: number) {
  return tooManyAttempts('address', { detail, retry_after: waitSeconds });
}

async function makeArchive(deps: EvidenceDeps, ctx: AuditContext, readerId: string): Promise<Buffer> {
  const shipped = readShipped();
  const { run = null, contract = null } = typeof shipped === 'object' ? shipped : {};
  const end = performance.now() + longestVerificationMs;
  const { files } = await gatherEvidence(deps, {
    run,
    contract,
    checkpoints: deps.checkpoints,
    isOver: () => performance.now() > end,
  });
  const detail = { filters: ['evidence'], files: files.size };
  await writeAudit(deps.db, ctx, {
    type: 'audit_read',
    outcome: 'success',
    userId: readerId,
    area: 'admin',
    detail,
  });
  const texts = [...files].map(([name, text]) => [name, Buffer.from(text)]);
  const { zipSync } = await import('fflate'); // loaded at the first archive
  return Buffer.from(zipSync(Object.fromEntries(texts)));
}
