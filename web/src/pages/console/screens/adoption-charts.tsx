import { useFormat, useTexts } from '../../../texts/language.tsx';
import { LineChart, type Point } from '../parts/line-chart.tsx';
import type { Adoption } from './adoption.tsx';

/** Two lines over time. The table of the days has the same figures. */
export function AdoptionCharts({ adoption }: { readonly adoption: Adoption }) {
  const t = useTexts('console-adoption');
  return (
    <section className="panel stack">
      <h2>{t.overTime}</h2>
      <Chart
        what={t.share}
        points={adoption.scorecard.enrolled.by_day.map(({ day, share }) => ({ day, value: share }))}
      />
      <Chart
        what={t.rate}
        points={adoption.days.map(({ day, success_rate: rate }) => ({ day, value: rate })).sort(byDay)}
      />
    </section>
  );
}

function byDay(one: Point, other: Point): number {
  return one.day < other.day ? -1 : 1;
}

function Chart({ what, points }: { readonly what: string; readonly points: readonly Point[] }) {
  const t = useTexts('console-adoption');
  const format = useFormat();
  const known = points.filter(({ value }) => value !== null);
  const words = (point: Point | undefined) =>
    point ? `${Math.floor((point.value ?? 0) * 100)} % (${format.date(`${point.day}T12:00:00Z`)})` : '';
  return (
    <figure className="stack tight">
      <figcaption>
        <h3>{what}</h3>
      </figcaption>
      {known.length < 2 ? (
        <p className="quiet">{t.chartEmpty}</p>
      ) : (
        <LineChart label={t.chart(what, words(known[0]), words(known.at(-1)))} points={points} />
      )}
    </figure>
  );
}
