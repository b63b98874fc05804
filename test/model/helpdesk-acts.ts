import { type ApprovalRules, ruledActions } from '../../src/domain/approvals/approval.ts';
import { changeApprovalRules } from '../../src/features/approvals/change-approval-rules.ts';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { endUserSessions } from '../../src/features/user-admin/end-user-sessions.ts';
import { issueBypassCode } from '../../src/features/user-admin/issue-bypass-code.ts';
import { resetMfa } from '../../src/features/user-admin/reset-mfa.ts';
import { withdrawPassword } from '../../src/features/user-admin/reset-password-by-admin.ts';
import { unlockUser } from '../../src/features/user-admin/unlock-user.ts';
import type { Deps } from '../../src/platform/kernel/deps.ts';
import { setPolicy } from '../support/devices.ts';
import { turnRolloutOf } from '../support/turn-rollout.ts';
import { consoleContext } from '../support/world.ts';
import { dropBypass, dropFactors } from './factor-acts.ts';
import { type Access, type Account, isFresh, type Rules, shownBy } from './facts.ts';
import { type Allowed, type History, type Instance, refused } from './history.ts';
import { readLink } from './link-acts.ts';
import { asksFor } from './second-person-acts.ts';
import { byBearer } from './session-acts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any;

const cause = { reason: 'Called back', ticket: null };
const by = null;

type Act = {
  readonly request: (id: string) => readonly ['POST' | 'DELETE' | 'PATCH', string, Body];
  /** The same at the terminal, which nobody may refuse. */
  readonly atTerminal: (deps: Deps, owner: Account) => Promise<unknown>;
  readonly status: number;
  /** What refuses it for every caller. */
  readonly refusal?: (owner: Account) => Allowed | null;
  readonly after: (h: History, owner: Account, body: Body) => void;
  /** Reads a mail that follows. */
  readonly mails?: boolean;
};

function endAll(h: History, owner: Account): void {
  owner.version += 1;
  h.cancelTemps(owner);
  h.endSessions(owner);
  h.endDevices(owner);
}

function changed(change: Body, isSame: (owner: Account) => boolean, apply: (owner: Account) => void): Act {
  return {
    request: (id) => ['PATCH', `/admin/users/${id}`, change],
    atTerminal: async (deps, owner) =>
      isSame(owner) ? undefined : changeAccountStatus(deps, consoleContext(), owner.id, change),
    status: 200,
    after: (h, owner) => {
      if (isSame(owner)) return;
      apply(owner);
      endAll(h, owner);
      dropBypass(owner);
      if (!owner.active) h.endLinks(owner);
    },
  };
}

const roles = (wanted: readonly string[]) =>
  changed(
    { roles: wanted },
    (owner) => [...owner.roles].sort().join() === [...wanted].sort().join(),
    (owner) => {
      owner.roles = wanted;
    },
  );
const status = (wanted: 'active' | 'disabled') =>
  changed(
    { status: wanted },
    (owner) => owner.active === (wanted === 'active'),
    (owner) => {
      owner.active = wanted === 'active';
      owner.reported = false;
    },
  );

export const helps = {
  'resets the second factor': {
    request: (id) => ['POST', `/admin/users/${id}/mfa/reset`, { reason: cause.reason }],
    atTerminal: (deps, { id: userId }) => resetMfa(deps, consoleContext(), { by, userId, cause }),
    status: 204,
    after: (h, owner) => {
      dropFactors(owner);
      owner.mustEnrol = true;
      Object.assign(owner.answers, { failed: 0, endsAt: h.now(), inARow: 0, lockedUntil: 0 });
      owner.factorsVersion += 1;
      endAll(h, owner);
    },
  },
  'withdraws the password': {
    request: (id) => ['POST', `/admin/users/${id}/password-reset`, { reason: cause.reason }],
    atTerminal: (deps, { id: userId, active }) =>
      active ? withdrawPassword(deps, consoleContext(), { by, userId, cause }) : Promise.resolve(),
    status: 204,
    refusal: ({ active }) => (active ? null : { status: 409, type: 'conflict', reason: 'disabled' }),
    after: (h, owner) => {
      if (!owner.active) return;
      h.changePassword(owner, null, null);
    },
    mails: true,
  },
  'gives a bypass code': {
    request: (id) => ['POST', `/admin/users/${id}/bypass-codes`, { reason: cause.reason, uses: 2 }],
    atTerminal: (deps, { id: userId, apps }) =>
      apps.length > 0
        ? issueBypassCode(deps, consoleContext(), {
            by,
            userId,
            input: { uses: 2, expiresInSeconds: 3600 },
            cause,
          })
        : Promise.resolve(),
    status: 201,
    refusal: ({ apps }) => (apps.length > 0 ? null : { status: 409, type: 'conflict', reason: 'no_factor' }),
    after: (h, owner, body) => {
      if (!body) return;
      owner.version += 1;
      dropBypass(owner);
      owner.bypass = { code: body.code, uses: 2, endsAt: h.now() + 3600 };
    },
  },
  unlocks: {
    request: (id) => ['POST', `/admin/users/${id}/unlock`, { reason: cause.reason }],
    atTerminal: (deps, { id: userId }) => unlockUser(deps, consoleContext(), { by, userId, cause }),
    status: 204,
    after: (h, owner) => {
      Object.assign(owner.answers, { failed: 0, endsAt: h.now(), inARow: 0, lockedUntil: 0 });
      owner.guesses.failed = 0;
      owner.version += 1;
      if (owner.reported) Object.assign(owner, { reported: false, active: true });
    },
  },
  'logs out': {
    request: (id) => ['DELETE', `/admin/users/${id}/sessions`, { reason: cause.reason }],
    atTerminal: (deps, { id: userId }) => endUserSessions(deps, consoleContext(), { by, userId, cause }),
    status: 204,
    after: endAll,
  },
  disables: status('disabled'),
  enables: status('active'),
  'takes the role vendor from': roles(['user']),
  'gives the role vendor to': roles(['user', 'vendor']),
} as const satisfies Readonly<Record<string, Act>>;
export type Help = keyof typeof helps;

