import { setTimeout as sleep } from 'node:timers/promises';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { endUserSessions } from '../../src/features/user-admin/end-user-sessions.ts';
import { issueBypassCode } from '../../src/features/user-admin/issue-bypass-code.ts';
import { resetMfa } from '../../src/features/user-admin/reset-mfa.ts';
import { codeOf } from '../support/actor.ts';
import { notMeToken } from '../support/approvals.ts';
import { forgot, linksTo } from '../support/links.ts';
import { tempTokens } from '../support/second-factor.ts';
import { type Answer, consoleContext, type World } from '../support/world.ts';

type Call = World['call'];

/** One use of a credential as its caller saw it: from when to when, and what came of it. */
export type Use = {
  readonly began: number;
  readonly ended: number;
  /** Lost: it may have succeeded or not. Busy: it was not looked at. */
  readonly outcome: 'success' | 'refused' | 'busy' | 'lost';
};
/** What makes the credential void, if anything did. */
export type Ending = Pick<Use, 'began' | 'ended'> | null;

/**
 * Whether there is an order of the uses, each at one moment between its beginning and its end, in which the credential
 * is good once and for nothing after its ending. Gives what stands against it.
 */
export function notOnce(uses: readonly Use[], ending: Ending): string[] {
  const successes = uses.filter(({ outcome }) => outcome === 'success');
  const found: string[] = [];
  if (successes.length > 1) found.push(`${successes.length} uses succeeded`);
  if (ending && successes.some(({ began }) => began > ending.ended))
    found.push('a use succeeded that began after the credential was void');
  const refusals = uses.filter(({ outcome }) => outcome === 'refused');
  for (const { ended } of refusals) {
    const isSpent = uses.some(
      ({ outcome, began }) => (outcome === 'success' || outcome === 'lost') && began < ended,
    );
    if (!isSpent && !(ending && ending.began < ended))
      found.push('a use was refused before anything could have spent the credential');
  }
  return [...new Set(found)];
}

export type Scene = {
  readonly uses: readonly ((call: Call) => Promise<Answer>)[];
  /** Makes the credential void. */
  readonly end?: () => Promise<unknown>;
  readonly succeeded?: (answer: Answer) => boolean;
  /** The one whose sessions with a second factor the uses open. */
  readonly opensFor?: string;
  /** It may succeed again where nobody has used another since: then it is not used once more at the end. */
  readonly repeats?: boolean;
};

const cause = { reason: 'Called back', ticket: null };

