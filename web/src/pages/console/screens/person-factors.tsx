import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { useMethodName } from '../parts/use-method-name.ts';
import type { User } from './person-rules.ts';

type Factor = User['factors'][number];

/** The second factors of a person. No secret is among them. */
export function PersonFactors({ user }: { readonly user: User }) {
  const t = useTexts('console-people');
  const methodName = useMethodName();
  const format = useFormat();
  const state = ({ disabled, expires_at: ends }: Factor) =>
    disabled ? t.factorDisabled : ends ? t.factorEnds(format.dateTime(ends)) : t.factorWorks;
  return (
    <section className="panel stack">
      <h2>{t.factors}</h2>
      <DataTable
        caption={t.factors}
        rows={user.factors}
        keyOf={({ factor_id: id }) => id}
        empty={t.noFactors}
        columns={[
          { name: t.method, cell: ({ method }) => methodName(method) },
          { name: t.label, cell: ({ label }) => label },
          { name: t.since, cell: ({ created_at: at }) => format.date(at) },
          { name: t.lastUsed, cell: ({ last_used_at: at }) => (at ? format.dateTime(at) : t.never) },
          { name: t.state, cell: state },
        ]}
      />
    </section>
  );
}
