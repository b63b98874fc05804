import { wait } from '../support/actor.ts';
import { type CodeKind, pick } from './codes.ts';
import * as factors from './factor-acts.ts';
import { type Access, isBlocked, limits } from './facts.ts';
import { type Help, helpAtTerminal, helps } from './helpdesk-acts.ts';
import type { History } from './history.ts';
import * as links from './link-acts.ts';
import * as logins from './login-acts.ts';
import { enrolPasskey, logInByPasskey, removePasskey, removePassword, type Signing } from './passkey-acts.ts';
import * as recovery from './recovery-acts.ts';
import * as sessions from './session-acts.ts';

/* Acts that chance alone would rarely put in a row. */

export const someone = (h: History, at: number) =>
  h.accounts[at % h.accounts.length] ?? h.disagree('nobody is there');

/** Logs in as often as a bypass code of the helpdesk allows and once more, or after its end, or after a change. */
export async function useBypass(
  h: History,
  times: number,
  late: boolean,
  between: Help | 'none',
): Promise<void> {
  await helpAtTerminal(h, 'gives a bypass code');
  const ann = someone(h, 0);
  if (late) pass(h, 3607);
  if (between !== 'none') {
    await helpAtTerminal(h, between);
    await logins.logInThrough(h, ann, { area: 'public', code: 'dead recovery', trust: false });
  }
  for (let time = 0; time < times; time += 1)
    await logins.logInThrough(h, ann, { area: 'public', code: 'bypass', trust: false });
}

/** Goes on with wrong codes until ten in a row lock the second factor, and then tries the right one. */
export async function guessOn(h: History): Promise<void> {
  const ann = someone(h, 0);
  for (let tries = 0; tries < 12 && ann.answers.lockedUntil <= h.now(); tries += 1) {
    if (isBlocked(ann, h.now())) pass(h, 905);
    await logins.logInThrough(h, ann, { area: 'public', code: 'wrong', trust: false });
    if (ann.apps.length === 0) return;
  }
  pass(h, 905);
  await logins.logInThrough(h, ann, { area: 'public', code: 'this step', trust: false });
}

export function pass(h: History, seconds: number): void {
  h.note(`${seconds} seconds pass`);
  wait(seconds);
}

/** A code that was taken comes again, in a new login. */
export async function answerTwice(h: History, at: number, code: CodeKind): Promise<void> {
  const owner = someone(h, at);
  const login = { area: owner === h.accounts[0] ? 'public' : 'admin', trust: false } as const;
  await logins.logInThrough(h, owner, { ...login, code });
  await logins.logInThrough(h, owner, { ...login, code: 'spent' });
}

type Ending = (typeof endings)[number];
export const endings = [...(Object.keys(helps) as Help[]), 'password', 'link', 'app', 'regenerate'] as const;

/** A login is half done, the account changes, and then the login goes on. */
export async function overtake(h: History, ending: Ending, code: CodeKind): Promise<void> {
  const ann = someone(h, 0);
  const access = sessionOf(h);
  const before = h.temps.length;
  await logins.logIn(h, ann, { area: 'public', typed: 'right', device: null });
  const temp = h.temps.at(before);
  await change(h, ending, access);
  wait(1);
  if (temp) await logins.verify(h, temp, { code, trust: false });
}

async function change(
  h: History,
  ending: Ending,
  access: History['accesses'][number] | undefined,
): Promise<void> {
  const credential = { code: 'recovery' } as const;
  switch (ending) {
    case 'password':
      return access && factors.changePassword(h, access, { right: true, credential });
    case 'app':
      return access && factors.enrolThrough(h, access, credential);
    case 'regenerate':
      return access && factors.regenerate(h, access, credential);
    case 'link': {
      await links.forgetPassword(h, someone(h, 0));
      const link = h.links.at(-1);
      return link && links.useLink(h, link);
    }
    default:
      return helpAtTerminal(h, ending);
  }
}

/** A proof comes with another token than the one that it was made for, or after the factors have changed. */
export async function carryProofOver(h: History, at: number, changes: boolean): Promise<void> {
  const refresh = pick(h.refreshes, at);
  if (!refresh) return;
  pass(h, 305);
  await sessions.useRefresh(h, refresh);
  const access = h.accesses.at(-1);
  if (access?.session !== refresh.session) return;
  await factors.enrol(h, access, null); // its factor was shown too long ago
  await sessions.exchangeForProof(h, access, 'this step');
  if (changes) {
    await factors.enrolThrough(h, access, { code: 'recovery' });
    return factors.enrol(h, access, { proof: 0 });
  }
  const next = h.refreshes.at(-1);
  if (next) await sessions.useRefresh(h, next);
  const other = h.accesses.at(-1);
  if (other) await factors.enrol(h, other, { proof: 0 });
}

/** A device is trusted, the account may change, and the device's token comes, and then once more. */
export async function useDevice(h: History, ending: Ending | 'none', late: boolean): Promise<void> {
  const ann = someone(h, 0);
  await logins.logInThrough(h, ann, { area: 'public', code: late ? 'this step' : 'recovery', trust: true });
  const access = h.accesses.at(-1);
  if (ending !== 'none') await change(h, ending, access?.session.owner === ann ? access : undefined);
  const login = { area: 'public', typed: 'right' } as const;
  for (const older of [false, true, false]) {
    pass(h, older && late ? 11 : 1);
    await logins.logIn(h, ann, { ...login, device: { at: 0, older } });
  }
}

