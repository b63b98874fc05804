import { type CodeKind, meaningOf, typedCode } from './codes.ts';
import {
  type Access,
  type Account,
  type Approval,
  type CallerCheck,
  isBlocked,
  isFresh,
  isLive,
  limits,
  notePass,
  noteUsed,
  noteWrong,
  shownBy,
} from './facts.ts';
import { type Help, helpAtTerminal, helps } from './helpdesk-acts.ts';
import { type Allowed, type History, refused } from './history.ts';
import { reportNotMe } from './not-me-acts.ts';
import { byBearer } from './session-acts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any;

const reason = 'Called back';

/** What only a fresh factor in the area admin may do. */
function atDesk(h: History, access: Access, allowed: readonly Allowed[]): readonly Allowed[] {
  if (access.session.area !== 'admin') return byBearer(h, access, [refused.token]);
  const isAllowed = isFresh(shownBy(access), h.now());
  return byBearer(h, access, isAllowed ? allowed : [refused.noCode], { keepsAwake: isAllowed });
}

const over: Allowed = { status: 409, type: 'conflict', reason: 'approval_over' };
const stale: Allowed = { status: 409, type: 'conflict', reason: 'approval_stale' };
const missing: Allowed = { status: 409, type: 'conflict', reason: 'approval_missing' };
const pending: Allowed = { status: 409, type: 'conflict', reason: 'approval_pending' };

/** To ask for a reset where a second person must approve it. */
export function asksFor(h: History, asker: Account, owner: Account): Allowed {
  const isAsked = h.approvals.some((one) => one.asker === asker && isLive(one, h.now()));
  if (isAsked) return pending;
  const after = ({ id }: Body) => {
    const endsAt = h.now() + limits.approval;
    h.approvals.push({ id, owner, asker, version: owner.version, endsAt, state: 'open' });
  };
  return { status: 202, after };
}

export type Step = 'approve' | 'refuse' | 'cancel' | 'execute';

/** Somebody with a token of the console moves a request on. */
export async function moveApproval(
  h: History,
  access: Access,
  approval: Approval,
  step: Step,
): Promise<void> {
  const { owner } = access.session;
  await h.ask(
    `${owner.name} does with the request of ${approval.asker.name}: ${step}`,
    ['POST', `/admin/approvals/${approval.id}/${step}`, {}, { bearer: access.token }],
    atDesk(h, access, [
      step === 'execute' ? carriedOut(h, owner, approval) : moved(h, owner, approval, step),
    ]),
  );
}

function moved(h: History, by: Account, approval: Approval, step: 'approve' | 'refuse' | 'cancel'): Allowed {
  if (!isLive(approval, h.now())) return over;
  const isOwn = approval.asker === by;
  if (step === 'cancel' && !isOwn) return { ...refused.forbidden, reason: 'not_requester' };
  if (step !== 'cancel' && isOwn) return { ...refused.forbidden, reason: 'own_request' };
  if (step !== 'cancel' && approval.state !== 'open') return over;
  if (step !== 'cancel' && approval.version !== approval.owner.version) return stale;
  const after = () => {
    approval.state = step === 'approve' ? 'approved' : 'over';
    if (step === 'approve') approval.endsAt = h.now() + limits.approval;
  };
  return { status: 200, after };
}

/** Only the one who asked carries it out, once, and only while the account is as it was. */
function carriedOut(h: History, by: Account, approval: Approval): Allowed {
  if (approval.asker !== by) return { ...refused.forbidden, reason: 'not_requester' };
  if (!isLive(approval, h.now())) return over;
  if (approval.state === 'open') return missing;
  if (approval.version !== approval.owner.version) return stale;
  const after = () => {
    approval.state = 'over';
    helps['resets the second factor'].after(h, approval.owner);
  };
  return { status: 200, after };
}

/** Asks a second person, who agrees, and carries it out: with what happens in between. */
export async function resetByTwo(
  h: History,
  between: Help | 'nothing' | 'a report',
  times: number,
): Promise<void> {
  const at = (name: string) =>
    h.accesses.findLast(({ session }) => session.owner.name === name && session.area === 'admin');
  const [root, rita, ann] = [at('Root'), at('Rita'), h.accounts[0]];
  if (!root || !rita || !ann) return;
  if (between === 'a report') await helpAtTerminal(h, 'gives a bypass code'); // its letter has the link
  const help = helps['resets the second factor'];
  const [method, url, body] = help.request(ann.id);
  const answer = h.rules.secondPerson
    ? asksFor(h, root.session.owner, ann)
    : { status: help.status, after: () => help.after(h, ann) };
  const words = `Root asks to reset the second factor of ${ann.name}`;
  await h.ask(words, [method, url, body, { bearer: root.token }], atDesk(h, root, [answer]));
  const approval = h.approvals.at(-1);
  if (!approval) return;
  await moveApproval(h, times === 3 ? root : rita, approval, 'approve');
  if (between === 'a report') await reportNotMe(h, 0);
  else if (between !== 'nothing') await helpAtTerminal(h, between);
  if (times === 2) await moveApproval(h, rita, approval, 'execute'); // who approves does not carry it out
  for (let time = 0; time < times; time += 1) await moveApproval(h, root, approval, 'execute');
}

