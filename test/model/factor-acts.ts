import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { type CodeKind, pick, typedCode } from './codes.ts';
import {
  type Access,
  type Account,
  type Enrolment,
  isBlocked,
  isGuessedOut,
  levelAfter,
  levelNow,
  limits,
  mustKeepFactor,
  noteGuess,
  notePass,
  noteWrong,
} from './facts.ts';
import { type Allowed, type History, refused } from './history.ts';
import { byBearer, changeAnswers } from './session-acts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any;

/** What comes beside the access token where factors or the password change. */
export type Credential = { readonly code: CodeKind } | { readonly proof: number } | null;

export function sent(h: History, { session: { owner } }: Access, credential: Credential) {
  if (credential === null) return { text: undefined, proof: undefined, body: {}, words: '' };
  if ('code' in credential) {
    const text = typedCode(h, owner, credential.code);
    return { text, proof: undefined, body: { mfa_token: text }, words: `, code: ${credential.code}` };
  }
  const proof = pick(h.proofs, credential.proof);
  if (!proof) return { text: undefined, proof, body: {}, words: '' };
  return { text: undefined, proof, body: { mfa_token: proof.token }, words: ', with a proof' };
}

export const whose = ({ session }: Access) =>
  `with ${session.owner.name}'s ${session.name} in ${session.area}`;

/** Begins an authenticator app. */
export async function enrol(h: History, access: Access, credential: Credential): Promise<void> {
  const { owner } = access.session;
  if (owner.apps.length + owner.keys.length + owner.pending.length >= 6) return; // the bound on an account's factors is not the matter here
  const { text, proof, body, words } = sent(h, access, credential);
  const good = [{ status: 200, after: (answer: Body) => begun(h, owner, answer) }];
  await h.ask(
    `begins an app ${whose(access)}${words}`,
    ['POST', '/auth/mfa/enroll', { method: 'totp', ...body }, { bearer: access.token }],
    byBearer(h, access, changeAnswers(h, access, { text, proof, good })),
  );
}

function begun(h: History, owner: Account, body: Body): void {
  owner.pending.push({ id: body.factor_id, secret: body.secret, endsAt: h.now() + limits.enrolment });
}