/** Each makes one credential that is good once, and ways to use it. */
export const scenes: Readonly<Record<string, (world: World) => Promise<Scene>>> = {
  'a code of an app': async (world) => {
    const ann = await world.user({ roles: ['user', 'vendor'] });
    const { secret } = await ann.enrolTotp();
    const temps = await tempTokens(ann, 4);
    const bearer = (await ann.login('vendor')).body.access_token;
    const code = codeOf(secret, 1);
    return {
      uses: [
        ...temps.map((temp) => answering(temp, code)),
        (call) => call('POST', '/auth/mfa/proof', { mfa_token: code }, { bearer }),
        (call) => call('GET', '/api/sensitive-data', undefined, { bearer, mfa: code }),
      ],
      opensFor: ann.id,
      end: () => resetMfa(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
    };
  },
  'a recovery code': async (world) => {
    const ann = await world.user({ roles: ['user', 'vendor'] });
    const { codes } = await ann.enrolTotp();
    const temps = await tempTokens(ann, 4);
    const bearer = (await ann.login('vendor')).body.access_token;
    const code = codes[0] ?? '';
    return {
      uses: [
        ...temps.map((temp) => answering(temp, code)),
        (call) => call('GET', '/api/sensitive-data', undefined, { bearer, mfa: code }),
      ],
      opensFor: ann.id,
      end: () => resetMfa(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
    };
  },
  'a bypass code': async (world) => {
    const ann = await world.user();
    await ann.enrolTotp();
    const input = { uses: 1, expiresInSeconds: 3600 };
    const { code } = await issueBypassCode(world.deps, consoleContext(), {
      by: null,
      userId: ann.id,
      input,
      cause,
    });
    const temps = await tempTokens(ann, 4);
    const { username, password } = ann;
    return {
      uses: [
        ...temps.map((temp) => answering(temp, code)),
        (call) => call('POST', '/auth/login', { username, password, mfa_token: code }),
      ],
      opensFor: ann.id,
      end: () => resetMfa(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
    };
  },
  'a temp token': async (world) => {
    const ann = await world.user();
    const { codes, secret } = await ann.enrolTotp();
    const [temp = ''] = await tempTokens(ann, 1);
    return {
      uses: [codeOf(secret, 1), ...codes.slice(0, 4)].map((code) => answering(temp, code)),
      opensFor: ann.id,
      end: () => endUserSessions(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
    };
  },
  // where its policy answers no token twice
  'a refresh token': async (world) => {
    const ann = await world.user({ roles: ['admin'] });
    const { refresh } = await ann.enrolTotp((await ann.login('admin')).body.enrollment_token);
    const use = (call: Call) => call('POST', '/auth/refresh', { refresh_token: refresh });
    return {
      uses: Array.from({ length: 5 }, () => use),
      end: () => endUserSessions(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
    };
  },
  // where the one before may be exchanged again: of its successors one goes on
  'a successor of a refresh token that came twice': async (world) => {
    const ann = await world.user();
    const { refresh_token } = (await ann.login()).body;
    const successors = await Promise.all(
      ['one', 'two', 'three'].map(() => world.call('POST', '/auth/refresh', { refresh_token })),
    );
    return {
      uses: successors.map(
        ({ body }) =>
          (call) =>
            call('POST', '/auth/refresh', { refresh_token: body.refresh_token }),
      ),
      end: () => endUserSessions(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
      repeats: true,
    };
  },
  'a link of a letter, “it was not me”': async (world) => {
    const ann = await world.user();
    await ann.enrolTotp();
    const token = await notMeToken(world, ann.email, 'second factor was added');
    return { uses: Array.from({ length: 5 }, () => (call) => call('POST', '/auth/not-me', { token })) };
  },
  'a link to set a password': async (world) => {
    const ann = await world.user();
    await forgot(world, ann.username);
    const token = (await linksTo(world, ann.email)).at(-1);
    return {
      uses: ['one', 'two', 'three', 'four'].map(
        (which) => (call) =>
          call('POST', '/auth/password/reset', { token, new_password: `${which} folded maps` }),
      ),
      end: () => changeAccountStatus(world.deps, consoleContext(), ann.id, { status: 'disabled' }),
    };
  },
  'the token of a trusted device': async (world) => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const [temp_token] = await tempTokens(ann, 1);
    const answer = { temp_token, mfa_token: codeOf(secret, 1), remember_device: true };
    const { trusted_device } = (await world.call('POST', '/auth/mfa/verify', answer)).body;
    const { username, password } = ann;
    const use = (call: Call) => call('POST', '/auth/login', { username, password, trusted_device });
    return {
      uses: Array.from({ length: 5 }, () => use),
      end: () => endUserSessions(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
      succeeded: ({ body }) => Boolean(body?.access_token),
    };
  },
};

function answering(temp_token: string, mfa_token: string) {
  return (call: Call) => call('POST', '/auth/mfa/verify', { temp_token, mfa_token });
}

export type Stage = { readonly world: World; readonly callers: readonly Call[] };

/** What was seen of one credential. */
type Seen = { readonly uses: Use[]; readonly said: string[]; ending: Ending };

/** Uses one credential from all sides at once, and voids it in every second round. Gives what must not have been. */
export async function tryOnce({ world, callers }: Stage, name: string, round: number): Promise<string[]> {
  const scene = await sceneOf(world, name);
  const before = await openedFor(world, scene);
  const record = await useAtOnce(callers, scene, round);
  await useOnceMore(callers, scene, record);
  return judge(name, record, (await openedFor(world, scene)) - before);
}

export async function sceneOf(world: World, name: string): Promise<Scene> {
  const scene = await scenes[name]?.(world);
  if (!scene) throw new Error(`No such scene: ${name}`);
  return scene;
}

/** The sessions with a second factor that there are of the one whom a use opens one for. */
export async function openedFor({ database }: World, { opensFor }: Scene): Promise<number> {
  if (opensFor === undefined) return 0;
  const sessions = database.db.selectFrom('sessions').select('id').where('userId', '=', opensFor);
  return (await sessions.where('mfaTime', 'is not', null).execute()).length;
}

export async function useAtOnce(callers: readonly Call[], scene: Scene, round: number): Promise<Seen> {
  const record: Seen = { uses: [], said: [], ending: null };
  const caller = (at: number): Call => callers[at % callers.length] ?? neverCalled;
  const atOnce = scene.uses.map((one, at) => use(record, scene, () => one(caller(at)), Math.random() * 15));
  const end = async () => {
    await sleep(Math.random() * 10);
    const began = performance.now();
    await scene.end?.();
    record.ending = { began, ended: performance.now() };
    record.said.push(`${Math.round(began)}-${Math.round(record.ending.ended)}: void`);
  };
  await Promise.all([...atOnce, ...(scene.end && round % 2 === 1 ? [end()] : [])]);
  return record;
}

const neverCalled: Call = () => Promise.reject(new Error('There is a caller'));

async function use(
  { uses, said }: Seen,
  { succeeded = ({ status }) => status < 300 }: Scene,
  call: () => Promise<Answer>,
  lateMs: number,
): Promise<void> {
  await sleep(lateMs);
  const began = performance.now();
  const answer = await call();
  const ended = performance.now();
  uses.push({ began, ended, outcome: outcomeOf(answer, succeeded) });
  said.push(`${Math.round(began)}-${Math.round(ended)}: ${answer.status} ${answer.type ?? ''}`);
}

/** When all is over, it is good for nothing, or once where every use was lost. */
export async function useOnceMore(callers: readonly Call[], scene: Scene, record: Seen): Promise<void> {
  const [first] = scene.uses;
  for (const call of scene.repeats ? [] : callers) if (first) await use(record, scene, () => first(call), 0);
}

/** `opened`: how many sessions the uses opened, seen or not. */
export function judge(name: string, { uses, said, ending }: Seen, opened: number): string[] {
  const found = notOnce(uses, ending);
  if (opened > 1) found.push(`${opened} sessions were opened`);
  return found.map((what) => `${name}: ${what}\n${said.sort().join('\n')}`);
}

function outcomeOf(answer: Answer, succeeded: (answer: Answer) => boolean): Use['outcome'] {
  if (answer.status === 0 || answer.status >= 500) return 'lost';
  if (answer.status === 429 || answer.type === '/problems/conflict') return 'busy';
  return succeeded(answer) ? 'success' : 'refused';
}
