import { type CodeKind, meaningOf, pick, typedCode } from './codes.ts';
import {
  type Access,
  acrOf,
  isBlocked,
  isFresh,
  isProofGood,
  levelNow,
  limits,
  notePass,
  type Proof,
  type Refresh,
  requirementOf,
  shownBy,
  stateOf,
  stateOfAccess,
  suffices,
} from './facts.ts';
import { type Allowed, type History, refused, refusedCode } from './history.ts';

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any;

/** With a token that is over, 401; with one that lives, what is allowed to it. */
export function byBearer(
  h: History,
  access: Access,
  allowed: readonly Allowed[],
  { keepsAwake = true } = {},
): readonly Allowed[] {
  const state = stateOfAccess(access, h.now());
  if (state === 'over') return [refused.token];
  const { session } = access;
  const seen = allowed.map((one) => ({
    ...one,
    after: (body: Body) => {
      const now = h.seenNow();
      if (one.status < 300 && keepsAwake) session.seen = now;
      else session.seen.most = now.most;
      one.after?.(body);
    },
  }));
  return state === 'live' ? seen : [...seen, refused.token];
}

const whose = ({ session, generation }: Access) =>
  `${session.owner.name}'s ${session.name} in ${session.area}${generation < session.generation ? ' (an older token)' : ''}`;

/** Says who somebody is, and how they showed it. */
export async function readMe(h: History, access: Access): Promise<void> {
  const after = (body: Body) => {
    const level = levelNow(access.session); // of the session: an older token may show less
    const { acr, mfa } = body.level;
    if (mfa !== (level.mfaTime !== null)) h.disagree(`mfa must be ${level.mfaTime !== null}`);
    if (acr !== acrOf(level)) h.disagree(`the level must be ${acrOf(level)}`);
    if (body.user.id !== access.session.owner.id) h.disagree('somebody else is named');
  };
  await h.ask(
    `GET /auth/me with ${whose(access)}`,
    ['GET', '/auth/me', undefined, { bearer: access.token }],
    byBearer(h, access, [{ status: 200, after }]),
  );
}

/** A token of each session, and the newest of those that are over, once more. */
export async function probe(h: History): Promise<void> {
  const newest = h.accesses.filter(
    (one, at) => !h.accesses.some(({ session }, later) => later > at && session === one.session),
  );
  const older = h.accesses.findLast((one) => !newest.includes(one));
  for (const access of [...newest.slice(-4), ...(older ? [older] : [])]) await readMe(h, access);
  const isOver = ({ session, raises }: Refresh) =>
    stateOf(session, h.now()) === 'over' || raises !== session.raises;
  for (const refresh of h.refreshes.filter(isOver).slice(-2)) await useRefresh(h, refresh);
}

export async function useRefresh(h: History, refresh: Refresh): Promise<void> {
  const { session } = refresh;
  const older = refresh.usedAt === null ? '' : ', used before';
  await h.ask(
    `${session.owner.name} refreshes ${session.name} in ${session.area}${older}`,
    ['POST', '/auth/refresh', { refresh_token: refresh.token }],
    refreshAnswers(h, refresh),
  );
}

function refreshAnswers(h: History, refresh: Refresh): readonly Allowed[] {
  const { session, parent } = refresh;
  const now = h.now();
  const state = stateOf(session, now);
  if (state === 'over' || refresh.raises !== session.raises) return [refused.token];
  const requirement = requirementOf(h.rules, session.area, session.owner);
  if (requirement === 'enrolment' || (requirement === 'factor' && !suffices(session))) return [refused.token];
  const theft = {
    ...refused.token,
    after: () => {
      session.ended = true;
    },
  };
  if (parent?.heir && parent.heir !== refresh) return [theft];
  const again =
    refresh.usedAt !== null &&
    now - refresh.usedAt < limits.refreshGrace[session.area] &&
    refresh.heir === null;
  if (refresh.usedAt !== null && !again) return [theft];
  const after = (body: Body) => {
    refresh.usedAt ??= h.now();
    if (parent) parent.heir = refresh;
    h.remember(body, session, refresh);
  };
  return state === 'live' ? [{ status: 200, after }] : [{ status: 200, after }, refused.token];
}

export async function logOut(h: History, access: Access): Promise<void> {
  const after = () => {
    access.session.ended = true;
  };
  await h.ask(
    `logs out with ${whose(access)}`,
    ['POST', '/auth/logout', undefined, { bearer: access.token }],
    byBearer(h, access, [{ status: 204, after }]),
  );
}

/** Ends a session by its id: one of one's own, or else there is none. */
export async function endSession(h: History, access: Access, at: number): Promise<void> {
  const session = pick(h.sessions, at);
  if (!session) return;
  const after = () => {
    session.ended = true;
  };
  const isTheirs = session.owner === access.session.owner;
  const state = stateOf(session, h.now());
  const done = { status: 204, after };
  const allowed =
    !isTheirs || session.ended ? [refused.unknown] : state === 'live' ? [done] : [done, refused.unknown];
  await h.ask(
    `ends ${session.owner.name}'s ${session.name} with ${whose(access)}`,
    ['DELETE', `/auth/sessions/${session.sid}`, undefined, { bearer: access.token }],
    byBearer(h, access, changeAnswers(h, access, { good: allowed })),
  );
}

