import { changeUser } from '../../src/features/user-admin/change-user.ts';
import { endUserSessions } from '../../src/features/user-admin/end-user-sessions.ts';
import { issueBypassCode } from '../../src/features/user-admin/issue-bypass-code.ts';
import { resetMfa } from '../../src/features/user-admin/reset-mfa.ts';
import { withdrawPassword } from '../../src/features/user-admin/reset-password-by-admin.ts';
import { unlockUser } from '../../src/features/user-admin/unlock-user.ts';
import { codeOf } from './actor.ts';
import type { anotherInstance } from './instance.ts';
import { tokenIn } from './links.ts';
import { mailsTo } from './second-factor.ts';
import { consoleContext, type World } from './world.ts';

/** Somebody whose account is changed; `bearer` is of a session of their own that is fresh. */
export type Changed = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly password: string;
  readonly bearer: string;
  readonly factorId?: string;
};

type There = Awaited<ReturnType<typeof anotherInstance>>;
type Change = (there: There, world: World, user: Changed) => Promise<unknown>;

const cause = { reason: 'Somebody else knows it', ticket: null };
const nextPassword = 'nine folded maps';

async function done(answer: ReturnType<There['call']>): Promise<void> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`The change was refused: ${JSON.stringify(body)}`);
}

/** Every change that ends what is under way, made at another instance. */
export const endingChanges: Readonly<Record<string, Change>> = {
  'the owner changes the password': (there, _world, { bearer, password }) =>
    done(
      there.call(
        'POST',
        '/auth/password',
        { current_password: password, new_password: nextPassword },
        { bearer },
      ),
    ),
  'the password is reset by mail': async (there, world, { username, email }) => {
    await done(there.call('POST', '/auth/password/forgot', { username }));
    const mails = await mailsTo(world, email);
    const token = tokenIn(mails.findLast(({ text }) => text.includes('/reset#token=')) ?? { text: '' });
    await done(there.call('POST', '/auth/password/reset', { token, new_password: nextPassword }));
  },
  'the helpdesk withdraws the password': (there, _world, { id }) =>
    withdrawPassword(there.deps, consoleContext(), { by: null, userId: id, cause }),
  'the roles change': (there, _world, { id }) =>
    changeUser(there.deps, consoleContext(), { by: null, userId: id, wanted: { roles: ['auditor'] } }),
  'the account is disabled': (there, _world, { id }) =>
    changeUser(there.deps, consoleContext(), { by: null, userId: id, wanted: { status: 'disabled' } }),
  'the helpdesk resets the second factor': (there, _world, { id }) =>
    resetMfa(there.deps, consoleContext(), { by: null, userId: id, cause }),
  'the helpdesk logs them out': (there, _world, { id }) =>
    endUserSessions(there.deps, consoleContext(), { by: null, userId: id }),
};

/** Of somebody without a factor. */
export const firstFactor: Readonly<Record<string, Change>> = {
  'the owner confirms a factor': async (there, _world, { bearer }) => {
    const { body } = await there.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    await done(there.call('POST', '/auth/mfa/verify-enrollment', { token: codeOf(body.secret) }, { bearer }));
  },
};

/** Of somebody with one. */
export const factorGone: Readonly<Record<string, Change>> = {
  'the owner removes the factor': (there, _world, { bearer, factorId }) =>
    done(there.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, { bearer })),
  'the owner switches two-factor login off': (there, _world, { bearer, password }) =>
    done(there.call('POST', '/auth/mfa/disable', { password }, { bearer })),
};

/** Changes that end nothing that has begun; what was decided before them is decided anew. */
export const otherChanges: Readonly<Record<string, Change>> = {
  'the helpdesk unlocks them': (there, _world, { id }) =>
    unlockUser(there.deps, consoleContext(), { by: null, userId: id }),
};
export const otherChangesOfFactors: Readonly<Record<string, Change>> = {
  ...otherChanges,
  'the helpdesk gives a bypass code': (there, _world, { id }) =>
    issueBypassCode(there.deps, consoleContext(), {
      by: null,
      userId: id,
      input: { uses: 1, expiresInSeconds: 3600 },
      cause,
    }),
  'the owner replaces the recovery codes': (there, _world, { bearer, password }) =>
    done(there.call('POST', '/auth/mfa/recovery-codes/regenerate', { password }, { bearer })),
};
