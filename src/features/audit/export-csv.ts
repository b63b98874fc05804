import { csvLine } from '../../domain/audit/csv.ts';
import { labelOf } from '../../domain/audit/label.ts';
import type { SealedEvent } from '../../domain/audit/seal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { beginExport, type ExportRequest } from './export-log.ts';
import { readLog } from './read-log.ts';

const atOnce = 500;
const columns = [
  'seq',
  'at',
  'type',
  'severity',
  'outcome',
  'username',
  'user_id',
  'actor_id',
  'area',
  'method',
  'factor_id',
  'session_id',
  'request_id',
  'ip',
  'user_agent',
  'detail',
] as const;

/**
 * The events of the log as CSV for spreadsheets, oldest first. The CSV has no seals and proves nothing; a
 * verification needs the NDJSON of exportLog. Writes an `audit_exported` event first. Throws 404 if the seal `after`
 * does not exist.
 */
export async function exportCsv(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  by: ExportRequest,
): Promise<AsyncGenerator<string>> {
  return linesOf(deps, await beginExport(deps, ctx, by));
}

async function* linesOf(
  deps: Pick<Deps, 'db'>,
  after: Awaited<ReturnType<typeof beginExport>>,
): AsyncGenerator<string> {
  let lines = [csvLine(columns)];
  for await (const record of readLog(deps, after && { after })) {
    if (!('event' in record)) continue;
    lines.push(csvLine(cellsOf(record.event)));
    if (lines.length < atOnce) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

function cellsOf(event: SealedEvent): readonly (string | number | null)[] {
  const { label, rest } = labelOf(event);
  return [
    event.seq,
    event.at,
    event.type,
    label.severity,
    event.outcome,
    label.username,
    event.userId,
    event.actorId,
    event.area,
    event.method,
    event.factorId,
    event.sessionId,
    event.requestId,
    event.ip,
    event.userAgent,
    rest === null ? null : JSON.stringify(rest),
  ];
}
