import { everyCountry } from '../../domain/sms/conversion-breaker.ts';
import type { SmsRules } from '../../domain/sms/sms-limits.ts';
import type { SmsFigures } from '../../features/sms/sms-figures.ts';
import type { Metrics } from './metrics.ts';
import { readSeldom } from './read-seldom.ts';

export type SmsWatched = { readonly figures: () => Promise<SmsFigures>; readonly rules: SmsRules };

const everyMs = 5_000;
const counts = ['sent', 'answered', 'failed'] as const;

/** What text messages cost today. By country, of which there are some 250, and not by prefix: anybody can think of more. */
export function watchTexts({ gauges }: Metrics, { figures, rules }: SmsWatched): void {
  const read = readSeldom(figures, everyMs);
  /** One figure of all together, called `all`, and of each country. */
  const byScope =
    (all: string, figureOf: (of: SmsFigures['total'] | SmsFigures['countries'][number]) => number) =>
    async () => {
      const { total, countries } = await read();
      return [
        { labels: { scope: all }, value: figureOf(total) },
        ...countries.map((one) => ({ labels: { scope: one.country }, value: figureOf(one) })),
      ];
    };

  gauges('sallyport_sms_texts', 'Text messages of the day by country', ['country', 'what'], async () =>
    (await read()).countries.flatMap((one) =>
      counts.map((what) => ({ labels: { country: one.country, what }, value: one[what] })),
    ),
  );
  gauges(
    'sallyport_sms_budget',
    'As many as may be sent in a day',
    ['scope'],
    byScope('day', (one) => ('country' in one ? rules.perCountryPerDay : rules.perDay)),
  );
  gauges(
    'sallyport_sms_budget_left',
    'Of these, as many as may still be sent today',
    ['scope'],
    byScope('day', ({ left }) => left),
  );
  gauges(
    'sallyport_sms_breaker_open',
    '1 while texts to new numbers are paused, or but a few of them are tried',
    ['scope'],
    byScope(everyCountry, ({ breaker }) => Number(breaker !== 'closed')),
  );
}
