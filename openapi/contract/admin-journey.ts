import type { AdminSession } from './admin-session.ts';
import { approvals, breakGlass, type Pair } from './approval-journey.ts';
import { audit } from './audit-journey.ts';
import type { Inspector } from './inspector.ts';
import { goAsFar, textIn } from './journey-client.ts';
import type { Inbox } from './mail-journey.ts';
import { passkeys } from './passkey-journey.ts';
import { areas, rollout } from './policy-journey.ts';
import { recovery } from './recovery-journey.ts';
import { serviceAccount } from './service-journey.ts';
import { madeUser } from './user-journey.ts';

export type Deployment = {
  /** It is there for this run alone, and need not be left as it was: keys may be rotated, passwords changed. */
  readonly throwaway: boolean;
  /** Null where its mails are not ours to read. */
  readonly inbox: Inbox | null;
  /** The origin of the page that passkeys belong to. Null where it is not known. */
  readonly pageOrigin: string | null;
  /** Null where there is one administrator. */
  readonly pair: Pair | null;
};

/**
 * Goes through everything that an administrator does. Policies and the rollout are written as they stand; who and what
 * was made is disabled. A part that stops does not keep the others from being tested.
 */
export async function administer(
  inspector: Inspector,
  admin: AdminSession,
  { throwaway, inbox, pageOrigin, pair }: Deployment,
): Promise<void> {
  const own = inbox && pageOrigin !== null ? { inbox, pageOrigin } : null;
  const parts = {
    adoption: () => adoption(admin),
    'the areas': () => areas(inspector, admin, throwaway),
    'the rollout': () => rollout(admin),
    'a user': () => madeUser(inspector, admin, inbox),
    passkeys: () => passkeys(inspector, admin, own),
    'a service account': () => serviceAccount(admin),
    'the signing keys': () => keys(inspector, admin, throwaway),
    'the text messages': async () => void (await admin.act('what they cost', 'readSms')),
    'the mails': () => mails(inspector, admin, { throwaway, inbox }),
    'a recovery': () => recovery(inspector, admin, { throwaway, inbox }),
    'requests for two people': () => approvals(inspector, admin, pair),
    'recovery shares': () => breakGlass(inspector, admin, pair),
    'the evidence': async () => void (await admin.act('all of it', 'readEvidence')),
    'the audit': () => audit(inspector, admin),
  };
  for (const [what, go] of Object.entries(parts)) await goAsFar(inspector, what, go);
}

async function adoption({ act }: AdminSession): Promise<void> {
  await act('how it goes', 'readAdoption', { query: 'days=7' });
  await act('what people say', 'readFeedback', { query: 'days=7&limit=5' });
  await act('no number of days', 'readAdoption', { query: 'days=1e1' }, 400, 'invalid-request');
}

/** A key that waits has signed nothing yet, so that no token ends with it. */
async function keys({ report }: Inspector, { act }: AdminSession, throwaway: boolean): Promise<void> {
  await act('which there are', 'listKeys');
  if (!throwaway) {
    report.leaveOut('rotating the signing keys: only where the deployment is a throwaway');
    return;
  }
  const params = { kid: textIn(await act('the next key', 'rotateKeys', { body: {} }), 'kid') };
  await act('revoke it', 'revokeKey', { params });
  await act('it is gone', 'revokeKey', { params }, 404, 'not-found');
}

/** Users of a deployment that stays get no mail because of a test. */
async function mails(
  { report }: Inspector,
  { act }: AdminSession,
  { throwaway, inbox }: Pick<Deployment, 'throwaway' | 'inbox'>,
): Promise<void> {
  await act('what waits', 'readCarriers');
  if (inbox) await act('a mail to themselves', 'sendTestMail', { body: {} }, 202);
  else report.leaveOut('sending a test mail: only --start has an administrator with a mail address');
  if (throwaway) await act('remind everybody without a factor', 'remindUnenrolled', { body: {} }, 202);
  else report.leaveOut('reminding users: only where the deployment is a throwaway');
}