/** The same by the token of somebody who must enrol. */
export async function enrolByToken(h: History, token: Enrolment): Promise<void> {
  const good = { status: 200, after: (body: Body) => begun(h, token.owner, body) };
  await h.ask(
    `${token.owner.name} begins an app with an enrolment token`,
    ['POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: token.token }],
    [isStillGood(h, token) ? good : refused.token],
  );
}

function isStillGood(h: History, { owner, version, endsAt }: Enrolment): boolean {
  return h.now() < endsAt && owner.active && owner.version === version && owner.apps.length === 0;
}

/** An app from its beginning to its first code. */
export async function enrolThrough(h: History, access: Access, credential: Credential): Promise<void> {
  const before = access.session.owner.pending.length;
  await enrol(h, access, credential);
  if (access.session.owner.pending.length > before) await confirm(h, access, true);
}

/** The first code of the app that was begun last. */
export async function confirm(h: History, access: Access, right: boolean): Promise<void> {
  const { session } = access;
  const { owner } = session;
  const raised = (body: Body, appId: string) => {
    const level = { amr: ['pwd', 'otp', 'mfa'], mfaTime: h.now(), by: appId };
    if (!levelNow(session).isPhr) session.level = levelAfter(session, level); // it never falls
    session.raises += 1;
    session.seen = h.seenNow();
    h.remember(body, session);
  };
  const { code, allowed } = confirmAnswers(h, { owner, session, right, opened: raised });
  await h.ask(
    `confirms an app ${whose(access)}, ${right ? 'right' : 'wrong'} code`,
    ['POST', '/auth/mfa/verify-enrollment', { token: code }, { bearer: access.token }],
    byBearer(h, access, allowed),
  );
}

export async function confirmByToken(h: History, token: Enrolment, right: boolean): Promise<void> {
  const { owner, area, at } = token;
  const opened = (body: Body, appId: string) => {
    const level = { amr: ['pwd', 'otp', 'mfa'], mfaTime: h.now(), by: appId };
    h.open(body, { owner, area, level, authTime: at });
  };
  const { code, allowed } = confirmAnswers(h, { owner, session: null, right, opened });
  await h.ask(
    `${owner.name} confirms an app with an enrolment token, ${right ? 'right' : 'wrong'} code`,
    ['POST', '/auth/mfa/verify-enrollment', { token: code }, { bearer: token.token }],
    isStillGood(h, token) ? allowed : [refused.token],
  );
}

type Confirmation = {
  readonly owner: Account;
  readonly session: Access['session'] | null;
  readonly right: boolean;
  readonly opened: (body: Body, appId: string) => void;
};

function confirmAnswers(h: History, { owner, session, right, opened }: Confirmation) {
  const now = h.now();
  const newest = owner.pending.filter(({ endsAt }) => now < endsAt).at(-1);
  if (!newest)
    return {
      code: '123456',
      allowed: [refused.challenge, ...(isBlocked(owner, now) ? [refused.codes] : [])],
    };
  const code = right ? codeOf(newest.secret) : wrongCodeOf(newest.secret);
  if (isBlocked(owner, now)) return { code, allowed: [refused.codes] };
  if (!right) {
    const after = () => void noteWrong(owner, h.now());
    return { code, allowed: [{ ...refused.wrongCode, after }] };
  }
  const after = (body: Body) => {
    const isFirst = owner.apps.length === 0;
    owner.pending = [];
    owner.apps.push({ id: newest.id, secret: newest.secret, lastStep: Math.floor(h.now() / 30) });
    owner.mustEnrol = false;
    if (isFirst !== (body.recovery_codes !== undefined))
      h.disagree('recovery codes come with the first factor alone');
    if (isFirst) replaceRecovery(owner, body.recovery_codes);
    if (isFirst) owner.bypass = null;
    notePass(owner, h.now());
    h.changeFactors(owner, session);
    opened(body, newest.id);
  };
  return { code, allowed: [{ status: 200, after }] };
}

export function replaceRecovery(owner: Account, codes: string[]): void {
  owner.deadCodes.push(...owner.recovery.slice(0, 1));
  owner.recovery = [...codes];
}

export function dropFactors(owner: Account): void {
  owner.apps = [];
  owner.keys = [];
  owner.pending = [];
  replaceRecovery(owner, []);
  dropBypass(owner);
}

export function dropBypass(owner: Account): void {
  if (owner.bypass) owner.deadCodes.push(owner.bypass.code);
  owner.bypass = null;
}

export async function removeFactor(
  h: History,
  access: Access,
  at: number,
  credential: Credential,
): Promise<void> {
  const { session } = access;
  const { owner } = session;
  const foreign = h.accounts.find((one) => one !== owner)?.apps[0];
  const app = at % 5 === 4 ? foreign : pick(owner.apps, at);
  if (!app || (owner.keys.length > 0 && owner.apps.includes(app))) return; // see Key
  const { text, proof, words } = sent(h, access, credential);
  const isTheirs = owner.apps.includes(app);
  const isLast = owner.apps.length === 1;
  const after = () => {
    if (isLast) dropFactors(owner);
    else owner.apps = owner.apps.filter((one) => one !== app);
    h.changeFactors(owner, session);
  };
  const good = [isLast && mustKeepFactor(h.rules, owner) ? refused.lastFactor : { status: 204, after }];
  const credentialText = text?.includes('-') ? undefined : text; // a header takes no recovery code here
  const given = credentialText ?? proof?.token;
  const changed = changeAnswers(h, access, { text: credentialText, proof, good });
  const malformed = proof && !isTheirs ? [refused.wrongCode, refused.unknown] : [refused.unknown];
  await h.ask(
    `removes an app${isTheirs ? '' : ' of somebody else'} ${whose(access)}${words}`,
    [
      'DELETE',
      `/auth/mfa/factors/${app.id}`,
      undefined,
      { bearer: access.token, ...(given && { mfa: given }) },
    ],
    byBearer(h, access, isTheirs ? changed : malformed),
  );
}

/**
 * What is asked with the password as well: a wrong one is refused before any code is looked at. An owner who gave the
 * password up is asked for none.
 */
function withPassword(
  h: History,
  { session: { owner } }: Access,
  right: boolean,
  allowed: readonly Allowed[],
) {
  const now = h.now();
  if (owner.passwordless) return allowed;
  if (isGuessedOut(owner, now)) return [refused.guesses];
  if (!right) return [{ ...refused.password, after: () => noteGuess(owner, h.now()) }];
  return allowed.map((one) => ({
    ...one,
    after: (body: Body) => {
      owner.guesses.failed = 0;
      one.after?.(body);
    },
  }));
}

export async function switchOff(
  h: History,
  access: Access,
  { right, credential }: { right: boolean; credential: Credential },
) {
  const { session } = access;
  const { owner } = session;
  if (owner.apps.length === 0 || (!owner.password && !owner.passwordless)) return; // withdrawn: there is none to send
  const { text, proof, body, words } = sent(h, access, credential);
  const after = () => {
    dropFactors(owner);
    h.changeFactors(owner, session);
  };
  const keeps = owner.passwordless || mustKeepFactor(h.rules, owner);
  const good = [keeps ? refused.lastFactor : { status: 200, after }];
  const password = right ? (owner.password ?? undefined) : 'wrong umbrellas in the rain';
  const changed = changeAnswers(h, access, { text, proof, good });
  await h.ask(
    `switches two-factor login off ${whose(access)}, ${right ? 'right' : 'wrong'} password${words}`,
    ['POST', '/auth/mfa/disable', { password, ...body }, { bearer: access.token }],
    byBearer(h, access, proofFirst(proof, changed) ?? withPassword(h, access, right, changed)),
  );
}

/** A proof that is nobody's is refused with the request, before a password is looked at. */
function proofFirst(proof: unknown, changed: readonly Allowed[]): readonly Allowed[] | undefined {
  return proof && changed.length === 1 && changed[0] === refused.wrongCode ? changed : undefined;
}

export async function regenerate(h: History, access: Access, credential: Credential): Promise<void> {
  const { owner } = access.session;
  if (!owner.password && !owner.passwordless) return; // withdrawn: there is none to send
  const { text, proof, body, words } = sent(h, access, credential);
  const after = (answer: Body) => {
    replaceRecovery(owner, answer.codes);
    owner.version += 1;
  };
  const good = [{ status: 200, after }];
  const byProof = changeAnswers(h, access, { text, proof, good });
  const foreign = proofFirst(proof, byProof);
  const changed = owner.apps.length === 0 ? [refused.unenrolled] : byProof;
  await h.ask(
    `makes new recovery codes ${whose(access)}${words}`,
    [
      'POST',
      '/auth/mfa/recovery-codes/regenerate',
      { ...(owner.password && { password: owner.password }), ...body },
      { bearer: access.token },
    ],
    byBearer(h, access, foreign ?? withPassword(h, access, true, changed)),
  );
}

export async function changePassword(
  h: History,
  access: Access,
  { right, credential }: { right: boolean; credential: Credential },
) {
  const { session } = access;
  const { owner } = session;
  if (!owner.password) return; // withdrawn: there is none to send
  const { text, proof, body, words } = sent(h, access, credential);
  const next = h.passphrase();
  const after = () => h.changePassword(owner, next, session);
  const current = right ? owner.password : 'wrong umbrellas in the rain';
  const changed = changeAnswers(h, access, { text, proof, good: [{ status: 204, after }] });
  await h.ask(
    `changes the password ${whose(access)}, ${right ? 'right' : 'wrong'} password${words}`,
    [
      'POST',
      '/auth/password',
      { current_password: current, new_password: next, ...body },
      { bearer: access.token },
    ],
    byBearer(h, access, proofFirst(proof, changed) ?? withPassword(h, access, right, changed)),
  );
}

/** The factors that an owner sees are those that there are. */
export async function readStatus(h: History, access: Access): Promise<void> {
  const { owner } = access.session;
  const after = ({ factors }: Body) => {
    const count = owner.apps.length + owner.keys.length;
    if (factors.length !== count) h.disagree(`there are ${count} factors, not ${factors.length}`);
  };
  await h.ask(
    `reads the factors ${whose(access)}`,
    ['GET', '/auth/mfa/status', undefined, { bearer: access.token }],
    byBearer(h, access, [{ status: 200, after }]),
  );
}
