import { type CodeKind, meaningOf, pick, typedCode } from './codes.ts';
import {
  type Access,
  type Account,
  type Area,
  admits,
  type Device,
  isBlocked,
  isGuessedOut,
  levelAfter,
  levelNow,
  limits,
  noteGuess,
  notePass,
  noteUsed,
  noteWrong,
  passwordAlone,
  requirementOf,
  type Temp,
} from './facts.ts';
import { type Allowed, type History, refused, refusedCode } from './history.ts';

export type Typed = 'right' | 'wrong' | 'former';

/** What may come of a login, beside 429 and a wrong password. */
export async function logIn(
  h: History,
  owner: Account,
  {
    area,
    typed,
    device,
  }: {
    readonly area: Area;
    readonly typed: Typed;
    readonly device: { readonly at: number; readonly older: boolean } | null;
  },
): Promise<void> {
  const { text, right } = passwordOf(owner, typed);
  const tokens = device && pick(h.devices, device.at)?.tokens;
  const shown = tokens?.at(device?.older ? -2 : -1)?.token;
  const body = { username: owner.username, password: text, area, ...(shown && { trusted_device: shown }) };
  const words = `${owner.name} logs in to ${area}, ${typed} password${shown ? ', from a device' : ''}`;
  await h.ask(words, ['POST', '/auth/login', body], loginAnswers(h, owner, { area, right, shown }));
}

function passwordOf({ password, formerPasswords }: Account, typed: Typed) {
  const former = formerPasswords.at(-1);
  if (typed === 'former' && former) return { text: former, right: former === password };
  if (typed === 'right') return { text: password ?? 'no password is right', right: password !== null };
  return { text: 'wrong umbrellas in the rain', right: false };
}

