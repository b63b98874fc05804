import { codeOf } from '../support/actor.ts';
import { type CodeKind, meaningOf, typedCode } from './codes.ts';
import { dropBypass, replaceRecovery } from './factor-acts.ts';
import {
  type Access,
  type Account,
  goesOn,
  isBlocked,
  isFresh,
  limits,
  notePass,
  type Recovery,
  shownBy,
} from './facts.ts';
import { type Allowed, type History, refused, refusedCode } from './history.ts';
import { mailsOf } from './mails.ts';
import { byBearer } from './session-acts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any;

const proven: Allowed = { status: 409, type: 'conflict', reason: 'recovery_proven' };
const unproven: Allowed = { status: 409, type: 'conflict', reason: 'recovery_unproven' };
const waiting: Allowed = { status: 409, type: 'conflict', reason: 'recovery_waiting' };

/** The answer of a recovery that goes on. A recovery that does not answers every request as one that is over. */
const inRecovery = (h: History, recovery: Recovery, allowed: readonly Allowed[]) =>
  goesOn(recovery, h.now()) ? allowed : [refused.token];

/** Asks for the link, reads it in the mailbox, and begins: the link works once. */
export async function beginRecovery(h: History, owner: Account): Promise<Recovery | null> {
  await h.ask(
    `${owner.name} has lost the second factor`,
    ['POST', '/auth/recovery', { username: owner.username }],
    [{ status: 202 }],
  );
  const token = (await tokensOf(h, owner, 'recover')).at(-1);
  if (!token) return null; // three mails in a quarter of an hour
  if (!owner.active || owner.apps.length === 0) h.disagree('a link for an account that cannot be recovered');
  const begun: Recovery[] = [];
  const begin = (allowed: Allowed) =>
    h.ask(`${owner.name} begins a recovery`, ['POST', '/auth/recovery/begin', { token }], [allowed]);
  const after = (body: Body) => {
    const endsAt = h.now() + limits.recoveryProofs;
    const { version } = owner;
    const none = { over: false, asked: false, spoken: null, guesses: 0, readyAt: null } as const;
    begun.push({ code: body.continue_code, owner, version, endsAt, shown: new Set(), ...none });
  };
  await begin({ status: 200, after });
  await begin(refused.token);
  h.recoveries.push(...begun);
  return begun[0] ?? null;
}

/** The links of this kind in the mails of somebody. */
async function tokensOf(h: History, owner: Account, page: 'recover' | 'not-me'): Promise<string[]> {
  const link = new RegExp(`/${page}#token=([\\w-]{43})`, 'm');
  return (await mailsOf(h, owner)).flatMap(({ text }) => link.exec(text)?.[1] ?? []);
}

/** With the second kind the wait begins. */
function show(h: History, recovery: Recovery, kind: 'recovery_code' | 'colleague'): void {
  recovery.shown.add(kind);
  if (recovery.shown.size < 2) return;
  recovery.readyAt = h.now() + limits.recoveryWait;
  recovery.endsAt = recovery.readyAt + limits.recoveryEnd;
}

export async function showRecoveryCode(h: History, recovery: Recovery, kind: CodeKind): Promise<void> {
  const { owner, code, shown } = recovery;
  const text = typedCode(h, owner, kind);
  if (!text.includes('-')) return; // malformed
  const taken = (): readonly Allowed[] => {
    if (recovery.readyAt !== null || shown.has('recovery_code')) return [proven];
    if (isBlocked(owner, h.now())) return [refused.codes];
    const meaning = meaningOf(owner, text, h.now(), { apps: [], recovery: true });
    if (meaning.kind !== 'right') return refusedCode(h, owner, 'wrong', () => {});
    const after = () => {
      meaning.spend();
      notePass(owner, h.now());
      show(h, recovery, 'recovery_code');
    };
    return [{ status: 200, after }];
  };
  await h.ask(
    `${owner.name} shows a code to recover: ${kind}`,
    ['POST', '/auth/recovery/show', { continue_code: code, recovery_code: text }],
    inRecovery(h, recovery, taken()),
  );
}

export async function askColleagues(h: History, recovery: Recovery): Promise<void> {
  const { owner, code } = recovery;
  const after = () => {
    recovery.asked = true;
  };
  const asked = recovery.readyAt === null ? { status: 202, after } : proven;
  await h.ask(
    `${owner.name} asks the colleagues`,
    ['POST', '/auth/recovery/ask', { continue_code: code, colleagues: true }],
    inRecovery(h, recovery, [asked]),
  );
}

