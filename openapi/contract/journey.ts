import { randomUUID } from 'node:crypto';
import type { AdminSession } from './admin-session.ts';
import { type Inspector, inspect } from './inspector.ts';
import {
  type Account,
  createJourneyClient,
  goAsFar,
  type JourneyClient,
  tokensIn,
} from './journey-client.ts';
import { secondFactor } from './second-factor-journey.ts';
import { bypass } from './user-journey.ts';

/** What anybody may read. */
export async function readOpen(inspector: Inspector): Promise<void> {
  const { operations } = inspector.contract;
  for (const operation of operations) {
    if (operation.method !== 'GET' || operation.guarded || operation.path.includes('{')) continue;
    await inspect(inspector, { kind: 'journey', what: 'read' }, operation, {}, { status: 200 });
  }
}

/** A known user and an unknown one get the same answer when they ask for a link. */
export async function forget(inspector: Inspector): Promise<void> {
  const sent = { body: { username: `nobody-${randomUUID()}` } };
  const what = 'an unknown user has forgotten the password';
  await inspect(inspector, { kind: 'journey', what }, 'forgotPassword', sent, { status: 202 });
}

/** An answer of a passkey to a challenge that nobody gave. A service without security keys has no such operation. */
export async function inventPasskey(inspector: Inspector): Promise<void> {
  const { operations } = inspector.contract;
  if (!operations.some(({ path }) => path === '/auth/passkey/verify')) return;
  const bytes = (value: string) => Buffer.from(value).toString('base64url');
  const clientDataJSON = bytes(
    JSON.stringify({
      type: 'webauthn.get',
      challenge: bytes(randomUUID()),
      origin: 'https://contract.example',
    }),
  );
  const id = bytes(randomUUID());
  const response = {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: {
      clientDataJSON,
      authenticatorData: bytes('x'),
      signature: bytes('x'),
      userHandle: bytes('x'),
    },
  };
  const expected = { status: 401, type: '/problems/challenge-invalid' };
  const what = 'a passkey answers a challenge that nobody gave';
  await inspect(inspector, { kind: 'journey', what }, 'passkeyVerify', { body: { response } }, expected);
}

/** Only these roles let go of their last factor: see 409 last-factor. */
const free = ['user', 'vendor'];

/**
 * Goes through everything that a user does, and leaves the account as it was: without a factor, with its password, logged
 * out. Where policy would not let it go of a factor, none is enrolled. Throws where the account has one already.
 */
export async function travel(inspector: Inspector, account: Account, company: Company): Promise<void> {
  const client = createJourneyClient(inspector, account);
  await goAsFar(inspector, 'the journey', () => go(inspector, client, company));
}

type Company = {
  readonly throwaway: boolean;
  /** Gives the account a bypass code, which only somebody with a second factor can have. */
  readonly admin: AdminSession | null;
};

async function go(inspector: Inspector, client: JourneyClient, { throwaway, admin }: Company): Promise<void> {
  const { report } = inspector;
  const { step, logIn } = client;
  const first = await logIn('log in');
  if (first.mfa_required === true) throw new Error('The account has a second factor; give one without');
  const { bearer } = tokensIn(first);
  await withoutFactor(client, bearer);
  if (throwaway) {
    await changePassword(client, bearer);
    await step('an opinion', 'giveFeedback', { bearer, body: { rating: 5 } }, 204);
  } else report.leaveOut('changing the password and giving an opinion: the account keeps its own');

  const { user } = await step('who am I', 'me', { bearer });
  const { id, roles, language } = Object(user);
  await step('mails in Spanish', 'changeMe', { bearer, body: { language: 'es' } }, 204);
  await step('and as before', 'changeMe', { bearer, body: { language } }, 204);
  const beside = async () => {
    if (admin) await goAsFar(inspector, 'a bypass code', () => bypass(admin, client, id));
  };
  const mayLetGo = Array.isArray(roles) && roles.every((role) => free.includes(role));
  if (mayLetGo) await secondFactor(client, bearer, roles.includes('vendor'), beside);
  else
    report.leaveOut(
      `the second factor: policy may not let an account with the roles ${roles} go without one again`,
    );
  if (!(mayLetGo && roles.includes('vendor'))) report.leaveOut('the vendor: the account has no such role');

  const last = tokensIn(await logIn('log in again'));
  const next = tokensIn(await step('refresh', 'refresh', { body: { refresh_token: last.refreshToken } }));
  const again = { body: { refresh_token: next.refreshToken } };
  const fresh = tokensIn(await step('refresh again', 'refresh', again));
  await step(
    'a refresh token whose successor was used',
    'refresh',
    { body: { refresh_token: last.refreshToken } },
    401,
    'invalid-token',
  );
  await step('its whole session ended', 'me', fresh, 401, 'invalid-token');
  const revoked = tokensIn(await logIn('log in once more'));
  await step('revoke the refresh token', 'revokeToken', { body: { token: revoked.refreshToken } });
  await step('its access token ended with it', 'me', revoked, 401, 'invalid-token');
  const end = tokensIn(await logIn('log in for the last time'));
  await step('log out', 'logOut', end, 204);
  await step('logged out', 'me', end, 401, 'invalid-token');
}

/** What an account without a factor may do, and may not. */
async function withoutFactor({ step, password }: JourneyClient, bearer: string): Promise<void> {
  await step('no factor yet', 'mfaStatus', { bearer });
  await step('own sessions', 'listSessions', { bearer });
  await step('a person is there', 'noteActivity', { bearer }, 204);
  await step('nothing to step up with', 'stepUp', { bearer, body: {} }, 403, 'mfa-enrollment-required');
  await step(
    'no code is right',
    'prove',
    { bearer, body: { mfa_token: '123456' } },
    403,
    'mfa-token-invalid',
  );
  const asked = { bearer, body: { password } };
  await step('no codes without a factor', 'regenerateCodes', asked, 403, 'mfa-enrollment-required');
  const short = { current_password: password, new_password: 'short' };
  await step('too short a password', 'changePassword', { bearer, body: short }, 422, 'password-rejected');
  await step('a guarded route without a factor', 'getSensitiveData', { bearer }, 200);
}

async function changePassword({ step, password }: JourneyClient, bearer: string): Promise<void> {
  const other = `${password} and back`;
  const there = { current_password: password, new_password: other };
  const back = { current_password: other, new_password: password };
  await step('change the password', 'changePassword', { bearer, body: there }, 204);
  await step('change it back', 'changePassword', { bearer, body: back }, 204);
}
