import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { Language } from '../../domain/notices/texts/catalogue.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { saveLanguage } from './user-store.ts';

/** The language that users choose for their own mails and text messages. Null: the language of the installation. */
export async function changeOwnLanguage(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { principal: { session }, language }: { principal: SessionPrincipal; language: Language | null },
): Promise<void> {
  const { userId, area, id: sessionId } = session;
  await inTransaction(deps.db, (tx) => changeLanguage(tx, ctx, { userId, area, sessionId, language }));
}

/** In the transaction of the caller. Audits a change, and nothing if the user has this language already. */
export async function changeLanguage(
  tx: Db,
  ctx: AuditContext,
  {
    language,
    ...whose
  }: {
    readonly language: Language | null;
    readonly userId: string;
    readonly area?: string;
    readonly sessionId?: string;
  },
): Promise<void> {
  if (!(await saveLanguage(tx, whose.userId, language))) return;
  const detail = { fields: ['language'] };
  await writeAudit(tx, ctx, { type: 'user_changed', outcome: 'success', ...whose, detail });
}