/** Somebody must enrol, and is changed after they were given the token for it. */
export async function overtakeEnrolment(h: History, ending: Help): Promise<void> {
  await helpAtTerminal(h, 'resets the second factor');
  await logins.logIn(h, someone(h, 0), { area: 'public', typed: 'right', device: null });
  await helpAtTerminal(h, ending);
  wait(1);
  const token = h.enrolments.at(-1);
  if (token) await factors.enrolByToken(h, token);
}

/** A passkey is enrolled, the account may change, and then it comes alone. */
export async function openByPasskey(h: History, signing: Signing, ending: Ending | 'none'): Promise<void> {
  const ann = someone(h, 0);
  const own = ({ session }: History['accesses'][number]) => session.owner === ann && !session.ended;
  const access = h.accesses.findLast(own);
  if (!access) return;
  await enrolPasskey(h, access, { code: 'recovery' });
  if (ending !== 'none') await change(h, ending, h.accesses.findLast(own));
  await logInByPasskey(h, ann, { area: 'public', at: 0, signing });
  const opened = h.accesses.findLast(own);
  if (!opened) return;
  await sessions.readMe(h, opened);
  if (ending !== 'none') return;
  await removePasskey(h, opened, 0, null);
  await sessions.readMe(h, opened);
}

/** A refresh token comes again after it was exchanged, soon or late, and then its successor. */
export async function refreshTwice(h: History, at: number, seconds: number): Promise<void> {
  const refresh = pick(h.refreshes, at);
  if (!refresh) return;
  await sessions.useRefresh(h, refresh);
  const next = h.refreshes.at(-1);
  if (seconds > 0) pass(h, seconds);
  await sessions.useRefresh(h, refresh);
  if (next && next !== refresh) await sessions.useRefresh(h, next);
}

/** A step-up to its end, and then the token from before it. */
export async function stepUpThrough(h: History, access: Access, code: CodeKind): Promise<void> {
  const before = h.temps.length;
  await sessions.stepUp(h, access);
  const temp = h.temps.at(before);
  if (temp) await logins.verify(h, temp, { code, trust: false });
  await sessions.readMe(h, access);
}

/** Ann is logged in twice, and one of her sessions changes her account. */
export async function endOthers(h: History, ending: Ending): Promise<void> {
  const ann = someone(h, 0);
  const access = sessionOf(h);
  await logins.logInThrough(h, ann, { area: 'public', code: 'this step', trust: false });
  await change(h, ending, access);
  await sessions.probe(h);
}

/** A link to set a password is mailed, the account changes, and then the link is used. */
export async function overtakeLink(h: History, ending: Ending): Promise<void> {
  await links.forgetPassword(h, someone(h, 0));
  const link = h.links.at(-1);
  await change(h, ending, sessionOf(h));
  if (link) await links.useLink(h, link);
}

/** Ann gives the password up. The account may change. Then the old password comes, and a link by mail with a code. */
export async function giveUpPassword(
  h: History,
  ending: Ending | 'none',
  code: 'recovery' | 'bypass' | null,
): Promise<void> {
  const ann = someone(h, 0);
  const access = sessionOf(h);
  if (!access) return;
  await enrolPasskey(h, access, { code: 'recovery' });
  const shown = sessionOf(h);
  if (shown) await removePassword(h, shown);
  if (shown && ending === 'none') await removePasskey(h, shown, 0, null);
  await logins.logIn(h, ann, { area: 'public', typed: 'former', device: null });
  if (ending !== 'none') await change(h, ending, sessionOf(h));
  await links.forgetPassword(h, ann);
  const link = h.links.at(-1);
  if (link) await links.useLink(h, link, code);
  await logInByPasskey(h, ann, { area: 'public', at: 0, signing: 'right' });
}

type Disturbance = {
  readonly at: 'the proofs' | 'the wait' | 'the end' | 'the enrolment';
  readonly by: Ending | 'none' | 'a letter';
};

/** Ann recovers her account by a recovery code and Rita. Something may come in between; she may come too early. */
export async function recoverAccount(
  h: History,
  code: CodeKind,
  { at, by }: Disturbance,
  { wrong, early }: { readonly wrong: number; readonly early: boolean },
): Promise<void> {
  const one = await recovery.beginRecovery(h, someone(h, 0));
  if (!one) return;
  const disturb = async (now: Disturbance['at']) => {
    if (at !== now || by === 'none') return;
    await (by === 'a letter' ? recovery.stopRecovery(h, one) : change(h, by, sessionOf(h)));
  };
  const rita = h.accesses.findLast(
    ({ session }) => session.owner === h.accounts[2] && session.area === 'admin',
  );
  await recovery.showRecoveryCode(h, one, code);
  await recovery.askColleagues(h, one);
  if (rita) await recovery.approveRecovery(h, one, rita);
  for (let tries = 0; tries < wrong; tries += 1) await recovery.showColleagueCode(h, one, false);
  await disturb('the proofs');
  await recovery.showColleagueCode(h, one, true);
  if (early) await recovery.finishRecovery(h, one);
  await disturb('the wait');
  pass(h, limits.recoveryWait - (early ? 60 : 0));
  const token = await recovery.finishRecovery(h, one);
  await disturb('the end');
  const secret = token === null ? null : await recovery.enrolInRecovery(h, one, token);
  await disturb('the enrolment');
  if (secret !== null) await recovery.confirmInRecovery(h, one, secret);
  await recovery.finishRecovery(h, one);
  await logins.logInThrough(h, someone(h, 0), { area: 'public', code: 'next step', trust: false });
  const opened = sessionOf(h);
  if (opened) await factors.readStatus(h, opened);
}

const sessionOf = (h: History) =>
  h.accesses.findLast(({ session }) => session.owner === h.accounts[0] && !session.ended);
