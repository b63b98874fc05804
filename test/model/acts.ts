import fc from 'fast-check';
import {
  type Act,
  act,
  area,
  code,
  credential,
  mostlyTrue,
  person,
  signing,
  times,
  weigh,
  which,
} from './act.ts';
import { pick } from './codes.ts';
import { deskActs } from './desk-acts.ts';
import * as factors from './factor-acts.ts';
import type { History } from './history.ts';
import * as links from './link-acts.ts';
import * as logins from './login-acts.ts';
import * as passkeys from './passkey-acts.ts';
import * as sessions from './session-acts.ts';
import { pass, someone } from './stories.ts';
import { storyActs } from './story-acts.ts';

const access = (h: History, at: number) => pick(h.accesses, at);

const typed = fc.oneof(
  { weight: 6, arbitrary: fc.constant('right' as const) },
  { weight: 1, arbitrary: fc.constantFrom('wrong' as const, 'former' as const) },
);
const device = fc.option(fc.record({ at: which, older: fc.boolean() }), { freq: 2, nil: null });

/** Everything that may happen in a history, and how often. */
export const anyAct: fc.Arbitrary<Act> = fc.oneof(
  weigh(
    10,
    act('log in', [person, area, typed, device], (h, at, where, how, from) =>
      logins.logIn(h, someone(h, at), {
        area: where,
        typed: how,
        device: from,
      }),
    ),
  ),
  weigh(
    8,
    act('log in and answer', [person, area, code, fc.boolean()], (h, at, where, what, trust) =>
      logins.logInThrough(h, someone(h, at), { area: where, code: what, trust }),
    ),
  ),
  weigh(
    3,
    act('log in with a code at once', [person, area, code], (h, at, where, what) =>
      logins.logInAtOnce(h, someone(h, at), { area: where, code: what }),
    ),
  ),
  weigh(
    14,
    act('answer a challenge', [which, code, fc.boolean()], (h, at, what, trust) => {
      const open = h.temps.filter(({ state }) => state === 'open');
      const temp = pick(at < 3 && open.length > 0 ? open : h.temps, at);
      return temp && logins.verify(h, temp, { code: what, trust });
    }),
  ),
  weigh(
    3,
    act('read /auth/me', [which], (h, at) => {
      const one = access(h, at);
      return one && sessions.readMe(h, one);
    }),
  ),
  weigh(
    3,
    act('try every token', [], (h) => sessions.probe(h)),
  ),
  weigh(
    6,
    act('refresh', [which], (h, at) => {
      const one = pick(h.refreshes, at);
      return one && sessions.useRefresh(h, one);
    }),
  ),
  weigh(
    1,
    act('log out', [which], (h, at) => {
      const one = access(h, at);
      return one && sessions.logOut(h, one);
    }),
  ),
  weigh(
    1,
    act('end a session', [which, which], (h, at, other) => {
      const one = access(h, at);
      return one && sessions.endSession(h, one, other);
    }),
  ),
  weigh(
    4,
    act('step up', [which], (h, at) => {
      const one = access(h, at);
      return one && sessions.stepUp(h, one);
    }),
  ),
  weigh(
    3,
    act('exchange a code for a proof', [which, code], (h, at, what) => {
      const one = access(h, at);
      return one && sessions.exchangeForProof(h, one, what);
    }),
  ),
  weigh(
    6,
    act(
      'open the sensitive route',
      [which, fc.oneof(fc.constant(null), fc.record({ code }), fc.record({ proof: which }))],
      (h, at, shown) => {
        const one = access(h, at);
        return one && sessions.openGuarded(h, one, shown);
      },
    ),
  ),
  weigh(
    5,
    act('begin an app', [which, credential], (h, at, by) => {
      const one = access(h, at);
      return one && factors.enrol(h, one, by);
    }),
  ),
  weigh(
    3,
    act('enrol an app', [which, credential], (h, at, by) => {
      const one = access(h, at);
      return one && factors.enrolThrough(h, one, by);
    }),
  ),
  weigh(
    6,
    act('confirm an app', [which, mostlyTrue], (h, at, right) => {
      const one = access(h, at);
      return one && factors.confirm(h, one, right);
    }),
  ),
  weigh(
    2,
    act('begin an app with an enrolment token', [which], (h, at) => {
      const one = pick(h.enrolments, at);
      return one && factors.enrolByToken(h, one);
    }),
  ),
  weigh(
    2,
    act('confirm an app with an enrolment token', [which, mostlyTrue], (h, at, right) => {
      const one = pick(h.enrolments, at);
      return one && factors.confirmByToken(h, one, right);
    }),
  ),
  weigh(
    3,
    act('remove an app', [which, which, credential], (h, at, app, by) => {
      const one = access(h, at);
      return one && factors.removeFactor(h, one, app, by);
    }),
  ),
  weigh(
    2,
    act('switch two-factor login off', [which, mostlyTrue, credential], (h, at, right, by) => {
      const one = access(h, at);
      return one && factors.switchOff(h, one, { right, credential: by });
    }),
  ),
  weigh(
    2,
    act('make new recovery codes', [which, credential], (h, at, by) => {
      const one = access(h, at);
      return one && factors.regenerate(h, one, by);
    }),
  ),
  weigh(
    2,
    act('change the password', [which, mostlyTrue, credential], (h, at, right, by) => {
      const one = access(h, at);
      return one && factors.changePassword(h, one, { right, credential: by });
    }),
  ),
  weigh(
    2,
    act('forget the password', [person], (h, at) => links.forgetPassword(h, someone(h, at))),
  ),
  weigh(
    3,
    act(
      'set a password by a link',
      [which, fc.constantFrom(null, null, 'recovery' as const)],
      (h, at, what) => {
        const one = pick(h.links, at);
        return one && links.useLink(h, one, what);
      },
    ),
  ),
  weigh(
    2,
    act('enrol a passkey', [which, credential], (h, at, by) => {
      const one = access(h, at);
      return one && passkeys.enrolPasskey(h, one, by);
    }),
  ),
  weigh(
    3,
    act('log in by a passkey', [area, which, signing], (h, where, at, how) =>
      passkeys.logInByPasskey(h, someone(h, 0), { area: where, at, signing: how }),
    ),
  ),
  weigh(
    1,
    act('remove a passkey', [which, which, credential], (h, at, key, by) => {
      const one = access(h, at);
      return one && passkeys.removePasskey(h, one, key, by);
    }),
  ),
  weigh(
    1,
    act('give the password up', [which], (h, at) => {
      const one = access(h, at);
      return one && passkeys.removePassword(h, one);
    }),
  ),
  ...storyActs,
  ...deskActs,
  weigh(
    8,
    act('wait', [times], async (h, seconds) => pass(h, seconds)),
  ),
);
