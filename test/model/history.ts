import { wait } from '../support/actor.ts';
import type { Answer, Call, World } from '../support/world.ts';
import {
  type Access,
  type Account,
  type Approval,
  type Area,
  acrOf,
  type CallerCheck,
  type Device,
  type Enrolment,
  type Letter,
  type Level,
  type Link,
  levelNow,
  limits,
  noteUsed,
  noteWrong,
  type Proof,
  type Recovery,
  type Refresh,
  type Rules,
  type Session,
  type Temp,
} from './facts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any;

/** An answer that the facts allow, and what is true from then on. */
export type Allowed = {
  readonly status: number;
  readonly type?: string;
  readonly reason?: string;
  /** Throws where the body is not as it must be. */
  readonly after?: (body: Body) => void;
};
type Request = readonly [
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
  url: string,
  body?: Body,
  how?: Call,
];

/** The service gave an answer that the facts do not allow. The message tells the whole history. */
export class Disagreement extends Error {}

/** An instance of the service, and how its caches are brought up to date. */
export type Instance = Pick<World, 'call' | 'deps'>;

export type Setting = {
  readonly world: World;
  readonly instances: readonly Instance[];
  /** Waits until every instance has heard of what was written. */
  readonly settle: () => Promise<void>;
};

export const refused = {
  token: { status: 401, type: 'invalid-token' },
  challenge: { status: 401, type: 'challenge-invalid' },
  credentials: { status: 401, type: 'invalid-credentials' },
  password: { status: 401, type: 'invalid-password' },
  wrongCode: { status: 403, type: 'mfa-token-invalid' },
  usedCode: { status: 403, type: 'mfa-token-used' },
  noCode: { status: 403, type: 'mfa-token-required' },
  unenrolled: { status: 403, type: 'mfa-enrollment-required' },
  forbidden: { status: 403, type: 'forbidden' },
  unknown: { status: 404, type: 'not-found' },
  lastFactor: { status: 409, type: 'last-factor' },
  codes: { status: 429, type: 'too-many-attempts', reason: 'second_factor' },
  guesses: { status: 429, type: 'too-many-attempts', reason: 'password' },
} as const satisfies Readonly<Record<string, Allowed>>;

export type History = ReturnType<typeof newHistory>;

/** The answer to a code that was used before, or to a wrong one. `whenOut`: no attempt remains. */
export function refusedCode(
  h: History,
  owner: Account,
  kind: 'used' | 'wrong',
  whenOut: () => void,
): readonly Allowed[] {
  if (kind === 'used') return [{ ...refused.usedCode, after: () => noteUsed(owner, h.now()) }];
  const after = (body: Body) => {
    const left = noteWrong(owner, h.now());
    if (body.attempts_remaining !== left)
      h.disagree(`${left} attempts remain, not ${body.attempts_remaining}`);
    if (left === 0) whenOut();
  };
  return [{ ...refused.wrongCode, after }];
}