const depsOf = ({ deps }: Instance) => deps;

/** Somebody with a token of the console asks for it: an administrator with a fresh factor alone is allowed to. */
export async function help(h: History, name: Help, access: Access): Promise<void> {
  const act: Act = helps[name];
  const [owner] = h.accounts;
  if (!owner) return;
  const [method, url, body] = act.request(owner.id);
  const { session } = access;
  const words = `${session.owner.name} ${name} ${owner.name}, with ${session.name} in ${session.area}`;
  const done =
    name === 'resets the second factor' && h.rules.secondPerson
      ? asksFor(h, session.owner, owner)
      : (act.refusal?.(owner) ?? {
          status: act.status,
          after: (answer: Body) => act.after(h, owner, answer),
        });
  const allowed =
    session.area !== 'admin'
      ? [refused.token]
      : isFresh(shownBy(access), h.now())
        ? [done]
        : [refused.noCode];
  await h.ask(words, [method, url, body, { bearer: access.token }], byBearer(h, access, allowed));
  if (act.mails && owner.password === null) await readLink(h, owner, 'helpdesk');
}

export async function helpAtTerminal(h: History, name: Help): Promise<void> {
  const act: Act = helps[name];
  const [owner] = h.accounts;
  if (!owner) return;
  h.note(`the terminal ${name} ${owner.name}`);
  const result = await act.atTerminal(depsOf(h.instance()), owner);
  act.after(h, owner, result);
  if (act.mails && owner.active) await readLink(h, owner, 'helpdesk');
}

/** An administrator helps nobody with a role like their own but by another administrator, and never themselves. */
export async function helpOneself(h: History, access: Access): Promise<void> {
  const { session } = access;
  if (session.area !== 'admin') return;
  const allowed = isFresh(shownBy(access), h.now())
    ? [{ ...refused.forbidden, reason: 'own_account' }]
    : [refused.noCode];
  const url = `/admin/users/${session.owner.id}/mfa/reset`;
  await h.ask(
    `${session.owner.name} resets the second factor of themselves`,
    ['POST', url, { reason: cause.reason }, { bearer: access.token }],
    byBearer(h, access, allowed, { keepsAwake: false }),
  );
}

/** Changes what all users share, and tells every instance. */
export async function changeRules(h: History, change: Partial<Rules>): Promise<void> {
  h.note(`the rules become ${JSON.stringify(change)}`);
  Object.assign(h.rules, change);
  await writeRules(h, change);
}

export async function writeRules(
  { world, instances }: Pick<History, 'world' | 'instances'>,
  { rollout, vendorMfa, secondPerson }: Partial<Rules>,
): Promise<void> {
  if (secondPerson !== undefined) await setResetRule(world, secondPerson);
  if (rollout) await turnRolloutOf(world.deps, { phase: rollout, roles: undefined, graceSeconds: 0 });
  if (vendorMfa) await setPolicy(world, 'vendor', { mfa: vendorMfa });
  if (rollout || vendorMfa) for (const { deps } of instances) await deps.reloadPolicies();
}

async function setResetRule({ deps }: Instance, secondPerson: boolean): Promise<void> {
  const mode = (action: string) => (secondPerson && action === 'mfa_reset' ? 'second_person' : 'none');
  const entries = ruledActions.map((action) => [action, { mode: mode(action), waitHours: 0 }]);
  const rules = Object.fromEntries(entries) as ApprovalRules;
  await changeApprovalRules(deps, consoleContext(), { actorId: null, rules, permit: 'console' });
}
