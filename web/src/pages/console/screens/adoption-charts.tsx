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
        goal={adoption.scorecard.enrolled.target}
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

type Props = { readonly what: string; readonly points: readonly Point[]; readonly goal?: number };

function Chart({ what, points, goal }: Props) {
  const t = useTexts('console-adoption');
  const format = useFormat();
  const known = points.filter(({ value }) => value !== null);
  const since = points.findIndex(({ value }) => value !== null); // a year of a young service is mostly empty
  const words = (point: Point | undefined) =>
    point ? `${format.share(point.value ?? 0)} (${format.date(`${point.day}T12:00:00Z`)})` : '';
  return (
    <figure className="stack tight">
      <figcaption>
        <h3>{what}</h3>
        {known.length > 1 && (
          <p className="quiet">
            {[t.chartNow(format.share(known.at(-1)?.value ?? 0)), goal && t.chartGoal(format.share(goal))]
              .filter(Boolean)
              .join(' ')}
          </p>
        )}
      </figcaption>
      {known.length < 2 ? (
        <p className="quiet">{t.chartEmpty}</p>
      ) : (
        <LineChart
          label={t.chart(what, words(known[0]), words(known.at(-1)))}
          points={points.slice(since)}
          nameOf={format.day}
          {...(goal !== undefined && { goal })}
        />
      )}
    </figure>
  );
}