function loginAnswers(
  h: History,
  owner: Account,
  {
    area,
    right,
    shown,
  }: { readonly area: Area; readonly right: boolean; readonly shown: string | undefined },
): readonly Allowed[] {
  const now = h.now();
  if (isGuessedOut(owner, now)) return [refused.guesses];
  if (!right || !owner.active) return [{ ...refused.credentials, after: () => noteGuess(owner, h.now()) }];
  const forgive = () => {
    owner.guesses.failed = 0;
  };
  if (!admits(area, owner)) return [{ ...refused.forbidden, after: forgive }];
  switch (requirementOf(h.rules, area, owner)) {
    case 'nothing':
      return [
        {
          status: 200,
          after: (body) => {
            forgive();
            if (body.mfa_required !== false) h.disagree('no factor is required');
            h.open(body, { owner, area, level: passwordAlone });
          },
        },
      ];
    case 'enrolment':
      return [
        {
          ...refused.unenrolled,
          after: (body) => {
            forgive();
            if (body.access_token) h.disagree('a token for somebody who must enrol first');
            const { version } = owner;
            const endsAt = now + limits.enrolment;
            h.enrolments.push({ token: body.enrollment_token, owner, area, at: now, endsAt, version });
          },
        },
      ];
    case 'factor':
      return [
        {
          status: 200,
          after: (body) => {
            forgive();
            askedOrTrusted(h, { owner, area, shown }, body);
          },
        },
      ];
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any;

/** A device that is trusted takes the place of the factor; any other is as if none had come. */
function askedOrTrusted(
  h: History,
  {
    owner,
    area,
    shown,
  }: { readonly owner: Account; readonly area: Area; readonly shown: string | undefined },
  body: Body,
): void {
  const verdict = shown === undefined ? 'none' : judgeDevice(h, { owner, area }, shown);
  if (verdict !== 'trusted') {
    if (body.access_token || body.mfa_required !== true)
      h.disagree(`no factor was asked for (device: ${verdict})`);
    const appId = owner.apps[0]?.id ?? '';
    const at = h.now();
    const temp = { token: body.temp_token, owner, area, session: null, appId, at, endsAt: at + limits.temp };
    h.temps.push({ ...temp, state: 'open', answered: false });
    return;
  }
  if (!body.access_token) h.disagree('the device is trusted, but a factor was asked for');
  if (!body.trusted_device) h.disagree('a device gets its next token');
  const device = h.devices.find(({ tokens }) => tokens.some(({ token }) => token === shown));
  const used = device?.tokens.find(({ token }) => token === shown);
  if (!device || !used) throw new Error('A device that is known');
  used.usedAt = h.now();
  device.tokens.push({ token: body.trusted_device, usedAt: null });
  h.open(body, { owner, area, level: passwordAlone }, device);
}

/** A token that was exchanged before ends the device and what it opened: one of its two holders is a thief. */
function judgeDevice(h: History, login: Pick<Device, 'owner' | 'area'>, shown: string): string {
  const device = h.devices.find(({ tokens }) => tokens.some(({ token }) => token === shown));
  if (!device || login.area !== 'public' || device.owner !== login.owner) return 'unknown';
  if (device.ended || h.now() >= device.endsAt) return 'over';
  const at = device.tokens.findIndex(({ token }) => token === shown);
  const usedAt = device.tokens[at]?.usedAt ?? null;
  if (usedAt === null) return 'trusted';
  const isLast = at === device.tokens.length - 2;
  if (isLast && h.now() - usedAt < 10) return 'overtaken';
  device.ended = true;
  for (const session of h.sessions) if (session.device === device) session.ended = true;
  return 'stolen';
}

/** Password and code in one request: if either is wrong, the answer is that of a wrong password. */
export async function logInAtOnce(
  h: History,
  owner: Account,
  { area, code }: { area: Area; code: CodeKind },
) {
  const now = h.now();
  const text = typedCode(h, owner, code);
  const body = { username: owner.username, password: owner.password ?? 'none', area, mfa_token: text };
  const words = `${owner.name} logs in to ${area} with the code at once: ${code}`;
  const plain = isGuessedOut(owner, now) || !owner.active || owner.password === null || !admits(area, owner);
  if (plain || owner.apps.length === 0) {
    const right = owner.password !== null;
    await h.ask(
      words,
      ['POST', '/auth/login', body],
      loginAnswers(h, owner, { area, right, shown: undefined }),
    );
    return;
  }
  const meaning = meaningOf(owner, text, now, { apps: owner.apps, recovery: true, bypass: true });
  if (!isBlocked(owner, now) && meaning.kind === 'right') {
    const after = (answer: Body) => {
      meaning.spend();
      notePass(owner, h.now());
      owner.guesses.failed = 0;
      const level = { amr: meaning.amr, mfaTime: h.now(), by: meaning.by };
      h.open(answer, { owner, area, level });
    };
    await h.ask(words, ['POST', '/auth/login', body], [{ status: 200, after }]);
    return;
  }
  const after = () => {
    noteGuess(owner, h.now());
    if (isBlocked(owner, now)) return;
    if (meaning.kind === 'used') noteUsed(owner, h.now());
    else noteWrong(owner, h.now());
  };
  await h.ask(words, ['POST', '/auth/login', body], [{ ...refused.credentials, after }]);
}

/** A login and the answer to its challenge. */
export async function logInThrough(
  h: History,
  owner: Account,
  { area, code, trust }: { readonly area: Area; readonly code: CodeKind; readonly trust: boolean },
): Promise<void> {
  const before = h.temps.length;
  await logIn(h, owner, { area, typed: 'right', device: null });
  const temp = h.temps.at(before);
  if (temp) await verify(h, temp, { code, trust });
}

/** The answer to a temp token. */
export async function verify(
  h: History,
  temp: Temp,
  { code, trust }: { readonly code: CodeKind; readonly trust: boolean },
): Promise<void> {
  const { owner, session } = temp;
  const remember = trust && session === null;
  const text = typedCode(h, owner, code);
  const body = { temp_token: temp.token, mfa_token: text, ...(remember && { remember_device: true }) };
  const what = session ? `a step-up of ${session.name}` : `a login to ${temp.area}`;
  const words = `${owner.name} answers ${what}: ${code}${remember ? ', trusts the device' : ''}`;
  await h.ask(words, ['POST', '/auth/mfa/verify', body], verifyAnswers(h, temp, { text, remember }));
}

function verifyAnswers(
  h: History,
  temp: Temp,
  { text, remember }: { readonly text: string; readonly remember: boolean },
): readonly Allowed[] {
  const { owner, session } = temp;
  const now = h.now();
  if (temp.state === 'passed' || now >= temp.endsAt || !owner.active || session?.ended)
    return [refused.challenge];
  if (isBlocked(owner, now))
    return temp.state === 'dead' ? [refused.codes, refused.challenge] : [refused.codes];
  if (temp.state === 'dead') return [refused.challenge];
  const apps = owner.apps.filter(({ id }) => id === temp.appId);
  const meaning = meaningOf(owner, text, now, { apps, recovery: true, bypass: true });
  switch (meaning.kind) {
    case 'used':
    case 'wrong':
      return refusedCode(h, owner, meaning.kind, () => {
        temp.state = 'dead';
      });
    case 'right': {
      if (temp.answered && meaning.by !== 'backup')
        return [{ ...refused.challenge, after: () => noteUsed(owner, h.now()) }];
      const after = (body: Body) => {
        temp.state = 'passed';
        meaning.spend();
        notePass(owner, h.now());
        const level = { amr: meaning.amr, mfaTime: h.now(), by: meaning.by };
        if (session) raise(h, session, level, body);
        else h.open(body, { owner, area: temp.area, level, authTime: temp.at });
        const trusts = remember && temp.area === 'public' && meaning.by !== 'backup';
        if (Boolean(body.trusted_device) !== trusts) h.disagree(`a trusted device: ${trusts}`);
        if (!trusts) return;
        const tokens = [{ token: body.trusted_device, usedAt: null }];
        h.devices.push({ owner, area: temp.area, endsAt: h.now() + limits.device, tokens, ended: false });
      };
      return [{ status: 200, after }];
    }
  }
}

/** After a step-up every token of the session from before is over. */
function raise(h: History, session: Access['session'], level: Access['level'], body: Body): void {
  session.level = levelAfter(session, level);
  session.generation += 1;
  session.raises += 1;
  session.seen = h.seenNow();
  for (const temp of h.temps) if (temp.session === session && temp.state === 'open') temp.state = 'dead';
  h.remember(body, session);
  if (levelNow(session).by === null) h.disagree('a step-up by a factor that is gone');
}
