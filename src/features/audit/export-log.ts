import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from './audit-store.ts';
import { writeLine } from './log-line.ts';
import { readLog } from './read-log.ts';
import { sealNamed } from './seal-store.ts';

const atOnce = 500;

/** Who exports, and the number of the seal after which the export begins. */
export type ExportRequest = { readonly userId: string | null; readonly after: number | null };

/**
 * The whole log, or the part after a seal, as NDJSON in chunks of many lines. It contains every record that a
 * verification outside of the service needs. Writes an `audit_exported` event first. Throws 404 if the seal `after`
 * does not exist.
 */
export async function exportLog(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  by: ExportRequest,
): Promise<AsyncGenerator<string>> {
  return linesOf(deps, await beginExport(deps, ctx, by), ctx.now);
}

/** Writes the event of an export. Returns the seal after which the export begins; null for the whole log. */
export async function beginExport(deps: Pick<Deps, 'db'>, ctx: AuditContext, by: ExportRequest) {
  const after = await sealNamed(deps, by.after);
  const about = { userId: by.userId, ...(by.userId && { area: 'admin' }) };
  const detail = { after: after?.number ?? 0 };
  await writeAudit(deps.db, ctx, { type: 'audit_exported', outcome: 'success', ...about, detail });
  return after;
}

async function* linesOf(
  deps: Pick<Deps, 'db'>,
  after: Awaited<ReturnType<typeof sealNamed>>,
  now: Date,
): AsyncGenerator<string> {
  const head = { format: 'sallyport-audit-1', at: now.toISOString(), after: after?.number ?? 0 } as const;
  let lines = [writeLine({ export: head })];
  for await (const record of readLog(deps, after && { after })) {
    lines.push(writeLine(record));
    if (lines.length < atOnce) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  yield `${lines.join('\n')}\n`;
}
