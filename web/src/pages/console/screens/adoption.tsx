import type { Operations } from '@sallyport/client';
import { useQuery } from '@tanstack/react-query';
import { Heading } from '../../../components/heading.tsx';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Facts } from '../parts/facts.tsx';
import { SelectField } from '../parts/fields.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useMay } from '../parts/use-scopes.ts';
import { useSearchState } from '../parts/use-search-state.ts';
import { AdoptionCharts } from './adoption-charts.tsx';
import { AdoptionMissing } from './adoption-missing.tsx';
import { AdoptionTables } from './adoption-tables.tsx';

export type Adoption = Operations['GET /admin/adoption']['answer'];
const spans = [7, 30, 90, 366];

/** How many people have a second factor, how it grew, how well it works, and who is missing. */
export default function AdoptionScreen() {
  const t = useTexts('console-adoption');
  const maySee = useMay('users:read');
  const [chosen, choose] = useSearchState('days');
  const days = spans.find((span) => String(span) === chosen) ?? 30;
  const query = useQuery({
    queryKey: ['adoption', days],
    queryFn: ({ signal }) => client.call('GET /admin/adoption', { query: { days }, signal }),
  });
  return (
    <div className="stack wide">
      <Heading>{t.title}</Heading>
      <SelectField
        label={t.days}
        value={String(days)}
        options={spans.map((span) => [String(span), t.lastDays(span)])}
        onChange={(event) => choose(event.target.value)}
      />
      <Loaded query={query}>
        {(adoption) => (
          <>
            <Summary adoption={adoption} />
            <AdoptionCharts adoption={adoption} />
            <AdoptionTables adoption={adoption} />
            <Targets adoption={adoption} />
          </>
        )}
      </Loaded>
      {maySee && <AdoptionMissing />}
    </div>
  );
}

function Summary({ adoption }: { readonly adoption: Adoption }) {
  const t = useTexts('console-adoption');
  const format = useFormat();
  const passed = adoption.days.reduce((sum, { verifications }) => sum + verifications.passed, 0);
  const failed = adoption.days.reduce((sum, { verifications }) => sum + verifications.failed, 0);
  const rate = passed + failed > 0 ? format.share(passed / (passed + failed)) : t.noFigure;
  return (
    <section className="panel">
      <Facts
        facts={[
          [t.people, format.number(adoption.users)],
          [t.enrolled, format.number(adoption.enrolled)],
          [t.successRate, rate],
          [t.inGrace, format.number(adoption.grace.in_grace)],
        ]}
      />
    </section>
  );
}

const shares = ['enrolled', 'success_rate', 'needed_helpdesk'];

function Targets({ adoption }: { readonly adoption: Adoption }) {
  const t = useTexts('console-adoption');
  const format = useFormat();
  const keys = Object.keys(t.names) as (keyof typeof t.names)[];
  const shown = (key: keyof typeof t.names, value: number | null) => {
    if (value === null) return t.noFigure;
    if (shares.includes(key)) return `${format.number(Math.round(value * 1000) / 10)}\u00a0%`;
    return key === 'verification_p95_ms' ? t.milliseconds(format.number(value)) : format.number(value);
  };
  return (
    <section className="panel stack">
      <h2>{t.targets}</h2>
      <DataTable
        caption={t.targets}
        rows={keys.map((key) => ({ key, ...adoption.scorecard[key] }))}
        keyOf={({ key }) => key}
        empty=""
        columns={[
          { name: t.figure, cell: ({ key }) => t.names[key] },
          { name: t.now, cell: ({ key, value }) => shown(key, value) },
          { name: t.goal, cell: ({ key, target }) => shown(key, target) },
          {
            name: t.target,
            cell: ({ met }) =>
              met === null ? (
                t.tooEarly
              ) : (
                <Badge tone={met ? 'success' : 'warning'}>{met ? t.met : t.notMet}</Badge>
              ),
          },
        ]}
      />
    </section>
  );
}
