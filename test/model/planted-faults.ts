// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of the product's source
/**
 * Faults that the model must find, each a guard removed or a condition inverted. `npm run model:faults` plants them one
 * at a time in a copy of the tree. A unit test checks that each text still stands in its file, once.
 */
export type Fault = {
  readonly what: string;
  readonly file: string;
  readonly text: string;
  readonly instead: string;
  /** One that needs two calls at the same time: `once.test.ts` must find it. */
  readonly isRace?: boolean;
};

const mfa = 'src/features/mfa';
const approval = 'src/domain/approvals/approval.ts';
const checks = 'src/features/user-admin/caller-check-store.ts';
const recoveries = 'src/features/recovery/recovery-store.ts';
const cancelTemps = '    await cancelPendingLogins(tx, { userId: user.id });\n';

export const faults: readonly Fault[] = [
  {
    what: 'a code of an app works twice',
    file: `${mfa}/providers/totp.ts`,
    text: 'result.timeStep <= lastStep',
    instead: 'result.timeStep < lastStep - 9',
  },
  {
    what: 'a recovery code works twice',
    file: `${mfa}/providers/recovery-codes.ts`,
    text: "return { outcome: 'passed', data: { unused }, left",
    instead: "return { outcome: 'passed', data: factor.data, left",
  },
  {
    what: 'a bypass code works as often as one likes',
    file: `${mfa}/providers/bypass-codes.ts`,
    text: 'usesLeft: usesLeft - 1',
    instead: 'usesLeft',
  },
  {
    what: 'a bypass code has no end',
    file: `${mfa}/providers/bypass-codes.ts`,
    text: 'now < new Date(endsAt) && ',
    instead: '',
  },
  {
    what: 'a bypass code outlives a change of roles',
    file: 'src/features/user-admin/change-account-status.ts',
    text: "{ method: 'bypass_code' }, ended)",
    instead: '{ ids: [] }, ended)',
  },
  {
    what: 'a temp token has no end',
    file: `${mfa}/attempt-store.ts`,
    text: "l.status <> 'passed' and l.expires_at > ${now} and",
    instead: "l.status <> 'passed' and",
  },
  {
    what: 'the fourth wrong code in a window is compared',
    file: 'src/features/throttling/throttle-store.ts',
    text: 't.paid < ${rules.answersPerWindow})',
    instead: 't.paid <= ${rules.answersPerWindow})',
  },
  {
    what: 'ten wrong codes in a row do not lock',
    file: 'src/features/throttling/throttle-store.ts',
    text: 'case when (t.in_a_row + 1) % ${rules.lockAfter} = 0',
    instead: 'case when false and (t.in_a_row + 1) % ${rules.lockAfter} = 0',
  },
  {
    what: 'a refresh token that was exchanged is a sign of theft only for ten seconds',
    file: 'src/domain/sessions/refresh-token.ts',
    text: "return isRecent && !hasHeir ? 'again' : 'reused';",
    instead: "return isRecent && hasHeir ? 'reused' : 'again';",
  },
  {
    what: 'a stolen refresh token does not end its session',
    file: 'src/features/sessions/refresh-session.ts',
    text: '    await endSessions(tx, { userId, only: sessionId }, ctx.now);\n',
    instead: '',
  },
  {
    what: 'access tokens from before a step-up stay good',
    file: 'src/api/access/authenticate.ts',
    text: '    session.tokenGeneration === tokenGeneration &&\n',
    instead: '',
  },
  {
    what: 'a session never becomes idle',
    file: 'src/domain/sessions/session.ts',
    text: 'idleFor >= policy.idleSeconds',
    instead: 'idleFor < 0',
  },
  {
    what: 'a session keeps the level of a factor that is gone',
    file: 'src/features/sessions/session-store.ts',
    text: 'const sessionFactorRemains = sql`(s.method is null or exists (',
    instead: 'const sessionFactorRemains = sql`(true or exists (',
  },
  {
    what: 'a new password leaves other sessions alive',
    file: 'src/features/login/change-password.ts',
    text: '    await endSessions(tx, { userId: user.id, except: session.id }, ctx.now);\n',
    instead: '',
  },
  {
    what: 'a new password leaves logins half done alive',
    file: 'src/features/login/change-password.ts',
    text: cancelTemps,
    instead: '',
  },
  {
    what: 'a factor that was shown long ago is fresh',
    file: 'src/domain/mfa/reauthentication.ts',
    text: 'now.getTime() - mfaTime.getTime() <= maxAgeSeconds * 1000',
    instead: 'maxAgeSeconds > 0',
  },
  {
    what: 'a proof works with any token of its session',
    file: 'src/api/access/authenticate.ts',
    text: '    proof.tokenHash === tokenHash &&\n',
    instead: '',
  },
  {
    what: 'a proof outlives a change of the factors',
    file: 'src/api/access/authenticate.ts',
    text: ' &&\n    proof.factorsChangedAt === (session.user.factorsChangedAt?.getTime() ?? 0)',
    instead: '',
  },
  {
    what: 'the last factor can be removed where the policy asks for one',
    file: `${mfa}/remove-factors.ts`,
    text: 'if (!policy || removed.length === 0) return;',
    instead: 'if (policy || removed.length === 0) return;',
  },
  {
    what: 'the helpdesk removes the factors, and a password is enough',
    file: 'src/features/user-admin/reset-mfa.ts',
    text: '      await saveMfaReset(tx, userId, ctx.now);\n',
    instead: '',
  },
  {
    what: 'an enrolment token outlives a change of the account',
    file: `${mfa}/factor-manager.ts`,
    text: 'if (!unchanged || !none || !mayStill)',
    instead: 'if (!none || !mayStill)',
  },
  {
    what: 'the token of a trusted device works again',
    file: 'src/domain/devices/device-trust.ts',
    text: "return isLast && isRecent ? 'overtaken' : 'reused';",
    instead: "return 'overtaken';",
  },
  {
    what: 'a device stays trusted after a new password',
    file: 'src/domain/devices/device-trust.ts',
    text: '    isSameTime(then.passwordChangedAt, since.passwordChangedAt) &&\n',
    instead: '',
  },
  {
    what: 'a recovery code makes a device a trusted one',
    file: 'src/domain/devices/device-trust.ts',
    text: 'return isLogin && !passed.recovered ?',
    instead: 'return isLogin ?',
  },
  {
    what: 'any area is open to any role',
    file: 'src/domain/policy/policy.ts',
    text: "return policy.roles === 'all' ||",
    instead: "return policy.roles !== 'none' ||",
  },
  {
    what: 'a token of another area opens the console',
    file: 'src/api/access/authorize.ts',
    text: 'if (session.area !== area && session.area !== alsoArea)',
    instead: "if (session.area === 'service')",
  },
  {
    what: 'an administrator helps themselves',
    file: 'src/domain/users/actor.ts',
    text: "if (by.userId === target.id) return 'own_account';",
    instead: "if (by.userId === '') return 'own_account';",
  },
  {
    what: 'a link to set a password outlives a new password',
    file: 'src/features/passwords/password-link-store.ts',
    text: '\n  and u.password_changed_at = l.password_changed_at`;',
    instead: '`;',
  },
  {
    what: 'a confirmed factor leaves other sessions alive',
    file: `${mfa}/confirm-factor.ts`,
    text: '  await endSessions(tx, { userId: user.id, except: grant?.id ?? null }, ctx.now);\n',
    instead: '',
  },
  {
    what: 'the helpdesk approves its own request',
    file: approval,
    text: "if (by.userId === requester.id) return 'own_request';",
    instead: "if (by.userId === '') return 'own_request';",
  },
  {
    what: 'an approval outlives a change of the account',
    file: approval,
    text: 'return facts.stillMay && facts.isUnchanged ? null',
    instead: 'return facts.stillMay ? null',
  },
  {
    what: 'an approval is carried out twice',
    file: 'src/features/approvals/assert-approved.ts',
    text: "from: 'approved', to: 'used'",
    instead: "from: 'approved', to: 'approved'",
  },
  {
    what: 'somebody else carries a request out',
    file: 'src/features/approvals/assert-approved.ts',
    text: 'if (approval.requestedBy !== actorId) throw notRequester();',
    instead: "if (actorId === '') throw notRequester();",
  },
  {
    what: 'a check of who is calling stands for help twice',
    file: checks,
    text: "    .where('usedAt', 'is', null)\n",
    instead: '',
  },
  {
    what: 'a check of a colleague stands for help',
    file: checks,
    text: "    .where('actorId', '=', actorId)\n    .where('status', '=', 'passed')\n",
    instead: "    .where('status', '=', 'passed')\n",
  },
  {
    what: 'a check that nobody answered stands for help',
    file: checks,
    text: "    .where('status', '=', 'passed')\n    .where('usedAt'",
    instead: "    .where('usedAt'",
  },
  {
    what: 'a passkey signs by any key',
    file: 'src/features/login/log-in-with-passkey.ts',
    text: "return isOwn && verdict.outcome === 'passed' ? { data: verdict.data } : null;",
    instead: "return isOwn ? { data: 'data' in verdict ? verdict.data : data } : null;",
  },
  {
    what: 'the challenge of a passkey works twice',
    file: 'src/features/login/passkey-login-store.ts',
    text: 'delete from passkey_challenges where challenge_hash = ${challengeHash} returning area, expires_at',
    instead: 'select area, expires_at from passkey_challenges where challenge_hash = ${challengeHash}',
  },
  {
    what: 'a session by a passkey alone outlives the passkey',
    file: 'src/domain/sessions/session.ts',
    text: 'endedAt: session.endedAt ?? session.createdAt }',
    instead: 'endedAt: session.endedAt }',
  },
  {
    what: 'a letter about an account works after another one was used',
    file: 'src/features/notices/not-me-store.ts',
    text: "  if (used) await tx.deleteFrom('notMeLinks').where('userId', '=', used.userId).execute();\n",
    instead: '',
  },
  {
    what: 'a report leaves the account open',
    file: 'src/features/login/report-not-me.ts',
    text: "    await applyAccountStatus(tx, ctx, { userId, change: { status: 'disabled' }, by: null });\n",
    instead: '',
  },
  {
    what: 'a report leaves requests about the account alive',
    file: 'src/features/login/report-not-me.ts',
    text: 'await stopApprovalsOf(tx, userId, ctx.now);',
    instead: "await stopApprovalsOf(tx, '00000000-0000-0000-0000-000000000000', ctx.now);",
  },
  {
    what: 'a mailbox alone sets a password that its owner gave up',
    file: 'src/features/login/reset-password.ts',
    text: 'if (needsRecoveryCode(user)) {',
    instead: 'if (needsRecoveryCode(user) && recoveryCode !== undefined) {',
  },
  {
    what: 'an account without a password loses its last passkey',
    file: `${mfa}/remove-factors.ts`,
    text: 'if (user.passwordless && !canGoWithoutPassword(deps, stays))',
    instead: 'if (user.passwordless && !canGoWithoutPassword(deps, all))',
  },
  {
    what: 'a recovery outlives a change of the account',
    file: recoveries,
    text: "u.status = 'active' and u.security_version = r.security_version and u.email = r.sent_to`;",
    instead: "u.status = 'active' and u.email = r.sent_to`;",
  },
  {
    what: 'a link begins two recoveries',
    file: recoveries,
    text: 'delete from recovery_links where token_hash = ${tokenHash} and expires_at > ${now} returning *',
    instead: 'select * from recovery_links where token_hash = ${tokenHash} and expires_at > ${now}',
  },
  {
    what: 'a recovery is finished without a wait',
    file: 'src/features/recovery/finish-recovery.ts',
    text: 'if (ctx.now < readyAt || ctx.now < byRule)',
    instead: 'if (ctx.now < provenAt || readyAt === byRule)',
  },
  {
    what: 'two calls spend one code at the same time',
    file: `${mfa}/outcome-store.ts`,
    text: ' and version = ${candidate.version} and disabled_at is null',
    instead: ' and disabled_at is null',
    isRace: true,
  },
  {
    what: 'two calls exchange one refresh token at the same time',
    file: 'src/features/sessions/refresh-store.ts',
    text: 'where r.token_hash = ${shown} and r.used_at is null and',
    instead: 'where r.token_hash = ${shown} and',
    isRace: true,
  },
];