/** The helpdesk asks who is calling. A new check ends the earlier one. */
export async function startCheck(h: History, access: Access): Promise<void> {
  const [owner] = h.accounts;
  if (!owner) return;
  const { session } = access;
  const after = ({ id, number }: Body) => {
    for (const one of h.checks)
      if (one.asker === session.owner && one.state === 'open') one.endsAt = Math.min(one.endsAt, h.now());
    const endsAt = h.now() + limits.callerCheck;
    h.checks.push({ id, number, owner, asker: session.owner, endsAt, attempts: 0, state: 'open' });
  };
  const done: Allowed = owner.active
    ? { status: 201, after }
    : { status: 409, type: 'conflict', reason: 'disabled' };
  await h.ask(
    `${session.owner.name} asks who is calling for ${owner.name}`,
    ['POST', `/admin/users/${owner.id}/caller-checks`, { reason }, { bearer: access.token }],
    atDesk(h, access, [done]),
  );
}

/** The answer is the same for every fault: of the number, of the code, or of the account. */
export async function answerCheck(h: History, check: CallerCheck, code: CodeKind): Promise<void> {
  const { owner } = check;
  const text = typedCode(h, owner, code);
  await h.ask(
    `${owner.name} answers the check of who is calling: ${code}`,
    ['POST', '/auth/caller-checks/answer', { number: check.number, mfa_token: text }],
    [checkAnswer(h, check, text)],
  );
}

function checkAnswer(h: History, check: CallerCheck, text: string): Allowed {
  const { owner } = check;
  const isOpen = check.state === 'open' && h.now() < check.endsAt && check.attempts < limits.callerAnswers;
  if (!isOpen) return refused.wrongCode;
  const count = () => {
    check.attempts += 1;
    if (check.attempts === limits.callerAnswers) check.state = 'failed';
  };
  if (owner.apps.length === 0 || isBlocked(owner, h.now())) return { ...refused.wrongCode, after: count };
  const meaning = meaningOf(owner, text, h.now(), { apps: owner.apps, recovery: true });
  if (meaning.kind === 'right' && owner.active) {
    const after = () => {
      check.attempts += 1;
      check.state = 'passed';
      meaning.spend();
      notePass(owner, h.now());
    };
    return { status: 200, after };
  }
  const after = () => {
    count();
    if (meaning.kind === 'used') noteUsed(owner, h.now());
    else noteWrong(owner, h.now());
  };
  return { ...refused.wrongCode, after };
}

/** A passed check stands for one act of help, of the asker alone. */
export async function helpByCheck(h: History, access: Access, check: CallerCheck): Promise<void> {
  if (h.rules.secondPerson) return; // then it comes when the request is carried out
  const { owner, asker } = check;
  const by = access.session.owner;
  const counts = check.state === 'passed' && asker === by && h.now() < check.endsAt;
  const help = helps['resets the second factor'];
  const after = () => {
    check.state = 'used';
    help.after(h, owner);
  };
  const done: Allowed = counts
    ? { status: 204, after }
    : { ...refused.forbidden, reason: 'caller_check_invalid' };
  const [method, url, body] = help.request(owner.id);
  await h.ask(
    `${by.name} resets the second factor of ${owner.name} by a check of ${asker.name}`,
    [method, url, { ...body, caller_check: check.id }, { bearer: access.token }],
    atDesk(h, access, [done]),
  );
}

/** A check from its beginning to the help: first of a colleague, and then once more than it stands for. */
export async function helpCaller(h: History, root: Access, code: CodeKind): Promise<void> {
  const before = h.checks.length;
  await startCheck(h, root);
  const check = h.checks.at(before);
  if (!check) return;
  await answerCheck(h, check, code);
  const isColleague = ({ session }: Access) => session.area === 'admin' && session.owner !== check.asker;
  const colleague = h.accesses.findLast(isColleague);
  if (colleague) await helpByCheck(h, colleague, check);
  await helpByCheck(h, root, check);
  await helpByCheck(h, root, check);
}
