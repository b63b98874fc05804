import { createAuthenticator } from '../support/software-authenticator.ts';
import { pick } from './codes.ts';
import { type Credential, sent, whose } from './factor-acts.ts';
import {
  type Access,
  type Account,
  type Area,
  admits,
  isFresh,
  type Level,
  levelAfter,
  notePass,
  opensWithoutPassword,
  shownBy,
} from './facts.ts';
import { type Allowed, type History, refused } from './history.ts';
import { byBearer, changeAnswers } from './session-acts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any;

const notHere: Allowed = { status: 403, type: 'method-not-allowed' };
const shown = (h: History, by: string, amr: readonly string[]): Level => ({
  amr,
  mfaTime: h.now(),
  by,
  isPhr: true,
});

/** A passkey, from its beginning to its first answer. It comes beside an app. */
export async function enrolPasskey(h: History, access: Access, credential: Credential): Promise<void> {
  const { session } = access;
  const { owner } = session;
  if (owner.apps.length === 0 || owner.apps.length + owner.keys.length + owner.pending.length >= 6) return;
  const { text, proof, body, words } = sent(h, access, credential);
  let begun: Body = null;
  const after = (answer: Body) => {
    begun = answer;
  };
  await h.ask(
    `begins a passkey ${whose(access)}${words}`,
    ['POST', '/auth/mfa/enroll', { method: 'webauthn', passkey: true, ...body }, { bearer: access.token }],
    byBearer(h, access, changeAnswers(h, access, { text, proof, good: [{ status: 200, after }] })),
  );
  if (begun === null) return;
  const authenticator = createAuthenticator();
  const { factor_id: id, options } = begun;
  const confirmed = (answer: Body) => {
    if (answer.recovery_codes !== undefined) h.disagree('recovery codes come with the first factor alone');
    owner.pending = [];
    owner.keys.push({ id, authenticator });
    notePass(owner, h.now());
    h.changeFactors(owner, session);
    session.level = levelAfter(session, shown(h, id, ['pwd', 'pop', 'user', 'mfa']));
    session.raises += 1;
    session.seen = h.seenNow();
    h.remember(answer, session);
  };
  await h.ask(
    `confirms a passkey ${whose(access)}`,
    [
      'POST',
      '/auth/mfa/verify-enrollment',
      { factor_id: id, response: authenticator.register(options) },
      { bearer: access.token },
    ],
    byBearer(h, access, [{ status: 200, after: confirmed }]),
  );
}

export type Signing = 'right' | 'twice' | 'by another key';

/** A login by a passkey alone. Its challenge works once, in its area. */
export async function logInByPasskey(
  h: History,
  owner: Account,
  { area, at, signing }: { readonly area: Area; readonly at: number; readonly signing: Signing },
): Promise<void> {
  const key = pick(owner.keys, at);
  if (!key) return;
  let options: Body = null;
  const after = (body: Body) => {
    options = body.options;
  };
  const words = `${owner.name} begins a login by passkey to ${area}`;
  const begins = area === 'public' ? { status: 200, after } : notHere;
  await h.ask(words, ['POST', '/auth/passkey/options', { area }], [begins]);
  if (options === null) return;
  const other = createAuthenticator({ id: Buffer.from(key.authenticator.id, 'base64url') });
  other.userHandle = key.authenticator.userHandle;
  const response = (signing === 'by another key' ? other : key.authenticator).assert(options);
  const show = (allowed: Allowed) =>
    h.ask(
      `${owner.name} logs in to ${area} by a passkey alone, signed ${signing}`,
      ['POST', '/auth/passkey/verify', { response }],
      [allowed],
    );
  const opened = (body: Body) => {
    notePass(owner, h.now());
    h.open(body, { owner, area, level: shown(h, key.id, ['pop', 'user', 'mfa']) });
  };
  const isGood = signing !== 'by another key' && owner.active && admits(area, owner);
  await show(isGood ? { status: 200, after: opened } : refused.credentials);
  if (signing === 'twice') await show(refused.challenge);
}

export async function removePasskey(
  h: History,
  access: Access,
  at: number,
  credential: Credential,
): Promise<void> {
  const { session } = access;
  const { owner } = session;
  const key = pick(owner.keys, at);
  if (!key) return;
  const { text, proof, words } = sent(h, access, credential);
  const header = text?.includes('-') ? undefined : text; // a header takes no recovery code here
  const given = header ?? proof?.token;
  const after = () => {
    owner.keys = owner.keys.filter((one) => one !== key);
    h.changeFactors(owner, session);
  };
  const keeps = owner.passwordless && !opensWithoutPassword(owner.keys.length - 1, owner);
  const good = [keeps ? refused.lastFactor : { status: 204, after }];
  await h.ask(
    `removes a passkey ${whose(access)}${words}`,
    [
      'DELETE',
      `/auth/mfa/factors/${key.id}`,
      undefined,
      { bearer: access.token, ...(given && { mfa: given }) },
    ],
    byBearer(h, access, changeAnswers(h, access, { text: header, proof, good })),
  );
}

const tooFew: Allowed = { status: 409, type: 'conflict', reason: 'too_few_passkeys' };

/** The owner gives the password up: with a passkey that was just shown, and enough to come in without it. */
export async function removePassword(h: History, access: Access): Promise<void> {
  const { session } = access;
  const { owner } = session;
  const level = shownBy(access);
  const after = () => {
    if (owner.passwordless) return;
    h.changePassword(owner, null, session);
    owner.passwordless = true;
  };
  const isEnough = owner.passwordless || opensWithoutPassword(owner.keys.length, owner);
  const allowed = isEnough ? { status: 204, after } : tooFew;
  await h.ask(
    `gives the password up ${whose(access)}`,
    ['DELETE', '/auth/password', undefined, { bearer: access.token }],
    byBearer(h, access, [level.isPhr && isFresh(level, h.now()) ? allowed : refused.noCode]),
  );
}