/** One history: who there is, what they were given, and what was said so far. */
export function newHistory({ world, instances, settle }: Setting, rules: Rules) {
  const lines: string[] = [];
  const accounts: Account[] = [];
  const sessions: Session[] = [];
  const accesses: Access[] = [];
  const refreshes: Refresh[] = [];
  const temps: Temp[] = [];
  const proofs: Proof[] = [];
  const devices: Device[] = [];
  const links: Link[] = [];
  const enrolments: Enrolment[] = [];
  const letters: Letter[] = [];
  const checks: CallerCheck[] = [];
  const approvals: Approval[] = [];
  const recoveries: Recovery[] = [];
  let at = 0;
  let calls = 0;
  let hasWritten = true;
  let passphrases = 0;

  const now = () => Date.now() / 1000;
  const instance = () => instances[at % instances.length] ?? world;

  /** Each act happens a second after the one before: at the same instance, or at the next, which must know of all. */
  async function nextAct(moves: boolean): Promise<void> {
    wait(1);
    if (!moves || instances.length === 1) return;
    if (hasWritten) await settle();
    hasWritten = false;
    at += 1;
  }

  function disagree(why: string): never {
    throw new Disagreement(`${[...lines, `  ${why}`].join('\n')}\n`);
  }

  /** Makes a call, and finds its answer among those that are allowed. */
  async function ask(words: string, request: Request, allowed: readonly Allowed[]): Promise<Body> {
    const [method, url, body, how = {}] = request;
    calls += 1;
    if (method !== 'GET') hasWritten = true;
    const answer = await instance().call(method, url, body, how);
    const said = wordsOf(answer);
    const where = instances.length > 1 ? ` [instance ${(at % instances.length) + 1}]` : '';
    lines.push(`${clock()}${where} ${words}: ${said}`);
    const match = allowed.find(
      ({ status, type, reason }) =>
        answer.status === status &&
        answer.type === (type && `/problems/${type}`) &&
        (reason === undefined || answer.body?.reason === reason),
    );
    if (!match) disagree(`allowed: ${allowed.map(wordsOfAllowed).join(', or ')}; answered: ${said}`);
    match.after?.(answer.body);
    return answer.body;
  }

  /** Tells of an act that is no call. */
  const note = (words: string) => {
    hasWritten = true;
    lines.push(`${clock()} ${words}`);
  };
  const started = now();
  const clock = () => `${String(Math.round(now() - started)).padStart(6)}s`;

  /** The tokens of a body must say just this. Remembers them. */
  function remember(body: Body, session: Session, parent: Refresh | null = null): void {
    const { area, owner, generation, raises } = session;
    const level = levelNow(session);
    const claims = claimsOf(body.access_token);
    const seconds = (time: number) => Math.floor(time);
    const wanted = {
      sub: owner.id,
      sid: session.sid || claims.sid,
      acr: acrOf(level),
      amr: level.amr,
      mfa: level.by !== null,
      mfa_time: level.mfaTime === null ? undefined : seconds(level.mfaTime),
      auth_time: seconds(session.authTime),
      roles: [...owner.roles].sort(),
    };
    const said = { ...claims, roles: [...(claims.roles ?? [])].sort() };
    for (const [name, value] of Object.entries(wanted))
      if (JSON.stringify(said[name]) !== JSON.stringify(value))
        disagree(`the claim ${name} must be ${JSON.stringify(value)}: ${JSON.stringify(said[name])}`);
    if (!String(claims.aud).endsWith(`/areas/${area}`)) disagree(`the token is for ${claims.aud}`);
    const endsAt = Math.min(seconds(now()) + limits.access[area], session.endsAt);
    accesses.push({ token: body.access_token, session, level, generation, endsAt });
    if ((body.refresh_token !== undefined) !== (area !== 'vendor')) disagree('a refresh token, or none');
    if (body.refresh_token)
      refreshes.push({ token: body.refresh_token, session, raises, parent, usedAt: null, heir: null });
  }

  type Opening = {
    readonly owner: Account;
    readonly area: Area;
    readonly level: Level;
    readonly authTime?: number;
  };

  /** A new session, as the tokens of a body say. */
  function open(
    body: Body,
    { owner, area, level, authTime = now() }: Opening,
    device: Device | null = null,
  ): void {
    const session: Session = {
      name: `session ${sessions.length + 1}`,
      owner,
      area,
      sid: String(claimsOf(body.access_token).sid),
      authTime,
      endsAt: now() + limits.absolute[area],
      level,
      device,
      seen: seenNow(),
      ended: false,
      generation: 0,
      raises: 0,
    };
    if (sessions.some(({ sid }) => sid === session.sid)) disagree('a new session has the id of an old one');
    sessions.push(session);
    remember(body, session);
  }

  /** An instance that did not see the last request may think that it was up to a minute earlier. */
  const seenNow = () => ({ least: instances.length > 1 ? now() - 61 : now(), most: now() });

  function endSessions(owner: Account, except: Session | null = null): void {
    for (const session of sessions) if (session.owner === owner && session !== except) session.ended = true;
  }

  function cancelTemps(owner: Account): void {
    for (const temp of temps) if (temp.owner === owner && temp.state === 'open') temp.state = 'dead';
  }

  function endDevices(owner: Account): void {
    for (const device of devices) if (device.owner === owner) device.ended = true;
  }

  function endLinks(owner: Account): void {
    for (const link of links) if (link.owner === owner) link.over = true;
  }

  /** What every change of the factors ends. */
  function changeFactors(owner: Account, except: Session | null): void {
    owner.version += 1;
    owner.factorsVersion += 1;
    cancelTemps(owner);
    endSessions(owner, except);
    endDevices(owner);
  }

  /** What every change of the password ends. */
  function changePassword(owner: Account, password: string | null, except: Session | null): void {
    if (owner.password !== null) owner.formerPasswords.push(owner.password);
    owner.password = password;
    owner.passwordless = false;
    owner.version += 1;
    cancelTemps(owner);
    endSessions(owner, except);
    endDevices(owner);
    endLinks(owner);
  }

  const passphrase = () => {
    passphrases += 1;
    return `${passphrases} folded maps of the coast`;
  };

  return {
    world,
    rules,
    calls: () => calls,
    accounts,
    sessions,
    accesses,
    refreshes,
    temps,
    proofs,
    devices,
    links,
    enrolments,
    letters,
    checks,
    approvals,
    recoveries,
    lines,
    now,
    instance,
    instances,
    nextAct,
    ask,
    note,
    disagree,
    remember,
    open,
    seenNow,
    endSessions,
    cancelTemps,
    endDevices,
    endLinks,
    changeFactors,
    changePassword,
    passphrase,
  };
}

function wordsOf({ status, type, body }: Answer): string {
  const problem = type ? ` ${type.replace('/problems/', '')}` : '';
  const reason = body?.reason ? ` (${body.reason})` : '';
  return `${status}${problem}${reason}`;
}

function wordsOfAllowed({ status, type, reason }: Allowed): string {
  return `${status}${type ? ` ${type}` : ''}${reason ? ` (${reason})` : ''}`;
}

function claimsOf(token: string): Body {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString() || '{}');
}
