import { successRate } from '../../domain/adoption/days.ts';
import type { Adoption } from '../../features/adoption/read-adoption.ts';
import { drawScorecard } from './draw-scorecard.ts';

type Day = Adoption['days'][number];
type Share = readonly [name: string, part: number, of: number];

/** The columns for a day, with their headings. */
const columns: readonly (readonly [heading: string, cell: (day: Day) => string])[] = [
  ['logins', ({ logins }) => String(logins)],
  ['new', ({ enrolled }) => String(enrolled)],
  ['right', ({ passed }) => String(passed)],
  ['wrong', ({ failed }) => String(failed)],
  ['rate', (day) => percent(successRate(day))],
  ['rescue', ({ recoveryCodesUsed, bypassCodesUsed }) => String(recoveryCodesUsed + bypassCodesUsed)],
  ['locked', ({ lockouts }) => String(lockouts)],
  ['refuse', ({ wouldRefuse }) => String(wouldRefuse)],
];
const columnWidth = 7;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Draws the adoption as plain text, with no line longer than `width`. */
export function drawAdoption(adoption: Adoption, width: number): string[] {
  const { users, enrolled, byRole, byMethod, days, grace, scorecard } = adoption;
  const roles: Share[] = byRole
    .filter((one) => one.users > 0)
    .map((one) => [one.role, one.enrolled, one.users]);
  const methods: Share[] = byMethod.map((one) => [one.method, one.users, users]);
  const busiest = Math.max(1, ...days.map(({ logins }) => logins));
  const lines = [
    'Active users who have a second factor',
    ...drawShares([['all', enrolled, users], ...roles], width),
    '',
    'By method',
    ...(methods.length > 0 ? drawShares(methods, width) : ['  none yet']),
    '',
    `In the grace period: ${number(grace.inGrace)}. Grace period ended: ${number(grace.ended)}.`,
    '',
    ...drawScorecard(scorecard),
    '',
    `Day (UTC) ${columns.map(([heading]) => heading.padStart(columnWidth)).join('')}`,
    ...days.map((day) => {
      const cells = columns.map(([, cell]) => cell(day).padStart(columnWidth));
      return withBar(`${day.day}${cells.join('')}  `, day.logins / busiest, width);
    }),
    '',
    'The bars are logins. right, wrong: answers to second-factor checks.',
    'rescue: recovery and bypass codes. refuse: what a report-only policy would.',
  ];
  return lines.map((line) => line.slice(0, width).trimEnd());
}

function drawShares(shares: readonly Share[], width: number): string[] {
  const longest = Math.max(...shares.map(([name]) => name.length));
  const digits = Math.max(...shares.map(([, , of]) => number(of).length));
  return shares.map(([name, part, of]) => {
    const counts = `${number(part).padStart(digits)} of ${number(of).padStart(digits)}`;
    const share = of === 0 ? null : part / of;
    return withBar(
      `  ${name.padEnd(longest)}  ${counts}  ${percent(share).padStart(6)}  `,
      share ?? 0,
      width,
    );
  });
}

/** Fills the rest of the line in proportion to the share, in steps of an eighth of a column. */
function withBar(text: string, share: number, width: number): string {
  const room = Math.min(40, Math.max(0, width - text.length));
  const parts = Math.round(share * room * 8);
  return text + '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '');
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)}%`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}