/** The colleague looks, and approves with a fresh factor. Only what goes on is shown. */
export async function approveRecovery(h: History, recovery: Recovery, colleague: Access): Promise<void> {
  const { owner } = recovery;
  const { name } = colleague.session.owner;
  const isSeen = () =>
    goesOn(recovery, h.now()) &&
    recovery.asked &&
    recovery.readyAt === null &&
    !recovery.shown.has('colleague');
  let id: string | undefined;
  const seen = ({ requests }: Body) => {
    id = requests.find(({ username }: Body) => username === owner.username)?.id;
    if (isSeen() !== (id !== undefined)) h.disagree(`the request to approve is shown: ${!isSeen()}`);
  };
  await h.ask(
    `${name} reads what colleagues ask`,
    ['GET', '/auth/recovery/colleagues', undefined, { bearer: colleague.token }],
    byBearer(h, colleague, [{ status: 200, after: seen }]),
  );
  if (!id) return;
  const after = ({ colleague_code: spoken }: Body) => {
    recovery.spoken = spoken;
  };
  const allowed = isFresh(shownBy(colleague), h.now()) ? { status: 200, after } : refused.noCode;
  await h.ask(
    `${name} approves the recovery of ${owner.name}`,
    ['POST', `/auth/recovery/requests/${id}/approve`, {}, { bearer: colleague.token }],
    byBearer(h, colleague, [allowed]),
  );
}

/** Each try is counted before it is compared: five, and then no code is right. */
export async function showColleagueCode(h: History, recovery: Recovery, right: boolean): Promise<void> {
  const { owner, code, spoken, shown } = recovery;
  const other = spoken === '000000000' ? '000000001' : '000000000';
  const taken = (): Allowed => {
    if (recovery.readyAt !== null || shown.has('colleague')) return proven;
    if (spoken === null || recovery.guesses >= limits.colleagueGuesses) return refused.wrongCode;
    const after = () => {
      recovery.guesses += 1;
      if (right) show(h, recovery, 'colleague');
    };
    return right ? { status: 200, after } : { ...refused.wrongCode, after };
  };
  await h.ask(
    `${owner.name} shows the code of a colleague, ${right ? 'right' : 'wrong'}`,
    [
      'POST',
      '/auth/recovery/show',
      { continue_code: code, colleague_code: right ? (spoken ?? other) : other },
    ],
    inRecovery(h, recovery, [taken()]),
  );
}

/** The letter about it has a link that stops it. */
export async function stopRecovery(h: History, recovery: Recovery): Promise<void> {
  const { owner } = recovery;
  const token = (await tokensOf(h, owner, 'not-me')).at(-1);
  if (!token) return;
  const after = () => {
    recovery.over = true;
  };
  const press = (allowed: Allowed) =>
    h.ask(`${owner.name} stops the recovery by a letter`, ['POST', '/auth/not-me', { token }], [allowed]);
  const isOpen = !recovery.over && h.now() < recovery.endsAt;
  await press(isOpen ? { status: 204, after } : refused.token);
  await press(refused.token);
}

/** After the wait: a token that enrols the new factor, and nothing else. */
export async function finishRecovery(h: History, recovery: Recovery): Promise<string | null> {
  const { owner, code, readyAt } = recovery;
  let token: string | null = null;
  const after = (body: Body) => {
    token = body.enrollment_token;
  };
  const allowed = readyAt === null ? unproven : h.now() < readyAt ? waiting : { status: 200, after };
  await h.ask(
    `${owner.name} asks for the end of the recovery`,
    ['POST', '/auth/recovery/finish', { continue_code: code }],
    inRecovery(h, recovery, [allowed]),
  );
  return token;
}

/** The new app, as far as the recovery goes on. Gives its secret. */
export async function enrolInRecovery(
  h: History,
  recovery: Recovery,
  bearer: string,
): Promise<string | null> {
  const { owner } = recovery;
  let secret: string | null = null;
  const after = (body: Body) => {
    secret = body.secret;
  };
  await h.ask(
    `${owner.name} begins an app to recover`,
    ['POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer }],
    inRecovery(h, recovery, [{ status: 200, after }]),
  );
  return secret;
}

/** It replaces every factor, and ends every session. It opens none. */
export async function confirmInRecovery(h: History, recovery: Recovery, secret: string): Promise<void> {
  const { owner, code } = recovery;
  const after = (body: Body) => {
    recovery.over = true;
    if (body.access_token !== undefined) h.disagree('a recovery opens no session');
    if (Boolean(body.password_needed) !== owner.passwordless) h.disagree('whether a password is needed');
    owner.passwordless = false;
    owner.apps = [{ id: body.factor_id, secret, lastStep: Math.floor(h.now() / 30) }];
    owner.keys = [];
    owner.pending = [];
    replaceRecovery(owner, body.recovery_codes);
    dropBypass(owner);
    owner.mustEnrol = false;
    notePass(owner, h.now());
    h.changeFactors(owner, null);
  };
  const allowed = isBlocked(owner, h.now()) ? refused.codes : { status: 200, after };
  await h.ask(
    `${owner.name} confirms the app to recover`,
    ['POST', '/auth/recovery/confirm', { continue_code: code, token: codeOf(secret) }],
    inRecovery(h, recovery, [allowed]),
  );
}
