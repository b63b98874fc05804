import type { Scorecard } from '../../features/adoption/read-scorecard.ts';

/** Draws the success criteria of the rollout: the value, the target, and whether the target is met. */
export function drawScorecard(card: Scorecard): string[] {
  const percent = (share: number) => `${Math.round(share * 10_000) / 100}%`;
  const plain = String;
  const ms = (value: number) => `${value} ms`;
  const { enrolled, verificationP95Ms, successRate, neededHelpdesk, takeovers, feedback } = card;
  const rows = [
    ['enrolled within 30 days', enrolled, percent, 'at least'],
    ['verification, 95 of 100 within', verificationP95Ms, ms, 'at most'],
    ['success without typing errors', successRate, percent, 'at least'],
    ['needed the helpdesk', neededHelpdesk, percent, 'less than'],
    ['takeovers reported', takeovers, plain, 'at most'],
    ['feedback, 1 to 5', feedback, plain, 'more than'],
  ] as const;
  return [
    `Goals. The phase ${card.phase} began on ${card.since.toISOString().slice(0, 10)}`,
    ...rows.map(([name, { value, target, met }, shown, how]) => {
      const figure = value === null ? '–' : shown(value);
      const verdict = met === null ? 'open' : met ? 'met' : 'not met';
      return `  ${name.padEnd(30)} ${figure.padStart(8)}  ${`${how} ${shown(target)}`.padEnd(16)}  ${verdict}`;
    }),
  ];
}
