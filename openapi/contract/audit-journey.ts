import type { AdminSession } from './admin-session.ts';
import type { Inspector } from './inspector.ts';
import { textIn } from './journey-client.ts';

const noSeal = 'after=999999999999999';

/** Reads the audit, has it verified, and exports what one answer can bring: of a log that is longer, nothing. */
export async function audit({ report }: Inspector, { act }: AdminSession): Promise<void> {
  const page = await act('the last event', 'listAudit', { query: 'limit=1' });
  const query = `limit=2&type=authn_login_success&cursor=${textIn(page, 'next_cursor')}`;
  await act('logins before it', 'listAudit', { query });
  await act('more than a page', 'listAudit', { query: 'limit=501' }, 400, 'invalid-request');

  const { next_after: more } = await act('whether it holds', 'verifyAudit');
  await act('from a seal that there is not', 'verifyAudit', { query: noSeal }, 404, 'not-found');
  await act('behind a seal that there is not', 'exportAudit', { query: noSeal }, 404, 'not-found');
  if (more === null) await act('all of it', 'exportAudit');
  else report.leaveOut('exporting the audit: it is long');
}
