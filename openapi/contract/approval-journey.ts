import type { AdminSession } from './admin-session.ts';
import type { Inspector } from './inspector.ts';
import { inviteSomebody } from './invite-somebody.ts';
import { type Answer, stop, textIn } from './journey-client.ts';
import type { Inbox } from './mail-journey.ts';

/** What a deployment of our own has for requests that need two people. */
export type Pair = {
  /** A second administrator, who decides. */
  readonly colleague: AdminSession;
  readonly colleagueName: string;
  /** Enough recovery shares to open the colleague. */
  readonly shares: readonly string[];
  readonly inbox: Inbox;
};

const cause = { reason: 'Contract test', ticket: 'CONTRACT-1' };

/** Reads the rules and the requests. Where there is a second administrator, goes through a request of each kind. */
export async function approvals(
  { report }: Inspector,
  admin: AdminSession,
  pair: Pair | null,
): Promise<void> {
  const { rules } = await admin.act('which actions need a second person', 'readApprovalRules');
  await admin.act('what waits for one', 'listApprovals');
  if (!pair) {
    report.leaveOut('requests that a second person approves: only --start has two administrators');
    return;
  }
  const strict = Object.fromEntries(
    Object.keys(Object(rules)).map((action) => [action, { mode: 'second_person', wait_hours: 0 }]),
  );
  await admin.act('switch the rules on', 'changeApprovalRules', { body: { rules: strict } });
  await requests(admin, pair);
  const body = { rules, ...cause };
  const weaker = await admin.act('switch them off', 'changeApprovalRules', { body }, 202);
  await decideAndExecute(admin, pair, weaker);
}

async function requests(admin: AdminSession, pair: Pair): Promise<void> {
  const { act } = admin;
  const { id, username, email } = await inviteSomebody(admin);
  const params = { id };
  const reset = await act('ask to remove every factor', 'resetMfa', { params, body: cause }, 202);
  await act('look at the request', 'readApproval', { params: { id: textIn(reset, 'id') } });
  await act('not twice', 'resetMfa', { params, body: cause }, 409, 'conflict');
  await act(
    'nobody approves alone',
    'approveRequest',
    { params: { id: textIn(reset, 'id') } },
    403,
    'forbidden',
  );
  await stopByLetter(admin, pair, email);
  const code = await act('ask for a bypass code', 'issueBypassCode', { params, body: cause }, 202);
  await pair.colleague.act('refuse it', 'refuseRequest', { params: { id: textIn(code, 'id') } });
  const password = await act('ask to cancel the password', 'withdrawPassword', { params, body: cause }, 202);
  await act('take it back', 'cancelRequest', { params: { id: textIn(password, 'id') } });
  const ends_at = new Date(Date.now() + 3_600_000).toISOString();
  const exemption = { user_id: id, reason: cause.reason, ends_at };
  await decideAndExecute(
    admin,
    pair,
    await act('ask to exempt them', 'exemptUser', { body: exemption }, 202),
  );
  const role = { roles: ['user', 'admin'], ...cause };
  await act('ask to make them an administrator', 'changeUser', { params, body: role }, 202);
  await policies(admin);
  await act(`disable ${username}`, 'changeUser', { params, body: { status: 'disabled' } });
}

/** The rollout is turned on first, so that there is something to end. */
async function policies({ act }: AdminSession): Promise<void> {
  const { policy } = await act('the policy of vendor', 'readArea', { params: { area: 'vendor' } });
  const access = Object(policy).access_seconds === 600 ? 660 : 600;
  const body = { ...Object(policy), access_seconds: access, ...cause };
  await act('ask to change it', 'changeArea', { params: { area: 'vendor' }, body }, 202);
  const gradual = { phase: 'gradual', roles: ['auditor'] };
  await act('the rollout is on', 'changeRollout', { body: gradual });
  await act('ask to end it', 'changeRollout', { body: { phase: 'soft', ...cause } }, 202);
}

async function decideAndExecute(admin: AdminSession, { colleague }: Pair, asked: Answer): Promise<void> {
  const params = { id: textIn(asked, 'id') };
  await admin.act('not before it is approved', 'executeRequest', { params }, 409, 'conflict');
  await colleague.act('approve it', 'approveRequest', { params });
  await admin.act('carry it out', 'executeRequest', { params });
  await admin.act('once', 'executeRequest', { params }, 409, 'conflict');
}

async function stopByLetter({ step }: AdminSession, { inbox }: Pair, email: string): Promise<void> {
  const body = { token: (await inbox(email, 'not-me')) ?? stop('no letter with a link that stops it') };
  await step('what the link of the letter does', 'readNotMeLink', { body });
  await step('stop it', 'reportNotMe', { body }, 204);
  await step('a link works once', 'reportNotMe', { body }, 401, 'invalid-token');
}

/** The last thing that the colleague is there for: it removes their factor. */
export async function breakGlass(
  { report }: Inspector,
  { step }: AdminSession,
  pair: Pair | null,
): Promise<void> {
  if (!pair) {
    report.leaveOut('recovery shares: only --start makes some');
    return;
  }
  const body = { shares: [...pair.shares], username: pair.colleagueName };
  const wrong = { ...body, shares: body.shares.slice(1) };
  await step('too few shares', 'openByShares', { body: wrong }, 401, 'invalid-token');
  await step('open an administrator by shares', 'openByShares', { body });
  await step('once', 'openByShares', { body }, 401, 'invalid-token');
}
