import type { AdminSession } from './admin-session.ts';
import type { Inspector } from './inspector.ts';
import { type Invited, inviteSomebody } from './invite-somebody.ts';
import { type JourneyClient, textIn, tokensIn } from './journey-client.ts';
import { type Inbox, passwordByMail } from './mail-journey.ts';

const cause = { reason: 'Contract test', ticket: 'CONTRACT-1' };

/** Invites a user, changes, exempts and helps them. Disables the user in the end, even after a failed step. */
export async function madeUser(
  inspector: Inspector,
  admin: AdminSession,
  inbox: Inbox | null,
): Promise<void> {
  const { act } = admin;
  const { body, ...made } = await inviteSomebody(admin, { language: 'en' });
  const { id, username } = made;
  try {
    await act('a name is taken once', 'inviteUser', { body }, 409, 'conflict');
    await act('faults of many', 'inviteUsers', { body: { users: [body], dry_run: true } });
    await act('invite again', 'resendInvitation', { params: { id }, body: cause }, 204);
    if (inbox) await passwordByMail(inspector, admin, made, inbox);
    else
      inspector.report.leaveOut('setting a password by the link of a mail: only --start opens its own mails');
    await change(admin, made);
    await exempt(admin, made);
    await help(admin, inspector, made);
  } finally {
    await act(`disable ${username}`, 'changeUser', { params: { id }, body: { status: 'disabled' } });
  }
}

async function change({ act }: AdminSession, { id, username }: Invited): Promise<void> {
  const params = { id };
  const changed = (what: string, body: object) => act(what, 'changeUser', { params, body });
  await act('find them', 'listUsers', {
    query: `q=${username}&limit=1&role=user&status=active&enrolled=false`,
  });
  await changed('other roles', { roles: ['user', 'vendor'] });
  await changed('another phone', { phone: '+15095550100' });
  await changed('mails in Spanish', { language: 'es' });
  await changed('disable', { status: 'disabled' });
  await act('no link for who is disabled', 'withdrawPassword', { params, body: cause }, 409, 'conflict');
  await changed('enable', { status: 'active' });
  await act('look at them', 'readUser', { params });
  await act('what happened to them', 'readTimeline', { params, query: 'limit=2' });
  await act('which factors they had', 'readFactorHistory', { params, query: 'limit=2' });
}

/** It would end alone, in an hour. */
async function exempt({ act }: AdminSession, { id }: Invited): Promise<void> {
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const body = { user_id: id, reason: cause.reason, ends_at: endsAt };
  const exemption = await act('exempt them', 'exemptUser', { body }, 201);
  const params = { id: textIn(exemption, 'id') };
  try {
    await act('who is exempt is not exempted again', 'exemptUser', { body }, 409, 'conflict');
    await act('who is exempt', 'listExemptions');
  } finally {
    await act('end the exemption', 'endExemption', { params }, 204);
  }
  await act('it has ended', 'endExemption', { params }, 404, 'not-found');
}

async function help({ act, step }: AdminSession, { report }: Inspector, { id }: Invited): Promise<void> {
  const params = { id };
  const check = await act('check who is calling', 'startCallerCheck', { params, body: cause }, 201);
  const number = textIn(check, 'number');
  const whose = { id, check_id: textIn(check, 'id') };
  await step('a code to the caller', 'askCaller', { body: { number, method: 'email' } }, 202);
  const wrong = { body: { number, mfa_token: '000000' } };
  await step('a caller without a factor', 'answerCallerCheck', wrong, 403, 'mfa-token-invalid');
  await act('how the check stands', 'readCallerCheck', { params: whose });
  await act('which checks there are', 'readCallerChecks', { params });
  await act('unlock', 'unlockUser', { params, body: cause }, 204);
  await act('log them out', 'endUserSessions', { params, body: cause }, 204);
  const { help_requires } = await act('what help needs', 'readUser', { params });
  if (help_requires === 'none') {
    await act('make the password useless', 'withdrawPassword', { params, body: cause }, 204);
    await act('no factor, no bypass code', 'issueBypassCode', { params, body: cause }, 409, 'conflict');
    await act('remove every factor', 'resetMfa', { params, body: cause }, 204);
  } else report.leaveOut('help that opens an account: HELP_REQUIRES demands evidence');
  const { user } = await act('who am I', 'me');
  const own = { id: textIn(Object(user), 'id') };
  await act('nobody helps themselves', 'unlockUser', { params: own, body: cause }, 403, 'forbidden');
}

/** A code that stands in for the second factor that somebody has at the moment. */
export async function bypass(
  { act }: AdminSession,
  { step, logIn }: JourneyClient,
  id: string,
): Promise<void> {
  const issued = await act('a bypass code', 'issueBypassCode', { params: { id }, body: cause }, 201);
  const tokens = tokensIn(await logIn('log in with it', { mfa_token: textIn(issued, 'code') }));
  await step('log out', 'logOut', tokens, 204);
}
