import { expect } from 'vitest';
import { type ApprovalMode, type ApprovalRules, ruledActions } from '../../src/domain/approvals/approval.ts';
import { approvalTypes, type EventType } from '../../src/domain/audit/events.ts';
import { changeApprovalRules } from '../../src/features/approvals/change-approval-rules.ts';
import type { Actor } from './actor.ts';
import { mailsTo } from './second-factor.ts';
import { type Staff, staff } from './staff.ts';
import { consoleContext, type World } from './world.ts';

export const because = { reason: 'lost the phone', ticket: 'INC-7' };

/** The same rule for every action. */
export function rulesOf(mode: ApprovalMode, waitHours = 0): ApprovalRules {
  const entries = ruledActions.map((action) => [action, { mode, waitHours }]);
  return Object.fromEntries(entries) as ApprovalRules;
}

/** The console sets the rules, which needs no approval. */
export async function setRules(world: World, mode: ApprovalMode, waitHours = 0): Promise<void> {
  const rules = rulesOf(mode, waitHours);
  await changeApprovalRules(world.deps, consoleContext(), { actorId: null, rules, permit: 'console' });
}

/** A house with a rule: two of the helpdesk, one administrator, and Ann with an authenticator app. */
export async function house(world: World, mode: ApprovalMode = 'second_person', waitHours = 0) {
  await setRules(world, mode, waitHours);
  const [harry, hedy] = [await staff(world, 'helpdesk'), await staff(world, 'helpdesk')];
  const ada = await staff(world);
  const ann = await world.user();
  const totp = await ann.enrolTotp();
  await mailsTo(world);
  const ask = async (who: Staff = harry, id = ann.id) => {
    const answer = await who.post(`/admin/users/${id}/mfa/reset`, because);
    expect(answer.status).toBe(202);
    return answer.body.id as string;
  };
  return { harry, hedy, ada, ann, totp, ask };
}

export const move = (who: Pick<Staff, 'post'>, id: string, step: string) =>
  who.post(`/admin/approvals/${id}/${step}`, {});

/** The same person with a token of now: after a wait, sessions are over and factors are stale. */
export async function again(world: World, person: Staff): Promise<Staff> {
  const { body } = await person.loginWithTotp(person.secret, 'admin');
  const bearer: string = body.access_token;
  const act: Staff['act'] = (method, url, given, how = {}) =>
    world.call(method, url, given, { bearer, ...how });
  const post: Staff['post'] = (url, given) => act('POST', url, given);
  return { ...person, bearer, act, post, get: (url) => act('GET', url) };
}

/** What the audit says of a person's requests, in words: type, outcome, reason, who did it, and with which factor. */
export async function trailOf(
  world: World,
  people: Readonly<Record<string, Pick<Actor, 'id'>>>,
  of: string,
  more: readonly EventType[] = [],
) {
  const nameOf = (id: string | null) =>
    Object.entries(people).find(([, person]) => person.id === id)?.[0] ?? 'nobody';
  const rows = await world.database.db
    .selectFrom('auditEvents')
    .selectAll()
    .where('userId', '=', of)
    .where('type', 'in', [...trail, ...more])
    .orderBy('seq')
    .execute();
  const ofRequests = rows.filter(({ detail }) => Object(detail).reason !== 'not enrolled'); // staff enrol at first
  return ofRequests.map(({ type, outcome, actorId, method, detail }) => {
    const why = outcome === 'success' ? '' : ` ${outcome} ${String(Object(detail).reason ?? '')}`.trimEnd();
    return `${type}${why} by ${nameOf(actorId)}${method ? ` with ${method}` : ''}`;
  });
}

const trail = [
  ...approvalTypes,
  'mfa_reset',
  'mfa_bypass_codes_issued',
  'user_roles_changed',
  'account_reported',
  'authz_fail',
] as const;

/** The token of the link to `/not-me` in the last letter to an address. */
export async function notMeToken(world: World, address: string | null, subject = ''): Promise<string> {
  const mail = (await mailsTo(world, address)).findLast((one) => one.subject.includes(subject));
  return /\/not-me#token=([\w-]{43})$/m.exec(mail?.text ?? '')?.[1] ?? 'no link';
}

export const report = (world: World, token: string, ip?: string) =>
  world.call('POST', '/auth/not-me', { token }, ip ? { ip } : {});
