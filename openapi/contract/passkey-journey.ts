import { randomUUID } from 'node:crypto';
import type { AdminSession } from './admin-session.ts';
import type { Inspector } from './inspector.ts';
import { type Invited, inviteSomebody } from './invite-somebody.ts';
import { type Answer, createJourneyClient, listIn, stop, textIn, tokensIn } from './journey-client.ts';
import type { Inbox } from './mail-journey.ts';
import { type CeremonyOptions, createSecurityKey } from './security-key.ts';

/** A deployment of our own: its mails, and the origin of the page that a passkey belongs to. */
export type OwnPages = { readonly inbox: Inbox; readonly pageOrigin: string };

const cause = { reason: 'Contract test', ticket: 'CONTRACT-1' };
const area = 'public';

/**
 * A user binds a passkey, logs in by it alone, shows the helpdesk who is calling, gives the password up and comes back.
 * The policy is written back, and the user is disabled, even after a failed step.
 */
export async function passkeys(
  inspector: Inspector,
  admin: AdminSession,
  own: OwnPages | null,
): Promise<void> {
  if (!own) {
    inspector.report.leaveOut('a passkey, and an account without a password: only --start has both');
    return;
  }
  const { act } = admin;
  const params = { area };
  const { policy } = await act('the policy before passkeys', 'readArea', { params });
  const { id, username, email } = await inviteSomebody(admin);
  try {
    const either = { ...Object(policy), first_factor: 'either' };
    await act('passkeys may replace the password', 'changeArea', { params, body: either });
    await withPasskey(inspector, admin, { id, username, email }, own);
  } finally {
    await act('the policy as it was', 'changeArea', { params, body: policy });
    await act(`disable ${username}`, 'changeUser', { params: { id }, body: { status: 'disabled' } });
  }
}

async function withPasskey(
  inspector: Inspector,
  admin: AdminSession,
  { id, username, email }: Invited,
  { inbox, pageOrigin }: OwnPages,
): Promise<void> {
  const { secrets } = inspector;
  const [password, next] = [`five ${randomUUID()}`, `six ${randomUUID()}`];
  secrets.learn(next);
  const { step, logIn } = createJourneyClient(inspector, { username, password });
  const setPassword = async (what: string, newPassword: string, more: object = {}) => {
    const token = (await inbox(email)) ?? stop('no mail with a link');
    secrets.learn(token);
    await step(what, 'resetPassword', { body: { token, new_password: newPassword, ...more } }, 204);
  };
  await setPassword('the first password', password);

  const key = createSecurityKey(pageOrigin);
  const first = tokensIn(await logIn('log in'));
  const wanted = { method: 'webauthn', passkey: true, label: 'Contract' };
  const begun = await step('a passkey', 'enroll', { bearer: first.bearer, body: wanted });
  const response = key.register(optionsIn(begun));
  const bound = await step('bind it', 'verifyEnrollment', { bearer: first.bearer, body: { response } });
  const [recoveryCode, spoken] = listIn(bound, 'recovery_codes').map(String);
  if (recoveryCode === undefined || spoken === undefined) stop('no recovery codes');
  await call(admin, id, spoken);

  const begin = () => step('begin without a name', 'passkeyOptions', { body: { area } });
  const signed = { body: { response: key.assert(optionsIn(await begin())) } };
  const { bearer } = tokensIn(await step('the passkey alone', 'passkeyVerify', signed));
  await step('it answers once', 'passkeyVerify', signed, 401, 'challenge-invalid');
  await step('give the password up', 'removePassword', { bearer }, 204);
  await logIn('the password opens nothing', {}, 401, 'invalid-credentials');
  await step('forgotten', 'forgotPassword', { body: { username } }, 202);
  const code = { recovery_code: recoveryCode };
  await setPassword('come back by the mailbox and a recovery code', next, code);
}

/** The helpdesk checks who is calling, and the caller answers. */
async function call({ act, step }: AdminSession, id: string, recoveryCode: string): Promise<void> {
  const check = await act('who is calling', 'startCallerCheck', { params: { id }, body: cause }, 201);
  const number = textIn(check, 'number');
  await step('no answer yet', 'answerCallerCheck', { body: { number } }, 202);
  const body = { number, mfa_token: recoveryCode };
  await step('by a recovery code', 'answerCallerCheck', { body });
}

function optionsIn(answer: Answer): CeremonyOptions {
  const options = Object(answer.options);
  if (typeof options.challenge !== 'string') stop('no options of a passkey');
  return options;
}