export async function stepUp(h: History, access: Access): Promise<void> {
  const { session } = access;
  const { owner, area } = session;
  if (levelNow(session).isPhr) return; // nothing weaker than a passkey is asked for, and a passkey is not answered here
  const after = (body: Body) => {
    for (const temp of h.temps) if (temp.session === session && temp.state === 'open') temp.state = 'dead';
    const at = h.now();
    const appId = owner.apps[0]?.id ?? '';
    const endsAt = at + limits.temp;
    h.temps.push({
      token: body.temp_token,
      owner,
      area,
      session,
      appId,
      at,
      endsAt,
      state: 'open',
      answered: false,
    });
  };
  const allowed = owner.apps.length === 0 ? [refused.unenrolled] : [{ status: 200, after }];
  await h.ask(
    `steps up ${whose(access)}`,
    ['POST', '/auth/mfa/step-up', {}, { bearer: access.token }],
    byBearer(h, access, allowed),
  );
}

/** What a code is good for beside an access token. `good` is what a right one leads to. */
function codeAnswers(
  h: History,
  access: Access,
  {
    text,
    backups,
    good,
  }: {
    readonly text: string;
    readonly backups: 'none' | 'recovery' | 'all';
    readonly good: readonly Allowed[];
  },
): readonly Allowed[] {
  const { owner } = access.session;
  const now = h.now();
  const isBackup = text.includes('-');
  if (isBackup && backups === 'none') return [refused.wrongCode]; // no method here takes it: not compared, not counted
  if (owner.apps.length === 0) return [refused.wrongCode];
  if (isBlocked(owner, now)) return [refused.codes];
  const meaning = meaningOf(owner, text, now, {
    apps: owner.apps,
    recovery: backups !== 'none',
    bypass: backups === 'all',
  });
  switch (meaning.kind) {
    case 'used':
    case 'wrong':
      return refusedCode(h, owner, meaning.kind, () => {
        if (!isBackup) answerChallenge(h, access.session, null);
      });
    case 'right':
      return good.map((one) => ({
        ...one,
        after: (body: Body) => {
          meaning.spend();
          notePass(owner, h.now());
          answerChallenge(h, access.session, meaning.by);
          one.after?.(body);
        },
      }));
  }
}

/** A code beside an access token is an answer to the step-up that its session began last. */
function answerChallenge(h: History, session: Access['session'], by: string | null): void {
  const last = h.temps.findLast((temp) => temp.session === session);
  if (last && (by === null || by === last.appId)) last.answered = true;
}

export async function exchangeForProof(h: History, access: Access, code: CodeKind): Promise<void> {
  const { owner } = access.session;
  const text = typedCode(h, owner, code);
  const after = (body: Body) => {
    const at = h.now();
    const endsAt = Math.min(Math.floor(at) + limits.proof, access.endsAt);
    h.proofs.push({ token: body.mfa_proof, access, factorsVersion: owner.factorsVersion, at, endsAt });
  };
  await h.ask(
    `exchanges a code for a proof (${code}) with ${whose(access)}`,
    ['POST', '/auth/mfa/proof', { mfa_token: text }, { bearer: access.token }],
    byBearer(h, access, codeAnswers(h, access, { text, backups: 'none', good: [{ status: 200, after }] })),
  );
}

export type Shown = { readonly code: CodeKind } | { readonly proof: number } | null;

/** The sensitive route: open to a session with a second step, else for the request that a code or proof comes with. */
export async function openGuarded(h: History, access: Access, shown: Shown): Promise<void> {
  const { owner } = access.session;
  const proof = shown && 'proof' in shown ? pick(h.proofs, shown.proof) : undefined;
  const text = shown && 'code' in shown ? typedCode(h, owner, shown.code) : proof?.token;
  const what = shown && 'code' in shown ? `, code: ${shown.code}` : proof ? ', with a proof' : '';
  await h.ask(
    `GET /api/sensitive-data with ${whose(access)}${what}`,
    ['GET', '/api/sensitive-data', undefined, { bearer: access.token, ...(text && { mfa: text }) }],
    guardedAnswers(h, access, { text, proof }),
  );
}

function guardedAnswers(
  h: History,
  access: Access,
  { text, proof }: { readonly text: string | undefined; readonly proof: Proof | undefined },
): readonly Allowed[] {
  const { area, owner } = access.session;
  const good = [{ status: 200 }];
  if (area === 'admin') return byBearer(h, access, [refused.token]);
  if (owner.apps.length === 0) {
    const must = requirementOf(h.rules, area, owner) === 'enrolment' || h.rules.rollout === 'full';
    return byBearer(h, access, must ? [refused.unenrolled] : good);
  }
  if (shownBy(access).mfaTime !== null) return byBearer(h, access, good);
  if (text === undefined) return byBearer(h, access, [refused.noCode]);
  if (proof) return byBearer(h, access, isProofGood(proof, access, h.now()) ? good : [refused.wrongCode]);
  return byBearer(h, access, codeAnswers(h, access, { text, backups: 'recovery', good }));
}

/** Changes of factors and password: by a fresh factor of the session, or a code or a proof in the body. */
export function changeAnswers(
  h: History,
  access: Access,
  {
    text,
    proof,
    good,
  }: {
    readonly text?: string | undefined;
    readonly proof?: Proof | undefined;
    readonly good: readonly Allowed[];
  },
): readonly Allowed[] {
  const { owner } = access.session;
  if (proof && !isProofGood(proof, access, h.now())) return [refused.wrongCode];
  if (owner.apps.length === 0 || isFresh(shownBy(access), h.now())) return good;
  if (proof) return h.now() - Math.floor(proof.at) <= limits.fresh ? good : [refused.noCode];
  if (text === undefined) return [refused.noCode];
  return codeAnswers(h, access, { text, backups: 'all', good });
}
