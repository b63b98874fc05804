import fc from 'fast-check';
import { act, code, type Weighted, weigh, which } from './act.ts';
import { pick } from './codes.ts';
import { changeRules, type Help, help, helpAtTerminal, helpOneself, helps } from './helpdesk-acts.ts';
import type { History } from './history.ts';
import { reportNotMe } from './not-me-acts.ts';
import * as second from './second-person-acts.ts';

const names = Object.keys(helps) as Help[];

/** Mostly with a token of an administrator. */
export function atConsole(
  h: History,
  at: number,
  run: (h: History, access: History['accesses'][number]) => Promise<void>,
): Promise<void> | undefined {
  const one = pick(
    h.accesses.filter(({ session }) => at === 9 || session.area === 'admin'),
    at,
  );
  return one && run(h, one);
}

/** What the helpdesk does, and what follows from its letters, and how often. */
export const deskActs: readonly Weighted[] = [
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
          { secondPerson: true },
          { secondPerson: false },
        ),
      ],
      changeRules,
    ),
  ),
  weigh(1, act('say that it was not me', [which], reportNotMe)),
  weigh(
    1,
    act('ask who is calling', [which], (h, at) => atConsole(h, at, second.startCheck)),
  ),
  weigh(
    2,
    act('answer who is calling', [which, code], (h, at, what) => {
      const one = pick(h.checks, at);
      return one && second.answerCheck(h, one, what);
    }),
  ),
  weigh(
    1,
    act('help by a check', [which, which], (h, at, of) => {
      const one = pick(h.checks, of);
      return one && atConsole(h, at, (_, access) => second.helpByCheck(h, access, one));
    }),
  ),
  weigh(
    3,
    act(
      'move a request',
      [which, which, fc.constantFrom('approve', 'refuse', 'cancel', 'execute')],
      (h, at, of, step) => {
        const one = pick(h.approvals, of);
        return one && atConsole(h, at, (_, access) => second.moveApproval(h, access, one, step));
      },
    ),
  ),
];
