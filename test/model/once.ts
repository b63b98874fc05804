import { setTimeout as sleep } from 'node:timers/promises';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { endUserSessions } from '../../src/features/user-admin/end-user-sessions.ts';
import { issueBypassCode } from '../../src/features/user-admin/issue-bypass-code.ts';
import { resetMfa } from '../../src/features/user-admin/reset-mfa.ts';
import { codeOf } from '../support/actor.ts';
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

type Scene = {
  readonly uses: readonly ((call: Call) => Promise<Answer>)[];
  /** Makes the credential void. */
  readonly end: () => Promise<unknown>;
  readonly succeeded?: (answer: Answer) => boolean;
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
      end: () => resetMfa(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
    };
  },
  'a temp token': async (world) => {
    const ann = await world.user();
    const { codes, secret } = await ann.enrolTotp();
    const [temp = ''] = await tempTokens(ann, 1);
    return {
      uses: [codeOf(secret, 1), ...codes.slice(0, 4)].map((code) => answering(temp, code)),
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

export type Stage = {
  readonly world: World;
  readonly callers: readonly Call[];
  /** Something that goes wrong meanwhile, and is mended when it resolves. */
  readonly trouble?: () => Promise<void>;
};

/** Uses one credential from all sides at once, and voids it in every second round. Gives what must not have been. */
export async function tryOnce(
  { world, callers, trouble }: Stage,
  name: string,
  round: number,
): Promise<string[]> {
  const scene = await scenes[name]?.(world);
  if (!scene) throw new Error(`No such scene: ${name}`);
  const { succeeded = ({ status }) => status < 300 } = scene;
  const uses: Use[] = [];
  const said: string[] = [];
  const use = async (one: Scene['uses'][number], call: Call, lateMs: number) => {
    await sleep(lateMs);
    const began = performance.now();
    const answer = await one(call);
    const ended = performance.now();
    uses.push({ began, ended, outcome: outcomeOf(answer, succeeded) });
    said.push(`${Math.round(began)}-${Math.round(ended)}: ${answer.status} ${answer.type ?? ''}`);
  };
  const caller = (at: number) => callers[at % callers.length] ?? world.call;
  const atOnce = scene.uses.map((one, at) => use(one, caller(at), Math.random() * 15));
  let ending: Ending = null;
  const end = async () => {
    await sleep(Math.random() * 10);
    const began = performance.now();
    await scene.end();
    ending = { began, ended: performance.now() };
    said.push(`${Math.round(began)}-${Math.round(ending.ended)}: void`);
  };
  await Promise.all([...atOnce, ...(round % 2 === 1 ? [end()] : []), trouble?.()]);
  const [first] = scene.uses;
  for (const call of callers) if (first) await use(first, call, 0); // when all is over, it is good for nothing
  const found = notOnce(uses, ending);
  return found.map((what) => `${name}: ${what}\n${said.sort().join('\n')}`);
}

function outcomeOf(answer: Answer, succeeded: (answer: Answer) => boolean): Use['outcome'] {
  if (answer.status === 0 || answer.status >= 500) return 'lost';
  if (answer.status === 429 || answer.type === '/problems/conflict') return 'busy';
  return succeeded(answer) ? 'success' : 'refused';
}
