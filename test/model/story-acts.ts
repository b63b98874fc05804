import fc from 'fast-check';
import { type Act, act, code, person, signing, type Weighted, weigh, which } from './act.ts';
import { pick } from './codes.ts';
import { atConsole } from './desk-acts.ts';
import { changeRules, type Help, helps } from './helpdesk-acts.ts';
import { pressAgain } from './not-me-acts.ts';
import * as second from './second-person-acts.ts';
import * as stories from './stories.ts';

const names = Object.keys(helps) as Help[];
const ending = fc.constantFrom(...stories.endings);
const noneOrHelp = fc.oneof(
  fc.constantFrom('none' as const, 'takes the role vendor from' as const), // what ends a bypass code
  fc.constantFrom(...names),
);
const noneOrEnding = fc.oneof(fc.constant('none' as const), ending);

/** The stories, and how often each happens in a history. */
export const storyActs: readonly Weighted[] = [
  weigh(
    2,
    act('use a bypass code', [fc.integer({ min: 1, max: 3 }), fc.boolean(), noneOrHelp], stories.useBypass),
  ),
  weigh(3, act('use a code twice', [person, code], stories.answerTwice)),
  weigh(4, act('overtake a login', [ending, code], stories.overtake)),
  weigh(3, act('use a device', [noneOrEnding, fc.boolean()], stories.useDevice)),
  weigh(1, act('overtake an enrolment', [fc.constantFrom(...names)], stories.overtakeEnrolment)),
  weigh(2, act('carry a proof over', [which, fc.boolean()], stories.carryProofOver)),
  weigh(1, act('guess on', [], stories.guessOn)),
  weigh(2, act('open by a passkey', [signing, noneOrEnding], stories.openByPasskey)),
  weigh(1, act('refresh twice', [which, fc.constantFrom(0, 3, 11)], stories.refreshTwice)),
  weigh(
    1,
    act('step up to the end', [which, code], (h, at, what) => {
      const access = pick(h.accesses, at);
      return access && stories.stepUpThrough(h, access, what);
    }),
  ),
  weigh(2, act('end other sessions', [ending], stories.endOthers)),
  weigh(1, act('overtake a link', [ending], stories.overtakeLink)),
  weigh(
    1,
    act(
      'give the password up',
      [noneOrEnding, fc.constantFrom(null, 'recovery' as const, 'bypass' as const)],
      stories.giveUpPassword,
    ),
  ),
  weigh(
    2,
    act(
      'recover the account',
      [
        fc.constantFrom('recovery' as const, 'recovery' as const, 'dead recovery' as const),
        fc.record({
          at: fc.constantFrom(
            'the proofs' as const,
            'the wait' as const,
            'the end' as const,
            'the enrolment' as const,
          ),
          by: fc.oneof(fc.constantFrom('none' as const, 'a letter' as const), ending),
        }),
        fc.record({
          wrong: fc.constantFrom(0, 0, 1, 4, 5),
          early: fc.constantFrom(false, false, false, true),
        }),
      ],
      stories.recoverAccount,
    ),
  ),
  weigh(1, act('say it twice', [which], pressAgain)),
  weigh(
    1,
    act('help a caller', [which, code], (h, at, what) =>
      atConsole(h, at, (_, access) => second.helpCaller(h, access, what)),
    ),
  ),
  weigh(
    1,
    act(
      'reset by two',
      [fc.constantFrom('nothing' as const, 'a report' as const, ...names), fc.integer({ min: 1, max: 3 })],
      async (h, between, often) => {
        if (!h.rules.secondPerson) await changeRules(h, { secondPerson: true });
        await second.resetByTwo(h, between, often);
      },
    ),
  ),
];

/** One of them, each as often as the others: what a third of the histories begins with. */
export const anyStory: fc.Arbitrary<Act> = fc.oneof(...storyActs.map(({ arbitrary }) => arbitrary));
