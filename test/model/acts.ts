import fc from 'fast-check';
import { type CodeKind, codeKinds, pick } from './codes.ts';
import * as factors from './factor-acts.ts';
import { changeRules, type Help, help, helpAtTerminal, helpOneself, helps } from './helpdesk-acts.ts';
import type { History } from './history.ts';
import * as logins from './login-acts.ts';
import * as sessions from './session-acts.ts';
import {
  answerTwice,
  carryProofOver,
  endings,
  guessOn,
  overtake,
  overtakeEnrolment,
  pass,
  someone,
  useBypass,
  useDevice,
} from './stories.ts';

type Real = null;

/** One act of a history: a step of fast-check's model-based run. The history is the model, and knows the service. */
class Act implements fc.AsyncCommand<History, Real> {
  readonly name: string;
  readonly moves: boolean;
  readonly act: (h: History) => Promise<void>;

  constructor(name: string, moves: boolean, act: (h: History) => Promise<void>) {
    this.name = name;
    this.moves = moves;
    this.act = act;
  }

  check(): boolean {
    return true; // what there is nothing for does nothing
  }

  async run(h: History): Promise<void> {
    await h.nextAct(this.moves);
    await this.act(h);
  }

  toString(): string {
    return this.name;
  }
}

/** Which one of those that there are: mostly one of the newest. */
const which = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat(2) },
  { weight: 1, arbitrary: fc.nat(9) },
);
const person = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) });
const area = fc.oneof(
  { weight: 4, arbitrary: fc.constant('public' as const) },
  { weight: 2, arbitrary: fc.constant('vendor' as const) },
  { weight: 1, arbitrary: fc.constant('admin' as const) },
);
const good: readonly CodeKind[] = ['this step', 'next step', 'step before', 'recovery', 'bypass'];
const code = fc.oneof(
  { weight: 3, arbitrary: fc.constant('spent' as const) },
  { weight: 5, arbitrary: fc.constantFrom('this step' as const, 'next step' as const) },
  { weight: 2, arbitrary: fc.constantFrom(...good) },
  { weight: 3, arbitrary: fc.constantFrom(...codeKinds) },
);
const mostlyTrue = fc.oneof(
  { weight: 4, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);
const credential: fc.Arbitrary<factors.Credential> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.record({ code }) },
  { weight: 1, arbitrary: fc.record({ proof: which }) },
);

const moves = fc.integer({ min: 0, max: 3 }).map((at) => at === 3);

/** From the arbitraries of its arguments, an act. Some happen at the other instance than the act before. */
function act<Args extends readonly unknown[]>(
  name: string,
  args: { [At in keyof Args]: fc.Arbitrary<Args[At]> },
  run: (h: History, ...args: Args) => Promise<void> | undefined,
): fc.Arbitrary<Act> {
  return fc
    .tuple(moves, fc.tuple<unknown[]>(...(args as unknown as fc.Arbitrary<unknown>[])))
    .map(([to, given]) => new Act(name, to, async (h) => run(h, ...(given as unknown as Args))));
}

const access = (h: History, at: number) => pick(h.accesses, at);

const times = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(3, 11, 31) },
  { weight: 3, arbitrary: fc.constantFrom(97, 301, 905) },
  { weight: 1, arbitrary: fc.constantFrom(1811, 3607, 45_007) },
);

type Weighted = { readonly weight: number; readonly arbitrary: fc.Arbitrary<Act> };
const weigh = (weight: number, arbitrary: fc.Arbitrary<Act>): Weighted => ({ weight, arbitrary });

const typed = fc.oneof(
  { weight: 6, arbitrary: fc.constant('right' as const) },
  { weight: 1, arbitrary: fc.constantFrom('wrong' as const, 'former' as const) },
);
const device = fc.option(fc.record({ at: which, older: fc.boolean() }), { freq: 2, nil: null });
const names = Object.keys(helps) as Help[];

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
  weigh(2, act('use a bypass code', [fc.integer({ min: 1, max: 3 }), fc.boolean()], useBypass)),
  weigh(3, act('use a code twice', [person, code], answerTwice)),
  weigh(4, act('overtake a login', [fc.constantFrom(...endings), code], overtake)),
  weigh(3, act('use a device', [fc.constantFrom('none' as const, ...endings), fc.boolean()], useDevice)),
  weigh(1, act('overtake an enrolment', [fc.constantFrom(...names)], overtakeEnrolment)),
  weigh(2, act('carry a proof over', [which, fc.boolean()], carryProofOver)),
  weigh(1, act('guess on', [], guessOn)),
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
    act('forget the password', [person], (h, at) => factors.forgetPassword(h, someone(h, at))),
  ),
  weigh(
    3,
    act('set a password by a link', [which], (h, at) => {
      const one = pick(h.links, at);
      return one && factors.useLink(h, one);
    }),
  ),
  weigh(3, act('help at the terminal', [fc.constantFrom(...names)], helpAtTerminal)),
  weigh(
    2,
    act('enable', [], (h) => helpAtTerminal(h, 'enables')),
  ),
  weigh(
    4,
    act('help in the console', [which, fc.constantFrom(...names)], (h, at, what) => {
      const one = pick(
        h.accesses.filter(({ session }) => at % 2 === 1 || session.area === 'admin'),
        at,
      );
      return one && help(h, what, one);
    }),
  ),
  weigh(
    1,
    act('help oneself', [which], (h, at) => {
      const one = pick(
        h.accesses.filter(({ session }) => session.area === 'admin'),
        at,
      );
      return one && helpOneself(h, one);
    }),
  ),
  weigh(
    1,
    act(
      'change the rules',
      [
        fc.constantFrom(
          { rollout: 'full' as const },
          { rollout: 'soft' as const },
          { vendorMfa: 'required' as const },
          { vendorMfa: 'optional' as const },
        ),
      ],
      changeRules,
    ),
  ),
  weigh(
    8,
    act('wait', [times], async (h, seconds) => pass(h, seconds)),
  ),
);
